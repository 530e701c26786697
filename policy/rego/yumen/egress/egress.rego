# METADATA
# title: Egress
# description: How much review an artefact needs, whether its votes suffice, and who may collect what was issued.
package yumen.egress

import future.keywords.not

import data.yumen.desensitization
import data.yumen.lib

rules := lib.settings.grades[input.footprint.grade]

# An artefact is clean only if that is proven; whatever else it is, it is flagged.
clean if {
	input.release.flags == {}
	input.release.size == "ordinary"
	input.release.identifiers == {}
}

level := lib.deepened(rules.review.clean) if clean

level := unclean if not clean

unclean := flagged if flagged != "auto"

# Where not even flags ask for a person, an identifier of whatever kind does.
unclean := "one" if {
	flagged == "auto"
	not input.release.identifiers == {}
}

unclean := "auto" if {
	flagged == "auto"
	input.release.identifiers == {}
}

flagged := lib.deepened(rules.review.flagged)

reviewers := {"auto": 0, "one": 1, "two": 2, "parties": 2}[level]

# The organizations that each must have approved, beside the reviewers.
providers := {supply.provider | some supply in input.datasets}

approvals := [vote.voter | some vote in input.release.votes; vote.value == "approve"]

others := [voter | some voter in approvals; not voter.organization in providers]

# METADATA
# title: Review can open the gate
# custom:
#   rule: EGR-001
#   code: GRADE_FORBIDS
#   entrypoints: [release.decide]
#   articles: [BJ-OPS-27d, SJZ-13c, XM-40a]
#   message:
#     zh: 该级别的结果不得出域
#     en: An artefact of this grade does not leave
#   remedy:
#     zh: 去掉该级别的字段
#     en: Leave out the columns of this grade
proof contains "EGR-001" if level in {"auto", "one", "two"}

proof contains "EGR-001" if {
	level == "parties"
	is_object(input.datasets)
	input.datasets != {}
	every supply in input.datasets {
		lib.named(supply.provider)
	}
}

# METADATA
# title: The artefact was made in the mode that policy allows
# custom:
#   rule: EGR-002
#   code: MODE_NOT_ALLOWED
#   entrypoints: [release.decide]
#   articles: [XC-27a, BJ-OPS-32b]
#   message:
#     zh: 结果的保护方式不符合规则
#     en: The artefact was not made in an allowed mode
#   remedy:
#     zh: 重新运行
#     en: Run it again
proof contains "EGR-002" if {
	lib.named(input.release.run)
	input.release.mode == desensitization.mode
}

# METADATA
# title: The artefact has no more cells than its grade allows
# custom:
#   rule: EGR-003
#   code: TOO_LARGE
#   entrypoints: [release.decide]
#   articles: [XM-40b, BJ-OPS-32b]
#   message:
#     zh: 结果的单元格数超过上限
#     en: The artefact may hold more cells than allowed
#   remedy:
#     zh: 减少分组
#     en: Use fewer groups
proof contains "EGR-003" if {
	lib.at_least(input.release.cells, 1)
	lib.at_most(input.release.cells, rules.cells_max)
}

detail["EGR-003"] contains {"cells_max": rules.cells_max}

# METADATA
# title: The decision is at a known step, about known bytes
# custom:
#   rule: EGR-004
#   code: STATE
#   entrypoints: [release.decide]
#   articles: [SJZ-13c, SJZ-13d]
#   message:
#     zh: 出域决定的对象不完整
#     en: The release is incomplete
#   remedy:
#     zh: 重新运行
#     en: Run it again
proof contains "EGR-004" if {
	input.step in {"review", "issue"}
	lib.named(input.release.binding.artefact)
	lib.named(input.release.binding.report)
	lib.named(input.release.binding.policy)
	is_array(input.release.votes)
}

# METADATA
# title: Enough people approved
# custom:
#   rule: EGR-005
#   code: STATE
#   entrypoints: [release.decide]
#   articles: [SJZ-13c, XM-40a]
#   message:
#     zh: 审核同意的人数不足
#     en: Not enough reviewers approved
#   remedy:
#     zh: 等待审核
#     en: Wait for the review
proof contains "EGR-005" if input.step == "review"

proof contains "EGR-005" if {
	input.step == "issue"
	reviewers == 0
}

proof contains "EGR-005" if {
	input.step == "issue"
	level in {"one", "two"}
	lib.at_least(count({voter.person | some voter in approvals}), reviewers)
}

# Three parties: two people of two organizations, and one of each provider. They are enough for every other level too.
proof contains "EGR-005" if {
	input.step == "issue"
	lib.at_least(count({voter.person | some voter in others}), reviewers)
	lib.at_least(count({voter.organization | some voter in others}), units)
	providers - {voter.organization | some voter in approvals} == set()
}

# METADATA
# title: Nobody objected
# custom:
#   rule: EGR-006
#   code: STATE
#   entrypoints: [release.decide]
#   articles: [SJZ-13c, XM-47a]
#   message:
#     zh: 有审核人员不同意
#     en: A reviewer did not approve
#   remedy:
#     zh: 按理由修改后重新提交
#     en: Change it as the reasons say and submit again
proof contains "EGR-006" if {
	is_array(input.release.votes)
	every vote in input.release.votes {
		vote.value == "approve"
	}
}

# METADATA
# title: Every vote is by an eligible reviewer
# custom:
#   rule: EGR-007
#   code: SEPARATION
#   entrypoints: [release.decide]
#   articles: [SJZ-13c, BJ-FIN-3, XM-43]
#   message:
#     zh: 有表决人不具备资格
#     en: A voter is not eligible
#   remedy:
#     zh: 由符合条件的审核人员重新审核
#     en: Have eligible reviewers vote
proof contains "EGR-007" if {
	is_array(input.release.votes)
	every vote in input.release.votes {
		vote.voter.role == "egress_reviewer"
		vote.voter.effective == true
		vote.key_confirmed == true
		lib.differ(vote.voter.account, input.subject.account)
		lib.differ(vote.voter.person, input.subject.person)
		lib.differ(vote.voter.organization, input.subject.organization)
		lib.differ(vote.voter.legal_group, input.subject.legal_group)
		independent(vote.voter.person)
	}
}

# From grade 3 the approver of the computation does not count.
independent(person) if {
	lib.named(person)
	input.footprint.grade in {1, 2}
}

independent(person) if {
	lib.named(person)
	input.call.kind == "free"
}

independent(person) if lib.differ(person, input.computation.approver)

# METADATA
# title: Every vote is about these bytes, this report and this policy
# custom:
#   rule: EGR-008
#   code: STATE
#   entrypoints: [release.decide]
#   articles: [SJZ-13c, SJZ-13d, XM-43]
#   message:
#     zh: 表决针对的内容已改变
#     en: A vote was about something else
#   remedy:
#     zh: 重新审核
#     en: Review again
proof contains "EGR-008" if {
	is_array(input.release.votes)
	every vote in input.release.votes {
		vote.binding == input.release.binding
	}
}

# METADATA
# title: The review that the artefact needs
# custom:
#   rule: EGR-101
#   kind: obligation
#   entrypoints: [release.decide]
#   articles: [SJZ-13c, BJ-OPS-27d, XM-40a]
release := {"review": level, "reviewers": reviewers, "sample_percent": sample} if level != "parties"

release := {
	"review": level,
	"reviewers": reviewers,
	"units": units,
	"providers": providers,
	"sample_percent": sample,
} if {
	level == "parties"
}

units := 2

sample := rules.review.sample_percent if level == "auto"

sample := 0 if level != "auto"

# METADATA
# title: The collector's role fits
# custom:
#   rule: EGR-011
#   code: ROLE
#   entrypoints: [release.collect]
#   articles: [BJ-FIN-3, BJ-FIN-22c]
#   message:
#     zh: 该角色不能领取结果
#     en: This role does not collect releases
#   remedy:
#     zh: 由应用单位的分析人员领取
#     en: Have an analyst of the institution collect it
proof contains "EGR-011" if lib.may_act("release.collect", "collect")

# METADATA
# title: The caller's organization is a recipient
# custom:
#   rule: EGR-012
#   code: GRANT_MISSING
#   entrypoints: [release.collect]
#   articles: [BJ-FIN-22c, SJZ-17b]
#   message:
#     zh: 没有这样的结果
#     en: There is no such release
#   remedy:
#     zh: 领取本机构的结果
#     en: Collect the releases of your own organization
proof contains "EGR-012" if {
	lib.named(input.release.id)
	lib.named(input.subject.organization)
	lib.same(input.subject.legal_group, input.release.legal_group)
	is_object(input.release.recipients[input.subject.organization])
}

# METADATA
# title: The release is issued and valid
# custom:
#   rule: EGR-013
#   code: STATE
#   entrypoints: [release.collect]
#   articles: [SJZ-13c, XM-50]
#   message:
#     zh: 结果未签发、已撤回或已过期
#     en: The release is not issued, or revoked or over
#   remedy:
#     zh: 重新申请
#     en: Ask again
proof contains "EGR-013" if {
	input.release.state == "issued"
	lib.at_least(input.now, 1)
	lib.at_least(input.release.not_after, input.now + 1)
}

# METADATA
# title: The grant is not suspended or terminated
# custom:
#   rule: EGR-014
#   code: GRANT_SUSPENDED
#   entrypoints: [release.collect]
#   articles: [BJ-FIN-35b, SJZ-23d]
#   message:
#     zh: 授权已暂停或终止
#     en: The grant is suspended or terminated
#   remedy:
#     zh: 联系运营单位
#     en: Contact the operator
proof contains "EGR-014" if input.grant_state in {"active", "expired"}

# METADATA
# title: The organization is not suspended
# custom:
#   rule: EGR-015
#   code: SUSPENDED
#   entrypoints: [release.collect]
#   articles: [BJ-FIN-35b, SJZ-23d]
#   message:
#     zh: 机构已被暂停
#     en: The organization is suspended
#   remedy:
#     zh: 联系运营单位
#     en: Contact the operator
proof contains "EGR-015" if {
	lib.same(input.subject.organization, input.organization.name)
	input.organization.suspended == false
}

# METADATA
# title: The organization is admitted
# custom:
#   rule: EGR-016
#   code: ORGANIZATION_NOT_ADMITTED
#   entrypoints: [release.collect]
#   articles: [BJ-FIN-7, BJ-OPS-22a]
#   message:
#     zh: 机构尚未准入
#     en: The organization is not admitted
#   remedy:
#     zh: 完成机构准入
#     en: Complete the admission of the organization
proof contains "EGR-016" if input.organization.admitted == true

# METADATA
# title: The caller is one of the recipients
# custom:
#   rule: EGR-017
#   code: ROLE
#   entrypoints: [release.collect]
#   articles: [BJ-FIN-22c, SJZ-16a, SJZ-17b]
#   message:
#     zh: 您不在授权写明的接收人员之中
#     en: You are not one of the persons that the grant names as recipients
#   remedy:
#     zh: 由写明的接收人员领取：yumen grant show
#     en: "Have one of them collect it: yumen grant show names them"
proof contains "EGR-017" if input.release.recipients[input.subject.organization].everybody == true

proof contains "EGR-017" if {
	recipient := input.release.recipients[input.subject.organization]
	recipient.everybody == false
	lib.named(input.subject.person)
	is_object(recipient.persons)
	input.subject.person in object.keys(recipient.persons)
}

# METADATA
# title: Retention of a collection's record
# custom:
#   rule: EGR-102
#   kind: obligation
#   entrypoints: [release.collect]
#   articles: [XM-39a, XM-39b, XM-39c]
collect_retention := lib.retention(input.release.grade, object.keys(input.release.markets))
