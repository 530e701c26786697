# METADATA
# title: Emergency freezes
# description: One person freezes, two people lift.
package yumen.freeze

import data.yumen.lib

# METADATA
# title: The act belongs to the caller's role
# custom:
#   rule: FRZ-001
#   code: ROLE
#   entrypoints: [freeze.set, freeze.lift]
#   articles: [BJ-FIN-32a, BJ-FIN-29]
#   message:
#     zh: 该角色不能冻结或解除冻结
#     en: This role may not freeze or lift a freeze in this way
#   remedy:
#     zh: 管理员、安全管理员、审计员和监管人员可以冻结；管理员、安全管理员和监管人员可以解除
#     en: Administrators, auditors and the regulator freeze; administrators and the regulator lift
proof contains "FRZ-001" if lib.may_act("freeze.set", input.op)

proof contains "FRZ-001" if lib.may_act("freeze.lift", input.op)

# METADATA
# title: It is said what is frozen
# custom:
#   rule: FRZ-002
#   code: INCOMPLETE
#   entrypoints: [freeze.set, freeze.lift]
#   articles: [BJ-FIN-32a]
#   message:
#     zh: 没有说明冻结的对象
#     en: It is not said what is frozen
#   remedy:
#     zh: 选择出域、运行、一个机构或一个数据集
#     en: Choose egress, runs, one organization or one dataset
proof contains "FRZ-002" if {
	input.target.kind in {"egress", "runs"}
	input.target.name == ""
}

proof contains "FRZ-002" if {
	input.target.kind in {"organization", "dataset"}
	lib.named(input.target.name)
}

# METADATA
# title: Two people lift a freeze
# custom:
#   rule: FRZ-003
#   code: SEPARATION
#   entrypoints: [freeze.lift]
#   articles: [BJ-FIN-32a]
#   message:
#     zh: 解除冻结须由两人完成
#     en: Two people lift a freeze
#   remedy:
#     zh: 由另一名人员确认
#     en: Have another person confirm it
proof contains "FRZ-003" if input.op == "propose"

proof contains "FRZ-003" if {
	input.op == "confirm"
	lib.differ(input.subject.account, input.proposer.account)
	lib.differ(input.subject.person, input.proposer.person)
}

# METADATA
# title: It is frozen
# custom:
#   rule: FRZ-004
#   code: STATE
#   entrypoints: [freeze.lift]
#   articles: [BJ-FIN-32a]
#   message:
#     zh: 没有冻结
#     en: It is not frozen
#   remedy:
#     zh: 查看冻结列表
#     en: Look at the list of freezes
proof contains "FRZ-004" if input.target.frozen == true

# METADATA
# title: What the regulator froze is not lifted without the regulator
# custom:
#   rule: FRZ-005
#   code: SEPARATION
#   entrypoints: [freeze.lift]
#   articles: [BJ-FIN-32a, BJ-OPS-18a]
#   message:
#     zh: 监管人员冻结的，须有监管人员参与解除
#     en: What the regulator froze is not lifted without the regulator
#   remedy:
#     zh: 由监管人员提出或确认
#     en: Have the regulator propose or confirm it
proof contains "FRZ-005" if {
	input.target.set_by in object.keys(data.yumen.exclusive)
	input.target.set_by != "regulator"
}

proof contains "FRZ-005" if {
	input.op == "propose"
	input.target.set_by == "regulator"
}

proof contains "FRZ-005" if {
	input.target.set_by == "regulator"
	"regulator" in {input.subject.role, input.proposer.role}
}

# METADATA
# title: Retention of a freeze's record
# custom:
#   rule: FRZ-101
#   kind: obligation
#   entrypoints: [freeze.set, freeze.lift]
#   articles: [XM-39b, XM-39c]
retention_years := lib.settings.grades[4].retention_years
