# METADATA
# title: Supply
# description: How a dataset enters the catalog and how its data enters the zone.
package yumen.supply

import data.yumen.lib

# A rejection is possible whatever is missing; so is a draft, which nobody reviews.
unfinished if input.op in {"draft", "reject"}

# METADATA
# title: The act belongs to the caller's role
# custom:
#   rule: SUP-001
#   code: ROLE
#   entrypoints: [catalog.change]
#   articles: [BJ-FIN-3, SJZ-6a, SJZ-15a]
#   message:
#     zh: 该角色不能进行此目录操作
#     en: This role may not change the catalog in this way
#   remedy:
#     zh: 由提供单位登记、数据管理人员审核
#     en: The provider declares, a steward approves
proof contains "SUP-001" if lib.may_act("catalog.change", input.op)

# METADATA
# title: A provider's people declare and approve its own data only
# custom:
#   rule: SUP-002
#   code: ROLE
#   entrypoints: [catalog.change]
#   articles: [SJZ-6a]
#   message:
#     zh: 数据提供单位的人员只能登记和审核本单位的数据
#     en: A provider's people declare and approve its own data only
#   remedy:
#     zh: 由该数据的提供单位登记，由运营单位审核
#     en: Have the data's own provider declare it, and the operator review it
proof contains "SUP-002" if {
	input.subject.role in {"steward", "administrator"}
	lib.answers_for_all
}

proof contains "SUP-002" if {
	input.subject.role in {"provider", "steward"}
	lib.placed
	own_provider
}

# The provider's own people; a sample dataset of a lab may name no provider.
own_provider if lib.same(input.subject.organization, input.dataset.provider)

own_provider if {
	lib.settings.declarations_optional == true
	input.dataset.provider == ""
}

# METADATA
# title: Every column has a grade
# custom:
#   rule: SUP-003
#   code: INCOMPLETE
#   entrypoints: [catalog.change]
#   articles: [BJ-OPS-27a, BJ-FIN-15a, XM-17, XM-16a]
#   message:
#     zh: 有字段没有分级
#     en: A column has no grade
#   remedy:
#     zh: 为每个字段标注一至四级
#     en: Give every column a grade of 1 to 4
proof contains "SUP-003" if {
	input.dataset.grade in {1, 2, 3, 4}
	lib.at_least(input.dataset.columns, 1)
	lib.at_least(input.dataset.graded, input.dataset.columns)
}

proof contains "SUP-003" if unfinished

# METADATA
# title: No column is below its least grade without a reason
# custom:
#   rule: SUP-009
#   code: INCOMPLETE
#   entrypoints: [catalog.change]
#   articles: [XM-16c, SJZ-15d, BJ-OPS-27a]
#   message:
#     zh: 有字段的分级低于其标识符或敏感类别的最低级别，且没有理由
#     en: A column is graded below the least grade of its identifier or category, without a reason
#   remedy:
#     zh: 提高分级，或在 grade_reason 中写明理由
#     en: Raise the grade, or give the reason in grade_reason
proof contains "SUP-009" if input.dataset.below == 0

proof contains "SUP-009" if {
	lib.settings.declarations_optional == true
	lib.at_least(input.dataset.below, 0)
}

proof contains "SUP-009" if unfinished

# METADATA
# title: None of the four prohibitions applies
# custom:
#   rule: SUP-004
#   code: DATASET_NOT_APPROVED
#   entrypoints: [catalog.change]
#   articles: [BJ-OPS-28, SJZ-2]
#   message:
#     zh: 四项禁止情形未答复，或有一项成立
#     en: The four prohibitions are not answered, or one of them applies
#   remedy:
#     zh: 逐项答复；有一项成立的数据不得授权运营
#     en: Answer each; data to which one applies must not be operated
proof contains "SUP-004" if {
	input.dataset.prohibited.national_security == false
	input.dataset.prohibited.public_interest == false
	input.dataset.prohibited.source_agreement == false
	input.dataset.prohibited.law == false
}

proof contains "SUP-004" if {
	lib.settings.declarations_optional == true
	input.dataset.prohibited == null
}

proof contains "SUP-004" if {
	input.op == "draft"
	input.dataset.prohibited == null
}

proof contains "SUP-004" if input.op == "reject"

# METADATA
# title: The classes of sharing and market are declared
# custom:
#   rule: SUP-005
#   code: INCOMPLETE
#   entrypoints: [catalog.change]
#   articles: [XM-14b, XM-14c, XC-19a]
#   message:
#     zh: 没有标注共享属性或市场化应用类别
#     en: The sharing type or the market class is not declared
#   remedy:
#     zh: 补充标注
#     en: Declare them
proof contains "SUP-005" if {
	declared_market
	declared_sharing
}

proof contains "SUP-005" if unfinished

declared_market if lib.open_market(input.dataset.market)

declared_market if input.dataset.market == "sealed"

declared_sharing if lib.open_sharing(input.dataset.sharing)

declared_sharing if input.dataset.sharing == "none"

# METADATA
# title: The provider is declared
# custom:
#   rule: SUP-006
#   code: INCOMPLETE
#   entrypoints: [catalog.change]
#   articles: [BJ-FIN-10a, XC-3a, SJZ-15a]
#   message:
#     zh: 没有标注数据提供单位
#     en: The provider is not declared
#   remedy:
#     zh: 补充提供单位
#     en: Declare the provider
proof contains "SUP-006" if {
	lib.named(input.dataset.name)
	lib.named(input.dataset.provider)
}

proof contains "SUP-006" if {
	lib.named(input.dataset.name)
	lib.settings.declarations_optional == true
	input.dataset.provider == ""
}

proof contains "SUP-006" if input.op == "reject"

# METADATA
# title: The declaration is in a state that the act fits
# custom:
#   rule: SUP-007
#   code: STATE
#   entrypoints: [catalog.change]
#   articles: [SJZ-15a, BJ-FIN-30]
#   message:
#     zh: 目录条目当前状态不允许此操作
#     en: The declaration is not in a state for this
#   remedy:
#     zh: 先提交，再审核
#     en: Submit first, then review
proof contains "SUP-007" if {
	input.op in {"draft", "declare"}
	input.dataset.state in {"none", "draft", "submitted", "approved", "rejected"}
}

proof contains "SUP-007" if {
	input.op in {"approve", "reject"}
	input.dataset.state == "submitted"
}

# METADATA
# title: The reviewer of a declaration is not its author, nor of the provider that declared it
# custom:
#   rule: SUP-008
#   code: SEPARATION
#   entrypoints: [catalog.change]
#   articles: [SJZ-15a, XC-11, BJ-FIN-3]
#   message:
#     zh: 不能审核本人或本提供单位登记的目录
#     en: Nobody reviews his own declaration, nor one that his provider declared
#   remedy:
#     zh: 由运营单位的另一名数据管理人员审核
#     en: Have another steward, of the operator, review it
proof contains "SUP-008" if {
	input.op in {"draft", "declare"}
	lib.same(input.subject.account, input.dataset.author.account)
}

proof contains "SUP-008" if {
	input.op in {"approve", "reject"}
	lib.differ(input.subject.account, input.dataset.author.account)
	lib.differ(input.subject.person, input.dataset.author.person)
	of_another_provider
}

of_another_provider if {
	lib.answers_for_all
	lib.named(input.dataset.author.organization)
}

of_another_provider if lib.differ(input.subject.organization, input.dataset.author.organization)

# METADATA
# title: The declared mode of supply fits the grade
# custom:
#   rule: SUP-010
#   code: SUPPLY_MODE
#   entrypoints: [catalog.change]
#   articles: [BJ-OPS-27b, BJ-OPS-27c, XM-63]
#   message:
#     zh: 声明的供给方式与级别不符，或存储位置不是本单位的域内位置
#     en: The declared mode of supply does not fit the grade, or its location is not the provider's in the domain
#   remedy:
#     zh: 二级以上用 interface 或 tenant_space；location 须是专区配置中为该提供单位登记的域内位置
#     en: From grade 2 on use interface or tenant_space; the zone's configuration lists the location for this provider
proof contains "SUP-010" if unfinished

proof contains "SUP-010" if {
	input.dataset.supply == ""
	is_boolean(input.dataset.declared)
}

proof contains "SUP-010" if {
	input.dataset.supply in lib.settings.grades[input.dataset.grade].supply
	located(input.dataset.supply, input.dataset.declared)
}

# A place that the gateway reads is declared; other modes name none.
located("tenant_space", true) := true

located(mode, declared) if {
	mode in {"copy", "interface"}
	is_boolean(declared)
}

# METADATA
# title: The load belongs to the caller's role
# custom:
#   rule: SUP-011
#   code: ROLE
#   entrypoints: [supply.load]
#   articles: [BJ-FIN-5, BJ-OPS-27c, BJ-FIN-3]
#   message:
#     zh: 该角色不能以此方式装载数据
#     en: This role may not load data in this way
#   remedy:
#     zh: 由提供单位通过接口装载；一级数据可由数据管理人员导入
#     en: The provider loads through the interface; a steward may import grade 1
proof contains "SUP-011" if lib.may_act("supply.load", input.mode)

# METADATA
# title: A provider loads its own data only
# custom:
#   rule: SUP-012
#   code: ROLE
#   entrypoints: [supply.load, supply.change]
#   articles: [SJZ-6a, BJ-OPS-27c]
#   message:
#     zh: 只能装载和处理本单位的数据
#     en: A provider loads its own data only, and decides about it alone
#   remedy:
#     zh: 由该数据的提供单位办理
#     en: Have the data's own provider do it
proof contains "SUP-012" if {
	input.subject.role == "steward"
	lib.answers_for_all
}

proof contains "SUP-012" if {
	input.subject.role in {"provider", "steward"}
	lib.placed
	own_provider
}

# METADATA
# title: The dataset is approved
# custom:
#   rule: SUP-013
#   code: DATASET_NOT_APPROVED
#   entrypoints: [supply.load]
#   articles: [BJ-FIN-11, SJZ-15a, XM-17]
#   message:
#     zh: 数据目录尚未批准
#     en: The dataset is not approved
#   remedy:
#     zh: 由数据管理人员批准目录
#     en: Have a steward approve the dataset
proof contains "SUP-013" if {
	lib.named(input.dataset.name)
	input.dataset.state == "approved"
}

# METADATA
# title: The mode of supply follows the grade
# custom:
#   rule: SUP-014
#   code: SUPPLY_MODE
#   entrypoints: [supply.load]
#   articles: [BJ-OPS-27b, BJ-OPS-27c, BJ-OPS-27d]
#   message:
#     zh: 该级别的数据不能以此方式进入专区
#     en: Data of this grade may not enter the zone in this way
#   remedy:
#     zh: 二级以上数据通过接口或多租户空间提供
#     en: From grade 2 on, supply through the interface or a tenant space
proof contains "SUP-014" if input.mode in lib.settings.grades[input.dataset.grade].supply

proof contains "SUP-014" if {
	lib.twin
	input.dataset.grade in {1, 2, 3, 4}
}

# METADATA
# title: Grade 4 comes by documented exception
# custom:
#   rule: SUP-015
#   code: GRADE_FORBIDS
#   entrypoints: [supply.load]
#   articles: [BJ-OPS-27d]
#   message:
#     zh: 四级数据原则上不予共享
#     en: Data of grade 4 is not shared in principle
#   remedy:
#     zh: 提交书面需求并由提供单位逐批批准
#     en: File the written need and have the provider approve each batch
proof contains "SUP-015" if {
	lib.settings.grades[input.dataset.grade].supply_exception == false
	input.exception == null
	is_string(input.batch)
}

proof contains "SUP-015" if {
	lib.named(input.exception.document)
	lib.named(input.exception.batch)
	lib.differ(input.exception.approver, input.exception.second)
	lib.at_least(input.exception.not_after, input.now + 1)
	of_the_batch
}

proof contains "SUP-015" if {
	lib.twin
	input.dataset.grade in {1, 2, 3, 4}
	is_string(input.batch)
}

# The batch is the one of the exception, as soon as it is there.
of_the_batch if input.batch == ""

of_the_batch if lib.same(input.batch, input.exception.batch)

# METADATA
# title: A tenant space is a location in the domain that is declared for the provider
# custom:
#   rule: SUP-016
#   code: SUPPLY_MODE
#   entrypoints: [supply.load]
#   articles: [XM-63, BJ-OPS-27c]
#   message:
#     zh: 存储位置未为该提供单位登记，或不在域内
#     en: The location is not declared for this provider, or not in the domain
#   remedy:
#     zh: 为该提供单位登记域内的存储位置
#     en: Declare a location in the domain for this provider
proof contains "SUP-016" if located(input.mode, input.declared)

proof contains "SUP-016" if {
	lib.twin
	is_boolean(input.declared)
}

# METADATA
# title: The mode of supply is the declared one
# custom:
#   rule: SUP-017
#   code: SUPPLY_MODE
#   entrypoints: [supply.load]
#   articles: [BJ-OPS-27b, BJ-OPS-27c]
#   message:
#     zh: 该数据集声明了另一种供给方式
#     en: The dataset is declared to come in another way
#   remedy:
#     zh: 按声明供给：copy（数据管理人员）与 interface（提供单位）用 yumen dataset load，tenant_space 用 yumen dataset pull
#     en: "Supply it as declared: copy (a steward) and interface (the provider) by load, tenant_space by pull"
proof contains "SUP-017" if {
	input.dataset.supply == ""
	input.mode in {"copy", "interface"}
}

proof contains "SUP-017" if lib.same(input.mode, input.dataset.supply)

proof contains "SUP-017" if {
	lib.twin
	is_string(input.dataset.supply)
}

# METADATA
# title: The act upon a batch belongs to the caller's role
# custom:
#   rule: SUP-031
#   code: ROLE
#   entrypoints: [supply.change]
#   articles: [BJ-OPS-27d, BJ-FIN-3]
#   message:
#     zh: 该角色不能处理批次
#     en: This role may not act upon a batch
#   remedy:
#     zh: 由提供单位或数据管理人员办理
#     en: Have the provider or a steward do it
proof contains "SUP-031" if lib.may_act("supply.change", input.op)

# METADATA
# title: It is said about what, and why
# custom:
#   rule: SUP-032
#   code: INCOMPLETE
#   entrypoints: [supply.change]
#   articles: [BJ-OPS-27d]
#   message:
#     zh: 没有说明理由
#     en: No reason is given
#   remedy:
#     zh: 说明理由
#     en: Say why
proof contains "SUP-032" if {
	lib.named(input.dataset.name)
	input.reason == true
}

# METADATA
# title: Two people decide about an exception and a quarantined batch
# custom:
#   rule: SUP-033
#   code: SEPARATION
#   entrypoints: [supply.change]
#   articles: [BJ-OPS-27d]
#   message:
#     zh: 须由两人办理
#     en: Two people decide about this
#   remedy:
#     zh: 由另一名人员确认
#     en: Have another person confirm it
proof contains "SUP-033" if input.op in {"destroy", "discard", "propose"}

proof contains "SUP-033" if {
	input.op == "confirm"
	lib.differ(input.subject.account, input.proposer.account)
	lib.differ(input.subject.person, input.proposer.person)
}

# METADATA
# title: One of the two is the provider's
# custom:
#   rule: SUP-034
#   code: SEPARATION
#   entrypoints: [supply.change]
#   articles: [BJ-OPS-27d]
#   message:
#     zh: 两人之一须为提供单位的人员
#     en: One of the two persons is the provider's
#   remedy:
#     zh: 由提供单位的人员确认
#     en: Have a person of the provider confirm it
proof contains "SUP-034" if input.op in {"destroy", "discard", "propose"}

proof contains "SUP-034" if {
	input.op == "confirm"
	lib.same(input.subject.organization, input.dataset.provider)
	lib.named(input.proposer.organization)
}

proof contains "SUP-034" if {
	input.op == "confirm"
	lib.same(input.proposer.organization, input.dataset.provider)
}

# METADATA
# title: Retention of a dataset's record
# custom:
#   rule: SUP-101
#   kind: obligation
#   entrypoints: [catalog.change, supply.load, supply.change]
#   articles: [XM-39b, XM-39c]
retention_years := lib.retention(input.dataset.grade, {input.dataset.market})
