# METADATA
# title: Desensitization
# description: The protection mode of a statement and the rules that every cell of its answer must pass.
package yumen.desensitization

import data.yumen.lib

# METADATA
# title: A protection mode exists for the statement
# custom:
#   rule: DES-001
#   code: MODE_NOT_ALLOWED
#   entrypoints: [query.check, query.run, release.decide]
#   articles: [BJ-OPS-27c, BJ-OPS-27d, SJZ-13a, XC-27a]
#   message:
#     zh: 该级别在本地规则下不允许这种查询方式
#     en: This kind of statement is not allowed at this grade in this zone
#   remedy:
#     zh: 使用获批并认证的计算；自由查询可在开发环境的合成孪生数据上进行
#     en: Use an approved, certified computation; free statements run on twins in a development zone
proof contains "DES-001" if mode in {"exact", "noisy"}

detail["DES-001"] contains {"kind": input.call.kind, "grade": input.footprint.grade}

rules := lib.settings.grades[input.footprint.grade]

# Statements and approved computations are answered exactly or with noise, which needs no certificate. Where the rules
# ask for synthetic data, a statement over nothing but twins is answered exactly, in a development zone; over real data
# no mode exists.
mode := rules.free_sql if {
	input.call.kind == "free"
	rules.free_sql != "synthetic"
}

mode := "exact" if {
	input.call.kind == "free"
	rules.free_sql == "synthetic"
	lib.twins_alone
}

mode := "exact" if {
	input.call.kind == "computation"
	rules.computations == "exact"
}

mode := "exact" if {
	input.call.kind == "computation"
	rules.computations == "certified"
	input.computation.certified == true
}

mode := "noisy" if {
	input.call.kind == "computation"
	rules.computations == "noisy"
}

# METADATA
# title: No identifier of a person leaves
# custom:
#   rule: DES-002
#   code: GRADE_FORBIDS
#   entrypoints: [release.decide]
#   articles: [BJ-FIN-9, BJ-OPS-32b, XC-27a, SJZ-13b]
#   message:
#     zh: 结果中含有个人标识符
#     en: The answer holds an identifier of a person
#   remedy:
#     zh: 去掉该字段或文字
#     en: Leave out the column or the text
proof contains "DES-002" if {
	is_object(input.release.identifiers)
	every found in input.release.identifiers {
		lib.at_least(found.grade, 1)
		lib.at_most(found.grade, lib.settings.identifiers_refused_from - 1)
	}
}

# METADATA
# title: The rules per cell
# custom:
#   rule: DES-101
#   kind: obligation
#   entrypoints: [query.check, query.run, release.decide]
#   articles: [BJ-OPS-32b, XC-27a, XC-38a, SJZ-13b]
run := {
	"mode": mode,
	"grade": input.footprint.grade,
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
	"review": lib.deepened(rules.review.clean),
	"mask": rules.mask,
}

noise := null if mode == "exact"

noise := lib.noise if mode == "noisy"

rounding := 0 if input.call.kind == "free"

rounding := 0 if mode == "noisy"

rounding := rules.round if {
	input.call.kind == "computation"
	mode == "exact"
}

# METADATA
# title: Retention of the run's record
# custom:
#   rule: DES-102
#   kind: obligation
#   entrypoints: [query.check, query.run, release.decide]
#   articles: [XM-39b, XM-39c]
retention_years := lib.retention(input.footprint.grade, {supply.market | some supply in input.datasets})
