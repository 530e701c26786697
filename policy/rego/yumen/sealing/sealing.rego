# METADATA
# title: Sealed data
# description: One person seals a dataset; two people of two parties unseal it.
package yumen.sealing

import data.yumen.lib

# METADATA
# title: The act belongs to the caller's role
# custom:
#   rule: SEA-001
#   code: ROLE
#   entrypoints: [seal.change]
#   articles: [XM-22, BJ-FIN-3]
#   message:
#     zh: 该角色不能封存或启封数据集
#     en: This role may not seal or unseal a dataset
#   remedy:
#     zh: 提供单位、数据管理人员、管理员、安全管理员和监管人员可以封存和启封；审计员可以封存
#     en: The provider, stewards, administrators and the regulator seal and unseal; auditors seal
proof contains "SEA-001" if lib.may_act("seal.change", input.op)

# METADATA
# title: A provider seals and unseals its own data only
# custom:
#   rule: SEA-002
#   code: ROLE
#   entrypoints: [seal.change]
#   articles: [XM-22, SJZ-6a]
#   message:
#     zh: 只能封存和启封本单位提供的数据
#     en: A provider seals and unseals its own data only
#   remedy:
#     zh: 由该数据的提供单位办理
#     en: Have the data's own provider do it
proof contains "SEA-002" if {
	input.subject.role in {"steward", "administrator", "security_administrator", "auditor", "regulator"}
}

proof contains "SEA-002" if {
	input.subject.role == "provider"
	lib.same(input.subject.organization, input.dataset.provider)
}

# METADATA
# title: It is said about what, and why
# custom:
#   rule: SEA-003
#   code: INCOMPLETE
#   entrypoints: [seal.change]
#   articles: [XM-22, XM-31]
#   message:
#     zh: 没有说明理由
#     en: No reason is given
#   remedy:
#     zh: 说明理由
#     en: Say why
proof contains "SEA-003" if {
	lib.named(input.dataset.name)
	input.reason == true
}

# METADATA
# title: What is unsealed is sealed
# custom:
#   rule: SEA-004
#   code: STATE
#   entrypoints: [seal.change]
#   articles: [XM-22]
#   message:
#     zh: 数据集没有封存
#     en: The dataset is not sealed
#   remedy:
#     zh: 查看数据集的状态
#     en: Look at the dataset
proof contains "SEA-004" if {
	input.op == "seal"
	is_boolean(input.dataset.sealed)
}

proof contains "SEA-004" if {
	input.op in {"propose", "confirm"}
	input.dataset.sealed == true
}

# METADATA
# title: Two people of two parties unseal
# custom:
#   rule: SEA-005
#   code: SEPARATION
#   entrypoints: [seal.change]
#   articles: [XM-22, XM-31]
#   message:
#     zh: 启封须由两方各一人完成
#     en: Two people of two different parties unseal
#   remedy:
#     zh: 由另一方的人员确认
#     en: Have a person of another party confirm it
proof contains "SEA-005" if input.op in {"seal", "propose"}

proof contains "SEA-005" if {
	input.op == "confirm"
	lib.differ(input.subject.account, input.proposer.account)
	lib.differ(input.subject.person, input.proposer.person)
	lib.differ(input.subject.legal_group, input.proposer.legal_group)
}

# METADATA
# title: What a party sealed is not unsealed without that party or the regulator
# custom:
#   rule: SEA-006
#   code: SEPARATION
#   entrypoints: [seal.change]
#   articles: [XM-22, BJ-OPS-18a]
#   message:
#     zh: 启封须有封存的一方或监管人员参与
#     en: The party that sealed it, or the regulator, takes part in unsealing
#   remedy:
#     zh: 由封存的一方或监管人员提出或确认
#     en: Have the party that sealed it, or the regulator, propose or confirm it
proof contains "SEA-006" if input.op in {"seal", "propose"}

proof contains "SEA-006" if {
	input.op == "confirm"
	lib.same(input.dataset.sealed_by, input.subject.legal_group)
}

proof contains "SEA-006" if {
	input.op == "confirm"
	lib.same(input.dataset.sealed_by, input.proposer.legal_group)
}

proof contains "SEA-006" if {
	input.op == "confirm"
	lib.named(input.dataset.sealed_by)
	"regulator" in {input.subject.role, input.proposer.role}
}

# METADATA
# title: The declaration in force is not of the class that is sealed
# custom:
#   rule: SEA-007
#   code: STATE
#   entrypoints: [seal.change]
#   articles: [XM-14c, XM-31]
#   message:
#     zh: 生效的声明仍为“暂不宜市场化应用”类
#     en: "The declaration in force is of the market class sealed"
#   remedy:
#     zh: 先以另一市场化应用类别重新声明并批准，再启封
#     en: Declare another market class and have it approved first, then unseal
proof contains "SEA-007" if {
	input.op == "seal"
	is_string(input.dataset.market)
}

proof contains "SEA-007" if {
	input.op in {"propose", "confirm"}
	input.dataset.market in {"", "ordinary", "authorised"}
}

# METADATA
# title: Retention of the record of a seal
# custom:
#   rule: SEA-101
#   kind: obligation
#   entrypoints: [seal.change]
#   articles: [XM-39c]
retention_years := lib.settings.retention_by_market.sealed
