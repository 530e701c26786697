# METADATA
# title: Authorization
# description: Checks a statement against the grant, the organization and the state of the datasets that it touches.
package yumen.authorization

import future.keywords.not

import data.yumen.lib

# METADATA
# title: The call names a grant
# custom:
#   rule: AUT-001
#   code: GRANT_MISSING
#   entrypoints: [query.check, query.run, release.decide]
#   articles: [BJ-OPS-32a, XM-19c]
#   message:
#     zh: 没有这样的授权
#     en: There is no such grant
#   remedy:
#     zh: 提交需求申请
#     en: Submit an application
proof contains "AUT-001" if lib.named(input.grant.id)

# METADATA
# title: The grant belongs to the caller's organization
# custom:
#   rule: AUT-002
#   code: GRANT_MISSING
#   entrypoints: [query.check, query.run, release.decide]
#   articles: [BJ-OPS-4, SJZ-17b]
#   message:
#     zh: 没有这样的授权
#     en: There is no such grant
#   remedy:
#     zh: 使用本机构的授权
#     en: Use a grant of your own organization
proof contains "AUT-002" if lib.same(input.subject.organization, input.grant.organization)

# METADATA
# title: The grant is not suspended
# custom:
#   rule: AUT-003
#   code: GRANT_SUSPENDED
#   entrypoints: [query.check, query.run, release.decide]
#   articles: [BJ-FIN-19a, BJ-FIN-35b, SJZ-23d]
#   message:
#     zh: 授权已暂停
#     en: The grant is suspended
#   remedy:
#     zh: 联系运营单位
#     en: Contact the operator
proof contains "AUT-003" if input.grant.state in {"active", "expired", "terminated"}

# METADATA
# title: The grant is in force
# custom:
#   rule: AUT-004
#   code: GRANT_EXPIRED
#   entrypoints: [query.check, query.run, release.decide]
#   articles: [BJ-FIN-22a, BJ-OPS-15, XM-50]
#   message:
#     zh: 授权不在有效期内
#     en: The grant is not in force now
#   remedy:
#     zh: 申请延期
#     en: Apply for an extension
proof contains "AUT-004" if {
	input.grant.state in {"active", "suspended"}
	lib.within_term(input.grant, input.now)
}

detail["AUT-004"] contains {"not_before": input.grant.not_before, "not_after": input.grant.not_after}

# METADATA
# title: The purpose is one of the grant's
# custom:
#   rule: AUT-005
#   code: PURPOSE
#   entrypoints: [query.check, query.run, release.decide]
#   articles: [BJ-FIN-22a, BJ-FIN-22b, BJ-OPS-25d, XC-24]
#   message:
#     zh: 用途不在授权范围内
#     en: The purpose is not one of the grant's
#   remedy:
#     zh: 按授权的用途使用，或申请新的用途
#     en: Use a granted purpose or apply for this one
proof contains "AUT-005" if {
	lib.chosen(input.grant.purposes)
	input.call.purpose in object.keys(input.grant.purposes)
}

detail["AUT-005"] contains {"purpose": purpose} if some purpose, _ in input.grant.purposes

# METADATA
# title: The grant names one scenario
# custom:
#   rule: AUT-006
#   code: SCENARIO_NOT_FILED
#   entrypoints: [query.check, query.run, release.decide]
#   articles: [BJ-OPS-20c, BJ-OPS-25d, XM-30]
#   message:
#     zh: 授权没有对应的应用场景
#     en: The grant names no scenario
#   remedy:
#     zh: 按一场景一申请重新提交
#     en: Apply again, one application for one scenario
proof contains "AUT-006" if lib.named(input.grant.scenario)

# METADATA
# title: Every column is granted
# custom:
#   rule: AUT-007
#   code: COLUMN_NOT_GRANTED
#   entrypoints: [query.check, query.run, release.decide]
#   articles: [BJ-FIN-23a, BJ-FIN-23b, SJZ-16b]
#   message:
#     zh: 查询使用了未授权的字段
#     en: The statement uses a column that is not granted
#   remedy:
#     zh: 删除该字段或申请增加授权
#     en: Remove the column or apply for it
proof contains "AUT-007" if {
	is_object(input.footprint.tables)
	input.footprint.tables != {}
	every name, table in input.footprint.tables {
		is_object(table.columns)
		is_object(input.grant.tables[name].columns)
		every columns in table.columns {
			lib.lacking(columns, input.grant.tables[name].columns) == set()
		}
	}
}

detail["AUT-007"] contains {"table": name, "column": column} if {
	some name, table in input.footprint.tables
	some columns in table.columns
	some column, _ in columns
	not input.grant.tables[name].columns[column]
}

# METADATA
# title: Every method is granted
# custom:
#   rule: AUT-008
#   code: METHOD_NOT_GRANTED
#   entrypoints: [query.check, query.run, release.decide]
#   articles: [BJ-FIN-22a, BJ-FIN-23a]
#   message:
#     zh: 查询使用了未授权的计算方法
#     en: The statement uses a method that is not granted
#   remedy:
#     zh: 使用授权的方法，或申请增加授权
#     en: Use a granted method or apply for this one
proof contains "AUT-008" if lib.lacking(input.footprint.methods, input.grant.methods) == set()

detail["AUT-008"] contains {"method": method} if {
	some method, _ in input.footprint.methods
	not input.grant.methods[method]
}

# METADATA
# title: The organization is admitted
# custom:
#   rule: AUT-009
#   code: ORGANIZATION_NOT_ADMITTED
#   entrypoints: [query.check, query.run, release.decide]
#   articles: [BJ-FIN-7, BJ-OPS-22a]
#   message:
#     zh: 机构尚未准入
#     en: The organization is not admitted
#   remedy:
#     zh: 完成机构准入
#     en: Complete the admission of the organization
proof contains "AUT-009" if {
	lib.same(input.subject.organization, input.organization.name)
	input.organization.admitted == true
}

# METADATA
# title: The organization is not suspended
# custom:
#   rule: AUT-010
#   code: SUSPENDED
#   entrypoints: [query.check, query.run, release.decide]
#   articles: [BJ-FIN-35b, SJZ-11c, SJZ-23d, XC-42]
#   message:
#     zh: 机构已被暂停
#     en: The organization is suspended
#   remedy:
#     zh: 联系运营单位
#     en: Contact the operator
proof contains "AUT-010" if input.organization.suspended == false

# METADATA
# title: The grant has runs left
# custom:
#   rule: AUT-011
#   code: QUOTA
#   entrypoints: [query.check, query.run]
#   articles: [BJ-FIN-22a, XM-19a, XM-20b]
#   message:
#     zh: 授权的次数已用完
#     en: The grant has no runs left
#   remedy:
#     zh: 申请增加次数
#     en: Apply for more runs
proof contains "AUT-011" if input.grant.runs.unlimited == true

proof contains "AUT-011" if {
	input.grant.runs.unlimited == false
	lib.at_least(input.grant.runs.used, 0)
	lib.at_least(input.grant.runs.max, input.grant.runs.used + 1)
}

# METADATA
# title: The caller's role may ask
# custom:
#   rule: AUT-012
#   code: ROLE
#   entrypoints: [query.check, query.run, release.decide]
#   articles: [BJ-FIN-3, BJ-FIN-29]
#   message:
#     zh: 该角色不能提交查询
#     en: This role may not ask for computations
#   remedy:
#     zh: 由应用单位的分析人员提交
#     en: Have an analyst of the institution ask
proof contains "AUT-012" if lib.may_act("query.run", "query")

# METADATA
# title: The computation is approved
# custom:
#   rule: AUT-014
#   code: COMPUTATION_NOT_APPROVED
#   entrypoints: [query.check, query.run, release.decide]
#   articles: [BJ-FIN-22b, BJ-OPS-27d]
#   message:
#     zh: 计算未获批准，或与批准的文本不同
#     en: The computation is not approved, or differs from the approved text
#   remedy:
#     zh: 提交计算审批
#     en: Submit the computation for approval
proof contains "AUT-014" if input.call.kind == "free"

proof contains "AUT-014" if {
	input.call.kind == "computation"
	input.computation.state == "approved"
	lib.same(input.computation.digest, input.computation.approved)
	lib.named(input.computation.name)
	lib.named(input.computation.approver)
}

# METADATA
# title: Every dataset is approved
# custom:
#   rule: AUT-015
#   code: DATASET_NOT_APPROVED
#   entrypoints: [query.check, query.run, release.decide]
#   articles: [SJZ-15a, XM-17, BJ-FIN-11]
#   message:
#     zh: 数据目录尚未批准
#     en: A dataset is not approved
#   remedy:
#     zh: 由数据管理人员批准目录
#     en: Have a steward approve the dataset
proof contains "AUT-015" if every name, _ in input.footprint.tables {
	input.datasets[name].state == "approved"
	is_string(input.datasets[name].provider)
}

detail["AUT-015"] contains {"table": name} if {
	some name, _ in input.footprint.tables
	not input.datasets[name].state == "approved"
}

# METADATA
# title: No dataset is sealed
# custom:
#   rule: AUT-016
#   code: DATASET_SEALED
#   entrypoints: [query.check, query.run, release.decide]
#   articles: [XM-14c, XM-22, XM-31, XC-19a, XC-26]
#   message:
#     zh: 数据已封存、不予共享或不予开放
#     en: A dataset is sealed, not shared or not opened
#   remedy:
#     zh: 使用其他数据，或由提供单位调整其类别
#     en: Use other data, or have the provider change its class
proof contains "AUT-016" if every name, _ in input.footprint.tables {
	lib.open_market(input.datasets[name].market)
	lib.open_sharing(input.datasets[name].sharing)
	lib.open_opening(input.datasets[name].opening)
}

detail["AUT-016"] contains {"table": name} if {
	some name, _ in input.footprint.tables
	not lib.open_market(input.datasets[name].market)
}

# METADATA
# title: Every dataset has a snapshot
# custom:
#   rule: AUT-017
#   code: NOT_LOADED
#   entrypoints: [query.run]
#   articles: [BJ-FIN-11]
#   message:
#     zh: 数据尚未装载
#     en: A dataset has no data yet
#   remedy:
#     zh: 等待数据提供单位装载
#     en: Wait until the provider has loaded it
proof contains "AUT-017" if every name, _ in input.footprint.tables {
	input.datasets[name].loaded == true
}

detail["AUT-017"] contains {"table": name} if {
	some name, _ in input.footprint.tables
	not input.datasets[name].loaded == true
}

# METADATA
# title: The computation is certified where its grade asks for it
# custom:
#   rule: AUT-018
#   code: COMPUTATION_NOT_APPROVED
#   entrypoints: [query.check, query.run, release.decide]
#   articles: [BJ-OPS-27c, BJ-OPS-27d, XC-27a]
#   message:
#     zh: 该计算没有对当前数据有效的认证
#     en: No certificate of the computation covers the data as they stand
#   remedy:
#     zh: 请出域审核员重新认证：yumen computation certify
#     en: "Have an egress reviewer certify it again: yumen computation certify"
proof contains "AUT-018" if input.call.kind == "free"

proof contains "AUT-018" if {
	input.call.kind == "computation"
	input.computation.certified == true
}

proof contains "AUT-018" if {
	input.call.kind == "computation"
	lib.settings.grades[input.footprint.grade].computations in {"exact", "noisy", "never"}
}

# METADATA
# title: The way of use is one that the approver fixed
# custom:
#   rule: AUT-019
#   code: MODE_NOT_ALLOWED
#   entrypoints: [query.check, query.run, release.decide]
#   articles: [XM-23d, BJ-FIN-22a]
#   message:
#     zh: 授权没有核定这种使用方式
#     en: The grant was not approved for this way of use
#   remedy:
#     zh: 用 yumen grant show 查看核定的方式；需要其他方式时提交新的需求申请
#     en: yumen grant show lists the ways that were approved; submit a new application for another
proof contains "AUT-019" if {
	lib.chosen(input.grant.modes)
	way[input.call.kind] in object.keys(input.grant.modes)
}

way := {"free": "query", "computation": "computation"}

# METADATA
# title: The credit level of the institution reaches to the grade
# custom:
#   rule: AUT-020
#   code: GRADE_FORBIDS
#   entrypoints: [query.check, query.run, release.decide]
#   articles: [BJ-OPS-23b, BJ-OPS-22b]
#   message:
#     zh: 机构的信用等级不允许使用该级别的数据
#     en: The credit level of the organization does not reach to data of this grade
#   remedy:
#     zh: 使用级别较低的数据，或由运营单位重新评定信用等级
#     en: Use data of a lower grade, or have the operator decide on the credit level again
proof contains "AUT-020" if lib.at_most(input.footprint.grade, lib.credit.grade_max)

# METADATA
# title: Subjects authorized the use where it is asked for
# custom:
#   rule: AUT-021
#   code: CONSENT
#   entrypoints: [query.check, query.run, release.decide]
#   articles: [BJ-OPS-25c, BJ-OPS-25d, XC-9]
#   message:
#     zh: 数据涉及个人信息，本场景和用途没有有效的主体授权
#     en: The data are about persons, and no authorization of theirs holds for this scenario and purpose
#   remedy:
#     zh: 由数据提供单位登记本场景和用途的主体授权或法定依据
#     en: Have the provider record the authorizations of the subjects, or the legal basis, for this scenario and purpose
proof contains "AUT-021" if every name, _ in input.footprint.tables {
	permitted(input.datasets[name].consent)
}

permitted(consent) if consent.state == "live"

permitted(consent) if {
	consent.required == false
	is_object(consent.categories)
	asking := {category | some category in lib.settings.consent_categories}
	object.keys(consent.categories) & asking == set()
}

detail["AUT-021"] contains {"table": name} if {
	some name, _ in input.footprint.tables
	not permitted(input.datasets[name].consent)
}

# METADATA
# title: The credit level of the institution leaves a run today
# custom:
#   rule: AUT-022
#   code: QUOTA
#   entrypoints: [query.check, query.run]
#   articles: [BJ-OPS-23b, XM-20b]
#   message:
#     zh: 机构信用等级所允许的当日次数已用完
#     en: The runs that the credit level of the organization allows a day are used up
#   remedy:
#     zh: 次日再用，或由运营单位重新评定信用等级
#     en: Go on tomorrow, or have the operator decide on the credit level again
proof contains "AUT-022" if {
	lib.at_least(input.grant.today, 0)
	lib.credit.per_day == 0
}

proof contains "AUT-022" if {
	lib.at_least(input.grant.today, 0)
	lib.at_least(lib.credit.per_day, input.grant.today + 1)
}

# METADATA
# title: Runs a day that the credit level allows under one grant
# custom:
#   rule: AUT-101
#   kind: obligation
#   entrypoints: [query.check, query.run, release.decide]
#   articles: [BJ-OPS-23b]
per_day := lib.credit.per_day
