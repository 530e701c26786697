# METADATA
# title: Products
# description: What may be offered and priced. The forms are a closed list, and rows of data are not in it.
package yumen.product

import data.yumen.lib

# METADATA
# title: The caller may file products
# custom:
#   rule: PRD-001
#   code: ROLE
#   entrypoints: [product.file]
#   articles: [BJ-OPS-20a, BJ-FIN-3]
#   message:
#     zh: 该角色不能登记产品
#     en: This role does not file products
#   remedy:
#     zh: 由运营单位的数据管理员登记
#     en: Have a steward of the operator file it
proof contains "PRD-001" if {
	lib.may_act("product.file", input.op)
	input.operator == true
}

# METADATA
# title: The product has one of the forms in which results leave
# custom:
#   rule: PRD-002
#   code: MODE_NOT_ALLOWED
#   entrypoints: [product.file]
#   articles: [BJ-FIN-19c, BJ-OPS-5a, BJ-OPS-32b]
#   message:
#     zh: 产品形式只能是汇总、核验或报告；原始数据不得作为产品
#     en: A product is an aggregate, a verification or a report; raw data are no product
#   remedy:
#     zh: 以获批的计算或核验提供
#     en: Offer an approved computation or a verification
proof contains "PRD-002" if {
	lib.named(input.product.name)
	input.product.type in {"aggregate", "verification", "report"}
}

# METADATA
# title: It is made of what was approved
# custom:
#   rule: PRD-003
#   code: COMPUTATION_NOT_APPROVED
#   entrypoints: [product.file]
#   articles: [BJ-OPS-20a, BJ-OPS-25a, BJ-FIN-19c]
#   message:
#     zh: 产品所用的计算或数据集尚未获批
#     en: A computation or dataset of the product is not approved
#   remedy:
#     zh: 先完成计算的认证与批准，或数据集的批准
#     en: Have the computation certified and approved, or the dataset approved, first
proof contains "PRD-003" if {
	input.product.parts != {}
	is_object(input.product.parts)
	every part in input.product.parts {
		part.kind == made_of[input.product.type]
		part.state == "approved"
	}
}

made_of := {"aggregate": "computation", "report": "computation", "verification": "dataset"}

# METADATA
# title: Only answers and time are priced, and the price has a basis
# custom:
#   rule: PRD-004
#   code: INCOMPLETE
#   entrypoints: [product.file]
#   articles: [BJ-FIN-19c, BJ-OPS-20b]
#   message:
#     zh: 只能按次或按期计价，并须写明依据；原始数据不得交易
#     en: A price is for an answer or a period, and has a basis; raw data are not traded
#   remedy:
#     zh: 填写计价单位和依据
#     en: Give the unit and the basis of the price
proof contains "PRD-004" if input.product.priced == false

proof contains "PRD-004" if {
	input.product.priced == true
	input.product.unit in {"answer", "month", "year"}
	input.product.based == true
}

# METADATA
# title: Retention of a filing's record
# custom:
#   rule: PRD-101
#   kind: obligation
#   entrypoints: [product.file]
#   articles: [XM-39b]
retention_years := lib.settings.retention_years
