# METADATA
# title: Top-ups of the noise budget
# description: One person of the operator's security office proposes, one of another party confirms.
package yumen.budget

import data.yumen.lib

# METADATA
# title: The act belongs to the caller's role
# custom:
#   rule: BUD-001
#   code: ROLE
#   entrypoints: [budget.topup]
#   articles: [BJ-FIN-29, BJ-OPS-27c]
#   message:
#     zh: 该角色不能追加加噪预算
#     en: This role may not add to a noise budget in this way
#   remedy:
#     zh: 由运营单位的安全管理员提出，由监管人员或数据提供单位以相同内容确认
#     en: The operator's security administrator proposes it; the regulator or a provider confirms it in the same words
proof contains "BUD-001" if lib.may_act("budget.topup", input.op)

# METADATA
# title: It is said whose budget grows, by how much, for how long and why
# custom:
#   rule: BUD-002
#   code: INCOMPLETE
#   entrypoints: [budget.topup]
#   articles: [BJ-OPS-27c]
#   message:
#     zh: 没有说明法人集团、主体类型、级别、时间窗、数量或原因
#     en: The legal group, the type of entities, the grade, the window, the units or the reason is missing
#   remedy:
#     zh: 时间窗为 30 天或 365 天，数量至少为 1，并写明原因
#     en: The window is 30 or 365 days, the units are at least 1, and it is said why
proof contains "BUD-002" if {
	lib.named(input.target.legal_group)
	lib.named(input.target.entity)
	input.target.grade in {1, 2, 3, 4}
	input.target.days in {30, 365}
	lib.at_least(input.target.units, 1)
	input.reason == true
}

# METADATA
# title: Two people of two parties add to a budget
# custom:
#   rule: BUD-003
#   code: SEPARATION
#   entrypoints: [budget.topup]
#   articles: [BJ-FIN-29, BJ-OPS-27c]
#   message:
#     zh: 追加预算须由不同单位的两人完成
#     en: Two people of two parties add to a budget
#   remedy:
#     zh: 由另一单位的人员确认
#     en: Have a person of another party confirm it
proof contains "BUD-003" if input.op == "propose"

proof contains "BUD-003" if {
	input.op == "confirm"
	lib.differ(input.subject.account, input.proposer.account)
	lib.differ(input.subject.person, input.proposer.person)
	lib.differ(input.subject.organization, input.proposer.organization)
	lib.differ(input.subject.legal_group, input.proposer.legal_group)
}

# METADATA
# title: Nobody adds to the budget of his own group
# custom:
#   rule: BUD-004
#   code: SEPARATION
#   entrypoints: [budget.topup]
#   articles: [BJ-FIN-29, BJ-OPS-27c]
#   message:
#     zh: 不能为本集团追加预算
#     en: Nobody adds to the budget of his own legal group
#   remedy:
#     zh: 由该集团以外的人员办理
#     en: Have people outside that group do it
proof contains "BUD-004" if lib.differ(input.subject.legal_group, input.target.legal_group)

# METADATA
# title: Top-ups of one window stay below their bound
# custom:
#   rule: BUD-005
#   code: BUDGET
#   entrypoints: [budget.topup]
#   articles: [BJ-OPS-27c, BJ-OPS-32b]
#   message:
#     zh: 追加后超过该级别该时间窗的追加上限
#     en: The top-ups of this window would exceed what the grade allows
#   remedy:
#     zh: 减少数量，或等待已有的追加到期
#     en: Ask for fewer units, or wait until an earlier top-up is over
proof contains "BUD-005" if {
	input.target.days == 30
	within(lib.settings.grades[input.target.grade].noise.more_month)
}

proof contains "BUD-005" if {
	input.target.days == 365
	within(lib.settings.grades[input.target.grade].noise.more_year)
}

within(most) if {
	lib.at_least(input.target.standing, 0)
	lib.at_most(input.target.standing + input.target.units, most)
}

# METADATA
# title: A provider confirms for entities of its own data
# custom:
#   rule: BUD-006
#   code: ROLE
#   entrypoints: [budget.topup]
#   articles: [BJ-OPS-27c]
#   message:
#     zh: 该提供单位没有该级别及以上含此类主体的数据集
#     en: This provider has no dataset of this grade or above with entities of this type
#   remedy:
#     zh: 由含此类主体的数据集的提供单位或监管人员确认
#     en: Have the provider of a dataset with such entities, or the regulator, confirm it
proof contains "BUD-006" if input.op == "propose"

proof contains "BUD-006" if {
	input.op == "confirm"
	input.subject.role == "regulator"
}

proof contains "BUD-006" if {
	input.op == "confirm"
	input.subject.organization in object.keys(input.target.providers)
}

# METADATA
# title: Retention of a top-up's record
# custom:
#   rule: BUD-101
#   kind: obligation
#   entrypoints: [budget.topup]
#   articles: [XM-39b, XM-39c]
retention_years := lib.settings.grades[4].retention_years
