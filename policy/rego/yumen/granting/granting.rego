# METADATA
# title: Grants
# description: Who may suspend, resume and terminate a grant.
package yumen.granting

import future.keywords.not

import data.yumen.lib

# METADATA
# title: The act belongs to the caller's role
# custom:
#   rule: GRA-001
#   code: ROLE
#   entrypoints: [grant.change]
#   articles: [BJ-FIN-3, BJ-FIN-19a]
#   message:
#     zh: 该角色不能变更授权
#     en: This role may not change a grant
#   remedy:
#     zh: 由数据管理人员或安全管理员暂停、恢复、终止；应用单位可终止本机构的授权
#     en: A steward or the security administrator suspends, resumes and terminates; an institution may terminate its own
proof contains "GRA-001" if lib.may_act("grant.change", input.op)

# METADATA
# title: The caller is a party to the grant
# custom:
#   rule: GRA-002
#   code: SEPARATION
#   entrypoints: [grant.change]
#   articles: [BJ-FIN-3, BJ-OPS-4, BJ-FIN-35b]
#   message:
#     zh: 贵单位无权变更此授权
#     en: This grant is not your organization's to change
#   remedy:
#     zh: 由运营单位、监管部门或其数据的提供单位处理
#     en: The operator, the regulator or a provider of its data does this
proof contains "GRA-002" if {
	input.op == "terminate"
	input.subject.role == "analyst"
	lib.same(input.subject.organization, input.grant.organization)
}

proof contains "GRA-002" if {
	input.subject.role in {"steward", "security_administrator"}
	lib.differ(input.subject.organization, input.grant.organization)
	lib.differ(input.subject.legal_group, input.grant.legal_group)
	answers_for_it
}

answers_for_it if lib.answers_for_all

answers_for_it if {
	is_object(input.grant.providers)
	input.subject.organization in object.keys(input.grant.providers)
}

# METADATA
# title: The grant is in a state that the act fits
# custom:
#   rule: GRA-003
#   code: STATE
#   entrypoints: [grant.change]
#   articles: [BJ-FIN-35b, BJ-OPS-15, XM-50]
#   message:
#     zh: 授权当前状态不允许此操作，或期限已满
#     en: The grant is not in a state for this, or its term is over
#   remedy:
#     zh: 查看授权状态
#     en: Look at the grant's state
proof contains "GRA-003" if {
	lib.named(input.grant.id)
	input.grant.state in fits[input.op]
	lib.at_least(input.grant.not_after, input.now + 1)
}

# What a steward suspended the security administrator takes over: it is his to resume then.
proof contains "GRA-003" if {
	input.op == "suspend"
	input.subject.role == "security_administrator"
	lib.named(input.grant.id)
	input.grant.state == "suspended"
	input.grant.suspended_by == "steward"
	lib.at_least(input.grant.not_after, input.now + 1)
}

fits := {
	"suspend": {"active"},
	"resume": {"suspended"},
	"terminate": {"active", "suspended"},
}

# METADATA
# title: Who suspended it resumes it, or the security administrator does
# custom:
#   rule: GRA-004
#   code: SEPARATION
#   entrypoints: [grant.change]
#   articles: [BJ-FIN-35b, BJ-FIN-29]
#   message:
#     zh: 此授权由安全管理员或其他单位暂停
#     en: The security administrator or another organization suspended this grant
#   remedy:
#     zh: 由暂停它的单位或安全管理员恢复
#     en: Have the organization that suspended it, or the security administrator, resume it
proof contains "GRA-004" if input.op in {"suspend", "terminate"}

proof contains "GRA-004" if {
	input.op == "resume"
	input.grant.suspended_by == "steward"
	lib.same(input.subject.organization, input.grant.suspender)
}

proof contains "GRA-004" if {
	input.op == "resume"
	input.subject.role == "security_administrator"
}

# METADATA
# title: Retention of a grant's record
# custom:
#   rule: GRA-101
#   kind: obligation
#   entrypoints: [grant.change]
#   articles: [XM-39b, XM-39c]
retention_years := max([years | some years in lib.settings.retention_by_market])
