# METADATA
# title: Approved computations
# description: Who declares, certifies and approves a computation, and by which rules its parameter domain is audited.
package yumen.computation

import data.yumen.lib

# METADATA
# title: The act belongs to the caller's role
# custom:
#   rule: COM-001
#   code: ROLE
#   entrypoints: [computation.review]
#   articles: [BJ-FIN-3, BJ-OPS-27d]
#   message:
#     zh: 该角色不能对计算进行此操作
#     en: This role may not do this with a computation
#   remedy:
#     zh: 由应用单位的分析人员声明，由出域审核员认证和审批
#     en: An analyst declares it, an egress reviewer certifies and reviews it
proof contains "COM-001" if lib.may_act("computation.review", input.op)

# METADATA
# title: The reviewer is of another party than the author
# custom:
#   rule: COM-002
#   code: SEPARATION
#   entrypoints: [computation.review]
#   articles: [BJ-FIN-3, SJZ-13c, BJ-OPS-4]
#   message:
#     zh: 不能认证或审批本人、本机构或同一集团的计算
#     en: Nobody certifies or reviews a computation of his own institution or legal group
#   remedy:
#     zh: 由其他单位的出域审核员处理
#     en: Leave it to an egress reviewer of another organization
proof contains "COM-002" if {
	input.op == "declare"
	lib.same(input.subject.account, input.computation.author.account)
	lib.same(input.subject.organization, input.computation.author.organization)
}

proof contains "COM-002" if {
	input.op == "promote"
	lib.same(input.subject.organization, input.computation.author.organization)
}

proof contains "COM-002" if {
	input.op in {"certify", "approve", "reject"}
	lib.differ(input.subject.account, input.computation.author.account)
	lib.differ(input.subject.person, input.computation.author.person)
	lib.differ(input.subject.organization, input.computation.author.organization)
	lib.differ(input.subject.legal_group, input.computation.author.legal_group)
}

# METADATA
# title: The computation is in a state that the act fits
# custom:
#   rule: COM-003
#   code: STATE
#   entrypoints: [computation.review]
#   articles: [BJ-FIN-22b, BJ-FIN-30]
#   message:
#     zh: 计算当前状态不允许此操作
#     en: The computation is not in a state for this
#   remedy:
#     zh: 先声明，再认证，再审批
#     en: Declare it, certify it, then review it
proof contains "COM-003" if {
	lib.named(input.computation.name)
	lib.named(input.computation.digest)
	input.computation.state in fits[input.op]
}

fits := {
	"declare": {"none", "submitted", "approved", "rejected"},
	"certify": {"submitted", "approved"},
	"approve": {"submitted"},
	"reject": {"submitted", "approved"},
	"promote": {"approved"},
}

# METADATA
# title: What is approved holds a certificate of this text that passed
# custom:
#   rule: COM-004
#   code: STATE
#   entrypoints: [computation.review]
#   articles: [BJ-OPS-27d, BJ-OPS-32b, XC-27a]
#   message:
#     zh: 该文本没有对当前数据有效且通过的认证
#     en: No certificate of this text passed on the data as they stand
#   remedy:
#     zh: 先运行 yumen computation certify
#     en: Run yumen computation certify first
proof contains "COM-004" if input.op in {"declare", "certify", "reject"}

# What is answered with noise needs none: a theorem bounds what it tells.
proof contains "COM-004" if {
	input.op in {"approve", "promote"}
	rules.computations == "noisy"
}

proof contains "COM-004" if {
	input.op in {"approve", "promote"}
	input.certificate.state == "passed"
	lib.same(input.certificate.computation, input.computation.digest)
}

# METADATA
# title: The grade allows approved computations
# custom:
#   rule: COM-005
#   code: GRADE_FORBIDS
#   entrypoints: [computation.review]
#   articles: [BJ-OPS-27c, BJ-OPS-27d, XC-27a]
#   message:
#     zh: 该级别的数据不提供统计结果
#     en: Data of this grade gives no aggregates
#   remedy:
#     zh: 使用级别较低的数据，或改用核验产品
#     en: Use data of a lower grade, or a verification product
proof contains "COM-005" if {
	input.op in {"declare", "certify", "approve", "promote"}
	rules.computations in {"exact", "certified", "noisy"}
	lib.at_most(input.computation.grade, lib.settings.grade_max)
}

proof contains "COM-005" if input.op == "reject"

# METADATA
# title: What is answered with noise is not certified
# custom:
#   rule: COM-007
#   code: MODE_NOT_ALLOWED
#   entrypoints: [computation.review]
#   articles: [BJ-OPS-27d, XC-27a]
#   message:
#     zh: 该计算以加噪方式回答，不需要认证
#     en: The computation is answered with noise and needs no certificate
#   remedy:
#     zh: 直接审批：yumen computation review
#     en: "Review it: yumen computation review"
proof contains "COM-007" if input.op in {"declare", "approve", "reject", "promote"}

proof contains "COM-007" if {
	input.op == "certify"
	rules.computations in {"exact", "certified"}
}

# METADATA
# title: Nothing is computed on sealed data
# custom:
#   rule: COM-006
#   code: DATASET_SEALED
#   entrypoints: [computation.review]
#   articles: [XM-22, XM-31]
#   message:
#     zh: 数据已封存，不能声明、认证或批准使用它的计算
#     en: A dataset is sealed; no computation over it is declared, certified or approved
#   remedy:
#     zh: 使用其他数据，或由提供单位调整其市场化应用类别
#     en: Use other data, or have the provider change its market class
proof contains "COM-006" if {
	is_object(input.computation.markets)
	every market, _ in input.computation.markets {
		lib.open_market(market)
	}
}

proof contains "COM-006" if input.op == "reject"

rules := lib.settings.grades[input.computation.grade]

# METADATA
# title: The rules per cell of a certification
# custom:
#   rule: COM-101
#   kind: obligation
#   entrypoints: [computation.review]
#   articles: [BJ-OPS-32b, XC-27a, XC-38a, SJZ-13b]
run := {
	"mode": mode,
	"grade": input.computation.grade,
	"lab": lib.settings.lab,
	"k": rules.k,
	"complement": rules.complement,
	"sensitive": rules.sensitive,
	"dominance": rules.dominance,
	"p": rules.p,
	"homogeneity": rules.homogeneity,
	"jitter": rules.jitter,
	"round": rounding,
	"cells_max": rules.cells_max,
	"tick_ms": rules.tick_ms,
	"noise": noise,
	"review": rules.review.clean,
	"mask": rules.mask,
}

mode := "noisy" if rules.computations == "noisy"

mode := "exact" if rules.computations in {"exact", "certified", "never"}

rounding := 0 if mode == "noisy"

rounding := rules.round if mode == "exact"

noise := null if mode == "exact"

noise := lib.noise if mode == "noisy"

# METADATA
# title: Retention of a computation's record
# custom:
#   rule: COM-102
#   kind: obligation
#   entrypoints: [computation.review]
#   articles: [XM-39b, XM-39c]
retention_years := lib.retention(input.computation.grade, object.keys(input.computation.markets))
