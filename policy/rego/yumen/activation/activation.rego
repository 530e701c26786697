# METADATA
# title: Policy bundles
# description: Two people change the rules, one of them the security administrator, and never back by mistake.
package yumen.activation

import data.yumen.lib

# METADATA
# title: The act belongs to the caller's role
# custom:
#   rule: POL-001
#   code: ROLE
#   entrypoints: [policy.activate]
#   articles: [BJ-FIN-15b, BJ-FIN-29]
#   message:
#     zh: 该角色不能更换策略
#     en: This role may not change the rules
#   remedy:
#     zh: 由安全管理员与另一名管理、审核或监管人员共同签署
#     en: The security administrator signs, and an administrator, a reviewer or the regulator
proof contains "POL-001" if lib.may_act("policy.activate", input.op)

# METADATA
# title: Two people sign, one of them the security administrator
# custom:
#   rule: POL-002
#   code: SEPARATION
#   entrypoints: [policy.activate]
#   articles: [BJ-FIN-15b, BJ-FIN-29]
#   message:
#     zh: 更换策略须由两人签署，其中一人为安全管理员
#     en: Two people change the rules, one of them the security administrator
#   remedy:
#     zh: 由另一名人员确认
#     en: Have another person confirm it
proof contains "POL-002" if input.op == "propose"

proof contains "POL-002" if {
	input.op == "confirm"
	lib.differ(input.subject.account, input.proposer.account)
	lib.differ(input.subject.person, input.proposer.person)
	"security_administrator" in {input.subject.role, input.proposer.role}
}

# METADATA
# title: The caller signed the bundle with a confirmed key
# custom:
#   rule: POL-003
#   code: PERSON_NOT_FILED
#   entrypoints: [policy.activate]
#   articles: [BJ-FIN-15b, BJ-OPS-21b]
#   message:
#     zh: 没有本人经确认的密钥对该策略包的签名
#     en: The bundle is not signed with the caller's own confirmed key
#   remedy:
#     zh: 登记密钥并经确认后，再签署
#     en: Register a key and have it confirmed, then sign
proof contains "POL-003" if input.signed == true

# METADATA
# title: The bundle compiles, holds the floor and passes its own tests
# custom:
#   rule: POL-004
#   code: INCOMPLETE
#   entrypoints: [policy.activate]
#   articles: [BJ-FIN-15b]
#   message:
#     zh: 策略包未通过检查
#     en: The bundle did not pass its checks
#   remedy:
#     zh: 运行 yumen policy test 并改正
#     en: Run yumen policy test, and correct what it finds
proof contains "POL-004" if {
	lib.named(input.bundle.digest)
	input.bundle.checked == true
}

# METADATA
# title: The revision is higher, or the way back is explicit
# custom:
#   rule: POL-005
#   code: STATE
#   entrypoints: [policy.activate]
#   articles: [BJ-FIN-15b]
#   message:
#     zh: 策略包的版本不高于曾经生效的版本
#     en: The bundle's revision is not higher than every one that has decided
#   remedy:
#     zh: 提高版本号；要回到以前的策略，请用 --rollback 并说明原因
#     en: Raise the revision; to go back to earlier rules use --rollback and say why
proof contains "POL-005" if {
	input.bundle.rollback == false
	input.bundle.decided == false
	lib.differ(input.bundle.digest, input.active.digest)
	lib.at_least(input.active.highest, 0)
	lib.at_least(input.bundle.order, input.active.highest + 1)
}

proof contains "POL-005" if {
	input.bundle.rollback == true
	input.bundle.decided == true
	lib.differ(input.bundle.digest, input.active.digest)
}

# METADATA
# title: It is said why
# custom:
#   rule: POL-006
#   code: INCOMPLETE
#   entrypoints: [policy.activate]
#   articles: [BJ-FIN-15b]
#   message:
#     zh: 没有说明原因
#     en: It is not said why
#   remedy:
#     zh: 加上 --comment 或 --reason
#     en: Add --comment or --reason
proof contains "POL-006" if input.reason == true

# METADATA
# title: Retention of the record of a change
# custom:
#   rule: POL-101
#   kind: obligation
#   entrypoints: [policy.activate]
#   articles: [XM-39b, XM-39c]
retention_years := lib.settings.grades[4].retention_years
