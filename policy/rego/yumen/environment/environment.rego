# METADATA
# title: Environment
# description: Development and production are separate zones. The one holds synthetic twins alone, the other none.
package yumen.environment

import data.yumen.lib

# METADATA
# title: What is loaded fits the environment
# custom:
#   rule: ENV-001
#   code: SUPPLY_MODE
#   entrypoints: [supply.load]
#   articles: [SJZ-13a]
#   message:
#     zh: 开发环境只装载合成孪生数据，生产环境不装载
#     en: A development zone takes synthetic twins alone, and a production zone takes none
#   remedy:
#     zh: 开发环境：yumen dataset synthesize NAME --load；真实数据只报送生产环境
#     en: "In development: yumen dataset synthesize NAME --load; real data are sent to production alone"
proof contains "ENV-001" if lib.twin

proof contains "ENV-001" if {
	input.zone.environment == "production"
	input.mode in {"copy", "interface", "tenant_space"}
}

# METADATA
# title: What a statement reads fits the environment
# custom:
#   rule: ENV-002
#   code: SUPPLY_MODE
#   entrypoints: [query.check, query.run, release.decide]
#   articles: [SJZ-13a]
#   message:
#     zh: 数据与环境不符：开发环境只用合成孪生数据，生产环境只用真实数据
#     en: A development zone reads synthetic twins alone, and a production zone real data alone
#   remedy:
#     zh: 按环境重新装载数据
#     en: Load data that fit the environment
proof contains "ENV-002" if lib.twins_alone

proof contains "ENV-002" if {
	input.zone.environment == "production"
	every name, _ in input.footprint.tables {
		input.datasets[name].origin in {"real", "none"}
	}
}

# METADATA
# title: What production approves was developed in a development zone, where it asks for that
# custom:
#   rule: ENV-003
#   code: COMPUTATION_NOT_APPROVED
#   entrypoints: [computation.review]
#   articles: [SJZ-13a]
#   message:
#     zh: 计算须在开发环境中开发、批准后晋级；晋级只能由开发环境发出、由生产环境接收
#     en: The computation has to be promoted, from a development zone to this one
#   remedy:
#     zh: yumen computation promote NAME：开发环境用 --out FILE，生产环境用 --from FILE
#     en: "yumen computation promote NAME: in development --out FILE, in production --from FILE"
proof contains "ENV-003" if input.op in {"certify", "reject"}

proof contains "ENV-003" if {
	input.op == "declare"
	input.promotion.digest == ""
}

proof contains "ENV-003" if {
	input.op == "declare"
	input.zone.environment == "production"
	lib.same(input.promotion.digest, input.computation.digest)
}

proof contains "ENV-003" if {
	input.op == "approve"
	input.promotion.demanded == false
	is_string(input.promotion.digest)
}

proof contains "ENV-003" if {
	input.op == "approve"
	input.promotion.demanded == true
	lib.same(input.promotion.digest, input.computation.digest)
}

proof contains "ENV-003" if {
	input.op == "promote"
	input.zone.environment == "development"
}

# A lab shows how it is done; no zone takes anything over from it.
proof contains "ENV-003" if {
	input.op == "promote"
	lib.settings.lab == true
}
