# METADATA
# title: Applications
# description: What a demand application must say before it becomes a grant, and who may decide on it.
package yumen.application

import future.keywords.not

import data.yumen.lib

# METADATA
# title: The step belongs to the caller's role
# custom:
#   rule: APP-001
#   code: ROLE
#   entrypoints: [application.step]
#   articles: [BJ-FIN-3, BJ-FIN-19a]
#   message:
#     zh: 该角色不能进行此申请步骤
#     en: This role may not take this step
#   remedy:
#     zh: 由应用单位分析人员提交、数据管理人员审核
#     en: An analyst of the institution submits, a steward decides
proof contains "APP-001" if lib.may_act("application.step", input.op)

# METADATA
# title: The right party takes the step
# custom:
#   rule: APP-002
#   code: SEPARATION
#   entrypoints: [application.step]
#   articles: [BJ-FIN-3, BJ-OPS-4, SJZ-16c]
#   message:
#     zh: 只能为本机构提交，且不能审核本人或本机构的申请
#     en: One submits for one's own organization, and does not decide on one's own application
#   remedy:
#     zh: 由相应的另一方处理
#     en: Leave it to the other party
proof contains "APP-002" if {
	applicant
	lib.same(input.subject.organization, input.application.organization)
	lib.same(input.subject.account, input.application.author.account)
	lib.same(input.subject.person, input.application.author.person)
}

proof contains "APP-002" if {
	reviewer
	lib.differ(input.subject.organization, input.application.organization)
	lib.differ(input.subject.legal_group, input.application.legal_group)
	lib.differ(input.subject.account, input.application.author.account)
	lib.differ(input.subject.person, input.application.author.person)
}

applicant if input.op in {"submit", "resubmit", "withdraw"}

reviewer if input.op in {"approve", "return", "reject"}

# What ends an application, or sends it back, asks nothing of its contents.
ending if input.op in {"withdraw", "return", "reject"}

# METADATA
# title: The application is in a state that the step fits
# custom:
#   rule: APP-003
#   code: STATE
#   entrypoints: [application.step]
#   articles: [SJZ-16d, BJ-OPS-26]
#   message:
#     zh: 申请当前状态不允许此步骤
#     en: The application is not in a state for this step
#   remedy:
#     zh: 查看申请状态
#     en: Look at the application's state
proof contains "APP-003" if input.application.state in fits[input.op]

fits := {
	"submit": {"none"},
	"resubmit": {"returned"},
	"withdraw": {"submitted", "returned"},
	"approve": {"submitted"},
	"return": {"submitted"},
	"reject": {"submitted"},
}

# METADATA
# title: The organization is admitted
# custom:
#   rule: APP-004
#   code: ORGANIZATION_NOT_ADMITTED
#   entrypoints: [application.step]
#   articles: [BJ-FIN-7, BJ-OPS-22a]
#   message:
#     zh: 机构尚未准入
#     en: The organization is not admitted
#   remedy:
#     zh: 完成机构准入
#     en: Complete the admission of the organization
proof contains "APP-004" if {
	lib.same(input.organization.name, input.application.organization)
	input.organization.admitted == true
}

proof contains "APP-004" if ending

# METADATA
# title: The organization is not suspended
# custom:
#   rule: APP-005
#   code: SUSPENDED
#   entrypoints: [application.step]
#   articles: [BJ-FIN-35b, SJZ-23d]
#   message:
#     zh: 机构已被暂停
#     en: The organization is suspended
#   remedy:
#     zh: 联系运营单位
#     en: Contact the operator
proof contains "APP-005" if input.organization.suspended == false

proof contains "APP-005" if ending

# METADATA
# title: Purposes and one scenario are stated
# custom:
#   rule: APP-006
#   code: PURPOSE
#   entrypoints: [application.step]
#   articles: [SJZ-16a, BJ-FIN-21, BJ-OPS-25d, XM-19a]
#   message:
#     zh: 没有写明用途和一个应用场景
#     en: The purposes and one scenario are not stated
#   remedy:
#     zh: 写明具体用途和场景，不得一揽子授权
#     en: State them; bundled scopes are not granted
proof contains "APP-006" if {
	lib.chosen(input.application.purposes)
	lib.named(input.application.scenario)
}

proof contains "APP-006" if ending

# METADATA
# title: Every column has a stated necessity
# custom:
#   rule: APP-007
#   code: INCOMPLETE
#   entrypoints: [application.step]
#   articles: [SJZ-16b, BJ-FIN-21, BJ-FIN-23a]
#   message:
#     zh: 有字段没有说明必要性
#     en: A column has no stated necessity
#   remedy:
#     zh: 逐个字段说明必要性，或去掉该字段
#     en: State the necessity of each column, or leave it out
proof contains "APP-007" if {
	some_datasets
	every dataset in input.application.datasets {
		lib.chosen(dataset.columns)
		lib.lacking(dataset.columns, dataset.necessity) == set()
	}
}

proof contains "APP-007" if ending

detail["APP-007"] contains {"table": name, "column": column} if {
	some name, dataset in input.application.datasets
	some column, _ in dataset.columns
	not dataset.necessity[column]
}

some_datasets if {
	is_object(input.application.datasets)
	input.application.datasets != {}
}

# METADATA
# title: Methods are named
# custom:
#   rule: APP-008
#   code: METHOD_NOT_GRANTED
#   entrypoints: [application.step]
#   articles: [BJ-FIN-22a, BJ-FIN-23a]
#   message:
#     zh: 没有写明计算方法
#     en: The methods are not named
#   remedy:
#     zh: 列出所需的计算方法
#     en: List the methods that are needed
proof contains "APP-008" if lib.chosen(input.application.methods)

proof contains "APP-008" if ending

# METADATA
# title: Every dataset is approved
# custom:
#   rule: APP-009
#   code: DATASET_NOT_APPROVED
#   entrypoints: [application.step]
#   articles: [SJZ-15a, XM-17]
#   message:
#     zh: 数据目录尚未批准
#     en: A dataset is not approved
#   remedy:
#     zh: 等待目录批准
#     en: Wait until it is approved
proof contains "APP-009" if {
	some_datasets
	every dataset in input.application.datasets {
		dataset.state == "approved"
		dataset.grade in {1, 2, 3, 4}
	}
}

proof contains "APP-009" if ending

# METADATA
# title: No dataset is sealed
# custom:
#   rule: APP-010
#   code: DATASET_SEALED
#   entrypoints: [application.step]
#   articles: [XM-14c, XM-22, XM-31, XC-19a, XC-26]
#   message:
#     zh: 数据已封存、不予共享或不予开放
#     en: A dataset is sealed, not shared or not opened
#   remedy:
#     zh: 去掉该数据
#     en: Leave it out
proof contains "APP-010" if {
	some_datasets
	every dataset in input.application.datasets {
		lib.open_market(dataset.market)
		lib.open_sharing(dataset.sharing)
		lib.open_opening(dataset.opening)
	}
}

proof contains "APP-010" if ending

# METADATA
# title: The term has an end and lies ahead
# custom:
#   rule: APP-011
#   code: INCOMPLETE
#   entrypoints: [application.step]
#   articles: [SJZ-16a, BJ-OPS-16a, SJZ-11a, XM-19a]
#   message:
#     zh: 使用期限缺失、已过或超过最长期限
#     en: The term is missing, over or too long
#   remedy:
#     zh: 填写不超过最长期限的起止时间
#     en: State a beginning and an end within the longest term
proof contains "APP-011" if {
	lib.at_least(input.application.not_before, 1)
	lib.at_least(input.application.not_after, input.application.not_before + 1)
	lib.at_least(input.application.not_after, input.now + 1)
	lib.at_most(input.application.not_after - input.application.not_before, lib.settings.term_days_max * 86400)
}

proof contains "APP-011" if ending

# METADATA
# title: The step is open and the caller is its party
# custom:
#   rule: APP-012
#   code: SEPARATION
#   entrypoints: [application.step]
#   articles: [SJZ-16c, SJZ-16d, XM-21c]
#   message:
#     zh: 该步骤未开放，或不由贵单位审核
#     en: This step is not open, or another party takes it
#   remedy:
#     zh: 查看申请的审核环节，由该环节的单位处理
#     en: See the application's route; the step's own party takes it
proof contains "APP-012" if applicant

proof contains "APP-012" if {
	reviewer
	input.step in open_steps
	party(input.step)
}

detail["APP-012"] contains {"step": step.name, "organization": step.organization} if some step in open_steps

party(step) if step.name == "steward"

# The provider's own step bears its name.
party(step) if lib.same(step.organization, input.subject.organization)

party(step) if {
	step.name == "operator"
	input.caller.type == "operator"
}

party(step) if {
	step.name == "authority"
	input.caller.type == "regulator"
}

# An unknown grade, or none, takes the route of the highest.
grade := max({4 | not some_datasets} | {known(dataset.grade) | some dataset in input.application.datasets})

known(g) := g if g in {1, 2, 3, 4}

known(g) := 4 if not g in {1, 2, 3, 4}

rules := lib.settings.grades[grade]

route := [steps(name) | some name in rules.route]

steps(name) := {{"name": name, "organization": dataset.provider} | some dataset in input.application.datasets} if {
	name == "provider"
}

steps(name) := {{"name": name, "organization": ""}} if name != "provider"

taken := {{"name": step.name, "organization": step.organization} | some step in input.application.taken}

# The steps of the first stage that is not complete.
open_steps := [left |
	some stage in route
	left := stage - taken
	left != set()
][0]

# METADATA
# title: Nobody takes two steps
# custom:
#   rule: APP-013
#   code: SEPARATION
#   entrypoints: [application.step]
#   articles: [XM-21c, BJ-FIN-3]
#   message:
#     zh: 同一人不能审核两个环节
#     en: One person does not take two steps
#   remedy:
#     zh: 由另一人审核此环节
#     en: Leave this step to another person
proof contains "APP-013" if {
	is_array(input.application.taken)
	every step in input.application.taken {
		lib.differ(step.person, input.subject.person)
	}
}

# METADATA
# title: Safeguards are stated where they are asked for
# custom:
#   rule: APP-014
#   code: INCOMPLETE
#   entrypoints: [application.step]
#   articles: [SJZ-16a]
#   message:
#     zh: 没有写明数据安全保障措施（safeguards）
#     en: The safeguards are not stated
#   remedy:
#     zh: 在申请中增加 safeguards：数据由谁、在何处、以何种措施使用
#     en: "Add safeguards to the application: who uses the data, where, and how it is kept safe"
proof contains "APP-014" if ending

proof contains "APP-014" if input.application.safeguards == true

proof contains "APP-014" if waived("safeguards")

waived(field) if {
	is_array(rules.needs)
	not field in rules.needs
}

# METADATA
# title: Recipients are named where they are asked for
# custom:
#   rule: APP-015
#   code: INCOMPLETE
#   entrypoints: [application.step]
#   articles: [SJZ-16a, BJ-FIN-22c]
#   message:
#     zh: 没有写明结果的接收单位或人员（recipients）
#     en: The recipients of the results are not named
#   remedy:
#     zh: 在申请中增加 recipients：接收单位，可细化到人员
#     en: "Add recipients to the application: organizations, and persons if only some may collect"
proof contains "APP-015" if ending

proof contains "APP-015" if lib.chosen(input.application.recipients)

proof contains "APP-015" if {
	input.application.recipients == {}
	waived("recipients")
}

# METADATA
# title: Every recipient is an admitted organization of the applicant's legal group
# custom:
#   rule: APP-016
#   code: ORGANIZATION_NOT_ADMITTED
#   entrypoints: [application.step]
#   articles: [BJ-FIN-22c, SJZ-17b, XC-24]
#   message:
#     zh: 接收单位不是申请单位所在法人集团的已准入机构
#     en: A recipient is not an admitted organization of the applicant's legal group
#   remedy:
#     zh: 去掉该接收单位；其他单位应自行申请
#     en: Leave it out; another institution applies for itself
proof contains "APP-016" if ending

proof contains "APP-016" if {
	is_object(input.application.recipients)
	every recipient in input.application.recipients {
		lib.same(recipient.legal_group, input.application.legal_group)
		recipient.admitted == true
	}
}

# METADATA
# title: The frequency is stated where it is asked for
# custom:
#   rule: APP-017
#   code: INCOMPLETE
#   entrypoints: [application.step]
#   articles: [XM-19a, XM-20b, BJ-FIN-22a]
#   message:
#     zh: 没有写明使用频次（frequency），或频次不合理
#     en: The frequency is not stated, or not a number of runs
#   remedy:
#     zh: 在申请中增加 frequency：per_day、per_month 或 total，即授权的次数上限
#     en: "Add frequency to the application: per_day, per_month or total; it becomes the quota of the grant"
proof contains "APP-017" if ending

proof contains "APP-017" if {
	frequency_is_sound
	some limit in input.application.frequency
	limit != 0
}

proof contains "APP-017" if {
	frequency_is_sound
	waived("frequency")
}

frequency_is_sound if {
	lib.at_least(input.application.frequency.per_day, 0)
	lib.at_least(input.application.frequency.per_month, 0)
	lib.at_least(input.application.frequency.total, 0)
}

# METADATA
# title: The ways of use are named
# custom:
#   rule: APP-018
#   code: MODE_NOT_ALLOWED
#   entrypoints: [application.step]
#   articles: [XM-23d, XM-21a]
#   message:
#     zh: 没有写明使用方式（modes），或方式未知
#     en: The ways of use are not named, or one is unknown
#   remedy:
#     zh: 写明 query、computation、verification 中的至少一种
#     en: Name at least one of query, computation, verification
proof contains "APP-018" if {
	lib.chosen(input.application.modes)
	object.keys(input.application.modes) - {"query", "computation", "verification"} == set()
}

proof contains "APP-018" if ending

# METADATA
# title: The credit level of the institution reaches to the grades
# custom:
#   rule: APP-019
#   code: GRADE_FORBIDS
#   entrypoints: [application.step]
#   articles: [BJ-OPS-23b, BJ-OPS-22b]
#   message:
#     zh: 申请单位的信用等级不允许授予该级别的数据
#     en: The credit level of the institution does not reach to data of this grade
#   remedy:
#     zh: 去掉级别较高的字段，或由运营单位重新评定信用等级
#     en: Leave out the columns of the higher grade, or have the operator decide on the credit level again
proof contains "APP-019" if lib.at_most(grade, lib.credit.grade_max)

proof contains "APP-019" if ending

# METADATA
# title: Retention of an application's record
# custom:
#   rule: APP-101
#   kind: obligation
#   entrypoints: [application.step]
#   articles: [XM-39b, XM-39c]
retention_years := max({lib.settings.retention_years} | {years |
	some dataset in input.application.datasets
	years := lib.retention(dataset.grade, {dataset.market})
})

# METADATA
# title: The route of an application, and after how many idle days its grant lapses
# custom:
#   rule: APP-102
#   kind: obligation
#   entrypoints: [application.step]
#   articles: [SJZ-16c, SJZ-16d, XM-21c, BJ-FIN-23a]
demanded := {"route": route, "idle_days": lib.settings.idle_days}
