# METADATA
# title: The caller
# description: Conditions about the caller that every act shares.
package yumen.subject

import data.yumen.lib

# METADATA
# title: The caller acts under a role that is in effect
# custom:
#   rule: SUB-001
#   code: SUSPENDED
#   entrypoints:
#     - catalog.change
#     - supply.load
#     - supply.change
#     - application.step
#     - computation.review
#     - grant.change
#     - review.vote
#     - query.check
#     - query.run
#     - release.decide
#     - release.collect
#     - product.file
#     - freeze.set
#     - freeze.lift
#     - policy.activate
#     - sanction.apply
#     - seal.change
#     - budget.topup
#     - instruction.step
#   articles: [BJ-FIN-17, BJ-FIN-29, BJ-OPS-21a, XM-19c]
#   message:
#     zh: 账户的角色尚未生效或已停用
#     en: The account's role is not in effect
#   remedy:
#     zh: 请安全管理员确认角色或解除停用
#     en: Have the security administrator confirm the role or resume the account
proof contains "SUB-001" if input.subject.effective == true

# METADATA
# title: The caller is a filed person, at a known time
# custom:
#   rule: SUB-002
#   code: PERSON_NOT_FILED
#   entrypoints:
#     - account.change
#     - catalog.change
#     - supply.load
#     - supply.change
#     - application.step
#     - computation.review
#     - grant.change
#     - review.vote
#     - query.check
#     - query.run
#     - release.decide
#     - release.collect
#     - product.file
#     - freeze.set
#     - freeze.lift
#     - policy.activate
#     - sanction.apply
#     - seal.change
#     - budget.topup
#     - instruction.step
#   articles: [BJ-FIN-17, BJ-OPS-21a, BJ-OPS-21b]
#   message:
#     zh: 账户没有对应的实名人员或机构
#     en: The account names no filed person or organization
#   remedy:
#     zh: 先登记人员和机构
#     en: File the person and the organization first
proof contains "SUB-002" if {
	lib.at_least(input.now, 1)
	lib.named(input.subject.account)
	lib.named(input.subject.person)
	lib.named(input.subject.organization)
	lib.named(input.subject.legal_group)
}

# METADATA
# title: Nothing that the act needs is frozen
# description: >-
#   The gateway lists the freezes and sanctions that cover the act. Which covers which acts is a table of the program.
# custom:
#   rule: SUB-003
#   code: FROZEN
#   entrypoints:
#     - supply.load
#     - application.step
#     - computation.review
#     - query.check
#     - query.run
#     - release.decide
#     - release.collect
#   articles: [BJ-FIN-32a, BJ-FIN-35b, SJZ-23d, XC-37]
#   message:
#     zh: 已被紧急冻结
#     en: An emergency freeze is in force
#   remedy:
#     zh: 等待解除冻结，或联系运营单位
#     en: Wait until it is lifted, or contact the operator
proof contains "SUB-003" if {
	is_object(input.frozen)
	object.keys(input.frozen) - {"blacklist", "closure", "termination"} == set()
}

# METADATA
# title: The unit is not on the blacklist
# custom:
#   rule: SUB-004
#   code: BLACKLISTED
#   entrypoints:
#     - supply.load
#     - application.step
#     - computation.review
#     - query.check
#     - query.run
#     - release.decide
#     - release.collect
#   articles: [XM-62a]
#   message:
#     zh: 该单位已被列入黑名单
#     en: The unit is on the blacklist
#   remedy:
#     zh: 经两人决定移出后方可使用
#     en: Two people decide whether it is taken off
proof contains "SUB-004" if {
	is_object(input.frozen)
	object.keys(input.frozen) & {"blacklist"} == set()
}

# METADATA
# title: The dataset is not closed to the organization
# custom:
#   rule: SUB-005
#   code: SUSPENDED
#   entrypoints:
#     - supply.load
#     - application.step
#     - computation.review
#     - query.check
#     - query.run
#     - release.decide
#     - release.collect
#   articles: [XC-42]
#   message:
#     zh: 该数据集已对本机构关闭
#     en: The dataset is closed to this organization
#   remedy:
#     zh: 在期限内改正并申请恢复
#     en: Put it right before the deadline and ask to be reinstated
proof contains "SUB-005" if {
	is_object(input.frozen)
	object.keys(input.frozen) & {"closure"} == set()
}

# METADATA
# title: The organization is not terminated
# custom:
#   rule: SUB-006
#   code: ORGANIZATION_NOT_ADMITTED
#   entrypoints:
#     - supply.load
#     - application.step
#     - computation.review
#     - query.check
#     - query.run
#     - release.decide
#     - release.collect
#   articles: [SJZ-11c]
#   message:
#     zh: 该机构的平台使用权限已终止
#     en: The organization has been terminated
#   remedy:
#     zh: 重新办理入驻
#     en: It has to be admitted anew
proof contains "SUB-006" if {
	is_object(input.frozen)
	object.keys(input.frozen) & {"termination"} == set()
}
