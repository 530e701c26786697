# METADATA
# title: Classification
# description: >-
#   The grade of a statement is known, consistent and one whose aggregates may be computed; keys and identifiers stay
#   inside.
package yumen.classification

import future.keywords.not

import data.yumen.lib

# METADATA
# title: The grade is known and covers every column
# custom:
#   rule: CLS-001
#   code: GRADE_FORBIDS
#   entrypoints: [query.check, query.run, release.decide]
#   articles: [BJ-FIN-15a, BJ-OPS-27a, XC-38a, XM-17]
#   message:
#     zh: 数据分级缺失或不一致
#     en: A grade is missing or inconsistent
#   remedy:
#     zh: 由数据管理人员完成分级
#     en: Have a steward complete the grading
proof contains "CLS-001" if {
	input.footprint.grade in {1, 2, 3, 4}
	is_object(input.footprint.tables)
	input.footprint.tables != {}
	every table in input.footprint.tables {
		table.grade in {1, 2, 3, 4}
		lib.at_most(table.grade, input.footprint.grade)
		is_object(table.columns)
		object.keys(table.columns) - up_to[table.grade] == set()
		members(table.columns) == members(table.uses)
	}
}

# The columns of an object of sets, by grade or by use.
members(groups) := union({object.keys(columns) | some columns in groups}) if is_object(groups)

# The grades that a reference of a grade can hold, by grade.
up_to := [set(), {"1"}, {"1", "2"}, {"1", "2", "3"}, {"1", "2", "3", "4"}]

detail["CLS-001"] contains {"table": name} if {
	some name, table in input.footprint.tables
	some grade, _ in table.columns
	not grade in up_to[table.grade]
}

# METADATA
# title: Aggregates of the grade may be computed
# custom:
#   rule: CLS-002
#   code: GRADE_FORBIDS
#   entrypoints: [query.check, query.run, release.decide]
#   articles: [BJ-OPS-27d, BJ-OPS-32b]
#   message:
#     zh: 该级别的数据不提供统计结果
#     en: Data of this grade gives no aggregates
#   remedy:
#     zh: 去掉该级别的字段，或改用核验产品
#     en: Leave out the columns of this grade, or use a verification product
proof contains "CLS-002" if {
	lib.at_least(input.footprint.grade, 1)
	lib.at_most(input.footprint.grade, lib.settings.grade_max)
}

detail["CLS-002"] contains {"grade": input.footprint.grade}

# METADATA
# title: Statements of one's own reach to the grade
# custom:
#   rule: CLS-004
#   code: GRADE_FORBIDS
#   entrypoints: [query.check, query.run, release.decide]
#   articles: [BJ-OPS-27d]
#   message:
#     zh: 该级别的数据不接受自由查询，只运行获批的计算
#     en: Free statements are not answered on data of this grade; approved computations are
#   remedy:
#     zh: 用 yumen apply 声明为计算，经出域审核员批准后运行；结果加噪
#     en: "Declare it as a computation (yumen apply) and have an egress reviewer approve it: it is answered with noise"
proof contains "CLS-004" if {
	input.call.kind == "free"
	lib.settings.grades[input.footprint.grade].free_sql in {"exact", "noisy", "synthetic"}
}

proof contains "CLS-004" if input.call.kind == "computation"

detail["CLS-004"] contains {"grade": input.footprint.grade}

# METADATA
# title: Keys and identifiers only join and are only counted
# custom:
#   rule: CLS-003
#   code: ROW_AS_VALUE
#   entrypoints: [query.check, query.run, release.decide]
#   articles: [BJ-OPS-25a, BJ-OPS-32b, XC-27a]
#   message:
#     zh: 标识和主体键只能用于关联和计数
#     en: Identifiers and entity keys may only join and be counted
#   remedy:
#     zh: 改为按维度分组或筛选
#     en: Group and filter by dimensions instead
proof contains "CLS-003" if {
	is_object(input.footprint.tables)
	input.footprint.tables != {}
	every table in input.footprint.tables {
		is_object(table.guarded)
		is_object(table.uses)
		object.keys(table.uses) - {"join", "count", "rollup_key", "condition", "key", "measure"} == set()
		revealing(table.uses) & object.keys(table.guarded) == set()
	}
}

# Columns whose values a statement shows, tests or computes with.
revealing(uses) := {column |
	some use in {"condition", "key", "measure"}
	some column in object.keys(uses[use])
}

detail["CLS-003"] contains {"table": name, "column": column} if {
	some name, table in input.footprint.tables
	some use in {"condition", "key", "measure"}
	some column, _ in table.uses[use]
	table.guarded[column]
}
