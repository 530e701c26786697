# METADATA
# title: Sanctions
# description: Closing a dataset to an organization, the blacklist, and the termination of an organization.
package yumen.sanction

import data.yumen.lib

# Acts that one person carries out: closing for a time, and dismissing what was only proposed.
alone := {"close", "dismiss"}

# METADATA
# title: The act belongs to the caller's role
# custom:
#   rule: SAN-001
#   code: ROLE
#   entrypoints: [sanction.apply]
#   articles: [XC-42, XM-62a, SJZ-11c, BJ-FIN-29]
#   message:
#     zh: 该角色不能作出此项处置
#     en: This role may not do this to an organization
#   remedy:
#     zh: 数据提供单位与数据管理员可关闭数据集；列入名单与终止机构由管理员、安全管理员或监管人员作出
#     en: Providers and stewards close datasets; administrators and the regulator blacklist and terminate
proof contains "SAN-001" if lib.may_act("sanction.apply", input.op)

# METADATA
# title: It is said of whom
# custom:
#   rule: SAN-002
#   code: INCOMPLETE
#   entrypoints: [sanction.apply]
#   articles: [XC-42, XM-62a]
#   message:
#     zh: 没有完整说明处置的对象或期限
#     en: It is not said of whom, of what or until when
#   remedy:
#     zh: 关闭须写明机构、数据集和将来的整改期限；列入名单须写明机构或统一社会信用代码
#     en: Closing names an organization, a dataset and a deadline to come; the blacklist an organization or its USCC
proof contains "SAN-002" if {
	input.target.kind == "closure"
	lib.named(input.target.organization)
	lib.named(input.target.dataset)
	lib.at_least(input.target.deadline, earliest)
}

proof contains "SAN-002" if {
	input.target.kind == "blacklist"
	some name in [input.target.organization, input.target.uscc]
	lib.named(name)
}

proof contains "SAN-002" if {
	input.target.kind == "termination"
	lib.named(input.target.organization)
}

# A deadline is to come when it is set, and known ever after.
earliest := input.now + 1 if input.op == "close"

earliest := 1 if input.op in {"end", "reinstate"}

# METADATA
# title: Two people carry out what weighs
# custom:
#   rule: SAN-003
#   code: SEPARATION
#   entrypoints: [sanction.apply]
#   articles: [XM-62a, XC-42]
#   message:
#     zh: 该处置须经另一人复核
#     en: A second person re-checks this
#   remedy:
#     zh: 由另一名人员确认
#     en: Have another person confirm it
proof contains "SAN-003" if {
	input.step == "alone"
	input.op in alone
}

proof contains "SAN-003" if input.step == "propose"

proof contains "SAN-003" if {
	input.step == "confirm"
	lib.differ(input.subject.account, input.proposer.account)
	lib.differ(input.subject.person, input.proposer.person)
}

# Which act follows which state.
fits := {
	"closure": {"": {"close"}, "closed": {"end", "reinstate"}, "ended": {"reinstate"}},
	"blacklist": {"": {"blacklist"}, "proposed": {"blacklist", "dismiss"}, "listed": {"lift"}},
	"termination": {"": {"terminate"}, "proposed": {"terminate", "dismiss"}},
}

# METADATA
# title: The act follows the state, and access is ended only when the deadline passed in vain
# custom:
#   rule: SAN-004
#   code: STATE
#   entrypoints: [sanction.apply]
#   articles: [XC-42, XM-62a]
#   message:
#     zh: 当前状态不允许此操作，或整改期限尚未届满
#     en: This does not follow the state as it is, or the deadline to put it right has not passed
#   remedy:
#     zh: 先查看处置；期限届满仍未改正的，方可终止
#     en: Look at it first; access is ended when the deadline has passed in vain
proof contains "SAN-004" if {
	input.op in fits[input.target.kind][input.target.state]
	input.op != "end"
}

proof contains "SAN-004" if {
	input.op in fits[input.target.kind][input.target.state]
	lib.at_most(input.target.deadline, input.now)
}

# METADATA
# title: A provider closes its own data alone
# custom:
#   rule: SAN-005
#   code: ROLE
#   entrypoints: [sanction.apply]
#   articles: [XC-42]
#   message:
#     zh: 数据提供单位只能处置本单位数据
#     en: A provider acts upon its own data alone
#   remedy:
#     zh: 由该数据集的提供单位或运营单位处置
#     en: Have the dataset's provider or the operator do it
proof contains "SAN-005" if {
	input.subject.role in object.keys(data.yumen.exclusive)
	input.subject.role != "provider"
	input.subject.role != "steward"
	lib.placed
}

proof contains "SAN-005" if {
	input.subject.role == "steward"
	lib.answers_for_all
}

proof contains "SAN-005" if {
	lib.placed
	lib.same(input.subject.organization, input.target.provider)
}

# METADATA
# title: What the regulator imposed is not undone without the regulator
# custom:
#   rule: SAN-006
#   code: SEPARATION
#   entrypoints: [sanction.apply]
#   articles: [XM-62a, BJ-OPS-18a]
#   message:
#     zh: 监管人员作出的处置，须有监管人员参与解除
#     en: What the regulator imposed is not undone without the regulator
#   remedy:
#     zh: 由监管人员提出或确认
#     en: Have the regulator propose or confirm it
proof contains "SAN-006" if input.op in {"close", "blacklist", "terminate", "end"}

proof contains "SAN-006" if {
	input.target.set_by in object.keys(data.yumen.exclusive)
	input.target.set_by != "regulator"
}

proof contains "SAN-006" if {
	input.target.set_by == "regulator"
	"regulator" in {input.subject.role, input.proposer.role}
}

proof contains "SAN-006" if {
	input.target.set_by == "regulator"
	input.step == "propose"
}

# METADATA
# title: Retention of a sanction's record
# custom:
#   rule: SAN-101
#   kind: obligation
#   entrypoints: [sanction.apply]
#   articles: [XM-39b, XM-39c]
retention_years := lib.settings.grades[4].retention_years
