# METADATA
# title: Separation of duties
# description: Who may change accounts and who may vote. Nobody confirms, approves or reviews his own act.
package yumen.separation

import future.keywords.not

import data.yumen.lib

# METADATA
# title: The act belongs to the caller's role
# custom:
#   rule: SEP-001
#   code: ROLE
#   entrypoints: [account.change]
#   articles: [BJ-FIN-3, BJ-FIN-29]
#   message:
#     zh: 该角色不能进行此账户操作
#     en: This role may not change accounts in this way
#   remedy:
#     zh: 由管理员创建、安全管理员确认、本人激活
#     en: The administrator creates, the security administrator confirms, the person himself activates
proof contains "SEP-001" if {
	lib.may_act("account.change", input.op)
	input.subject.effective == true
}

proof contains "SEP-001" if {
	"self" in data.yumen.acts["account.change"][input.op]
	lib.same(input.subject.account, input.target.account)
	lib.same(input.subject.person, input.target.person)
}

# Nobody confirms his own key: the security administrator's is confirmed by an auditor.
proof contains "SEP-001" if {
	input.op == "confirm_key"
	input.target.role == "security_administrator"
	input.subject.role == "auditor"
	input.subject.effective == true
}

# METADATA
# title: One person holds no roles that exclude each other
# custom:
#   rule: SEP-002
#   code: SEPARATION
#   entrypoints: [account.change]
#   articles: [BJ-FIN-3, BJ-FIN-29, XM-49]
#   message:
#     zh: 该人员已有与此互斥的角色
#     en: The person holds a role that excludes this one
#   remedy:
#     zh: 由另一名人员担任
#     en: Give the role to another person
proof contains "SEP-002" if {
	is_object(input.held)
	object.keys(input.held) & object.keys(data.yumen.exclusive[input.target.role]) == set()
	object.keys(input.held) - object.keys(data.yumen.exclusive) == set()
}

detail["SEP-002"] contains {"role": role} if some role, _ in input.held

# METADATA
# title: Nobody changes his own account
# description: >-
#   Another person creates, confirms, suspends and resumes; and the one who confirms is not the one who created.
# custom:
#   rule: SEP-003
#   code: SEPARATION
#   entrypoints: [account.change]
#   articles: [BJ-FIN-29, BJ-OPS-21b]
#   message:
#     zh: 不能由本人或创建人确认
#     en: Neither the person himself nor the creator may do this
#   remedy:
#     zh: 由另一名管理人员处理
#     en: Have another administrator do it
proof contains "SEP-003" if {
	input.op in {"create", "suspend", "reset", "reset_factor"}
	another
}

proof contains "SEP-003" if {
	input.op in {"confirm_role", "confirm_key", "resume"}
	another
	lib.differ(input.subject.person, input.target.creator)
}

proof contains "SEP-003" if input.op in {"activate", "register_key"}

another if {
	lib.differ(input.subject.account, input.target.account)
	lib.differ(input.subject.person, input.target.person)
}

# METADATA
# title: The account stands for a filed person
# custom:
#   rule: SEP-004
#   code: PERSON_NOT_FILED
#   entrypoints: [account.change]
#   articles: [BJ-OPS-21a, XM-19c, BJ-FIN-17]
#   message:
#     zh: 账户没有对应的实名人员或机构
#     en: The account names no filed person or organization
#   remedy:
#     zh: 先登记人员和机构
#     en: File the person and the organization first
proof contains "SEP-004" if {
	lib.named(input.target.account)
	lib.named(input.target.person)
	lib.named(input.target.organization)
	input.target.role in object.keys(data.yumen.exclusive)
}

# METADATA
# title: The account is in a state that the act fits
# custom:
#   rule: SEP-005
#   code: STATE
#   entrypoints: [account.change]
#   articles: [BJ-FIN-30, BJ-OPS-21b]
#   message:
#     zh: 账户当前状态不允许此操作
#     en: The account is not in a state for this
#   remedy:
#     zh: 查看账户状态
#     en: Look at the account's state
proof contains "SEP-005" if {
	input.op == "create"
	input.target.state == "none"
}

proof contains "SEP-005" if {
	input.op in {"confirm_role", "activate", "register_key", "confirm_key", "suspend", "reset", "reset_factor"}
	input.target.state == "active"
}

proof contains "SEP-005" if {
	input.op == "resume"
	input.target.state == "suspended"
}

# METADATA
# title: The offices are counted
# custom:
#   rule: SEP-006
#   code: STATE
#   entrypoints: [account.change]
#   articles: [BJ-FIN-29]
#   message:
#     zh: 管理岗位的情况未知
#     en: It is not known which offices are filled
#   remedy:
#     zh: 联系运营单位
#     en: Contact the operator
proof contains "SEP-006" if {
	is_boolean(input.offices.security_administrator_active)
	lib.at_least(input.offices.security_administrators, 0)
	lib.at_least(input.offices.auditors, 0)
}

# METADATA
# title: When the change takes effect
# description: >-
#   A role waits for the security administrator. While none is active, the first security administrator and the first
#   auditor that the administrator names do not.
# custom:
#   rule: SEP-101
#   kind: obligation
#   entrypoints: [account.change]
#   articles: [BJ-FIN-29]
account := {"confirmation": "waived"} if first_officer

account := {"confirmation": "required"} if {
	input.op in {"create", "register_key"}
	not first_officer
}

account := {"confirmation": "none"} if {
	input.op in {"confirm_role", "activate", "confirm_key", "suspend", "resume", "reset", "reset_factor"}
}

first_officer if {
	input.op == "create"
	input.offices.security_administrator_active == false
	input.target.role == "security_administrator"
	input.offices.security_administrators == 0
}

first_officer if {
	input.op == "create"
	input.offices.security_administrator_active == false
	input.target.role == "auditor"
	input.offices.auditors == 0
}

# METADATA
# title: The voter is an egress reviewer
# custom:
#   rule: SEP-011
#   code: ROLE
#   entrypoints: [review.vote]
#   articles: [SJZ-13c, BJ-FIN-3]
#   message:
#     zh: 只有出域审核人员可以表决
#     en: Only an egress reviewer votes
#   remedy:
#     zh: 由出域审核人员处理
#     en: Leave it to an egress reviewer
proof contains "SEP-011" if lib.may_act("review.vote", input.value)

# METADATA
# title: The voter is not the author
# custom:
#   rule: SEP-012
#   code: SEPARATION
#   entrypoints: [review.vote]
#   articles: [SJZ-13c, BJ-FIN-3]
#   message:
#     zh: 不能审核本人的申请
#     en: Nobody reviews his own request
#   remedy:
#     zh: 由另一名审核人员处理
#     en: Leave it to another reviewer
proof contains "SEP-012" if {
	lib.differ(input.subject.account, input.run.author.account)
	lib.differ(input.subject.person, input.run.author.person)
}

# METADATA
# title: The voter is of another institution and legal group
# custom:
#   rule: SEP-013
#   code: SEPARATION
#   entrypoints: [review.vote]
#   articles: [SJZ-13c, BJ-OPS-4]
#   message:
#     zh: 不能审核本机构或同一集团的申请
#     en: Nobody reviews a request of his own institution or legal group
#   remedy:
#     zh: 由其他机构的审核人员处理
#     en: Leave it to a reviewer of another institution
proof contains "SEP-013" if {
	lib.differ(input.subject.organization, input.run.author.organization)
	lib.differ(input.subject.legal_group, input.run.author.legal_group)
}

# METADATA
# title: The voter's signing key is confirmed
# custom:
#   rule: SEP-014
#   code: PERSON_NOT_FILED
#   entrypoints: [review.vote]
#   articles: [XM-43, BJ-OPS-21b]
#   message:
#     zh: 审核人员的签名密钥尚未确认
#     en: The reviewer's signing key is not confirmed
#   remedy:
#     zh: 登记密钥并由安全管理员确认
#     en: Register a key and have the security administrator confirm it
proof contains "SEP-014" if input.key_confirmed == true

# METADATA
# title: The run is in review
# custom:
#   rule: SEP-015
#   code: STATE
#   entrypoints: [review.vote]
#   articles: [SJZ-13c]
#   message:
#     zh: 该申请不在审核中
#     en: The run is not in review
#   remedy:
#     zh: 查看该申请的状态
#     en: Look at the state of the run
proof contains "SEP-015" if {
	lib.named(input.run.id)
	input.run.state == "in_review"
}

# METADATA
# title: From grade 3 the approver of the computation does not vote
# custom:
#   rule: SEP-016
#   code: SEPARATION
#   entrypoints: [review.vote]
#   articles: [SJZ-13c, BJ-OPS-27d]
#   message:
#     zh: 三级以上数据，计算的批准人不能再审核出域
#     en: From grade 3 the approver of the computation does not review its release
#   remedy:
#     zh: 由另一名审核人员处理
#     en: Leave it to another reviewer
proof contains "SEP-016" if input.run.grade in {1, 2}

proof contains "SEP-016" if {
	input.run.grade in {3, 4}
	is_string(input.run.approver)
	input.run.approver != input.subject.person
}

# METADATA
# title: One person has one vote
# custom:
#   rule: SEP-017
#   code: SEPARATION
#   entrypoints: [review.vote]
#   articles: [SJZ-13c, BJ-FIN-17]
#   message:
#     zh: 每人只有一票
#     en: One person has one vote
#   remedy:
#     zh: 等待其他审核人员
#     en: Wait for the other reviewers
proof contains "SEP-017" if {
	is_object(input.voted)
	lib.named(input.subject.person)
	not input.subject.person in object.keys(input.voted)
}

# METADATA
# title: Retention of a vote's record
# custom:
#   rule: SEP-102
#   kind: obligation
#   entrypoints: [review.vote]
#   articles: [XM-39b, XM-39c]
vote_retention := lib.retention(input.run.grade, object.keys(input.run.markets))
