# METADATA
# title: Cataloguing
# description: What a declaration says beside the grades; the place in the directory, the attributes, secrets.
package yumen.cataloguing

import data.yumen.lib

# A rejection is possible whatever is missing.
rejected if input.op == "reject"

# So is a draft, which nobody reviews; but a secret stays out of it too.
unfinished if input.op in {"draft", "reject"}

# METADATA
# title: The dataset has its place in the four-level directory
# custom:
#   rule: SUP-021
#   code: INCOMPLETE
#   entrypoints: [catalog.change]
#   articles: [XC-3a]
#   message:
#     zh: 没有挂接完整的四级目录
#     en: The dataset does not hang on the four-level directory
#   remedy:
#     zh: 在 directory 中写明 duty（职责目录）、data（数据目录）、system（系统目录）和 table（库表目录）
#     en: Name duty, data, system and table in directory; every table hangs on a duty
proof contains "SUP-021" if input.dataset.unplaced == 0

proof contains "SUP-021" if {
	lib.settings.declarations_optional == true
	lib.at_least(input.dataset.unplaced, 0)
}

proof contains "SUP-021" if unfinished

# METADATA
# title: The data are declared to hold no state secret
# custom:
#   rule: SUP-022
#   code: DATASET_NOT_APPROVED
#   entrypoints: [catalog.change]
#   articles: [SJZ-2]
#   message:
#     zh: 没有声明不涉及国家秘密，或声明涉及国家秘密
#     en: The declaration does not say that the data hold no state secret, or says that they do
#   remedy:
#     zh: 写明 state_secret 为 false；涉及国家秘密的数据不得登记，按保密法律法规处理
#     en: "Declare state_secret: false; data that hold state secrets stay out of the zone"
proof contains "SUP-022" if input.dataset.state_secret == false

proof contains "SUP-022" if {
	lib.settings.declarations_optional == true
	input.dataset.state_secret == null
}

proof contains "SUP-022" if {
	input.op == "draft"
	input.dataset.state_secret == null
}

proof contains "SUP-022" if rejected

# METADATA
# title: The declaration bears no marking of a state secret
# custom:
#   rule: SUP-023
#   code: DATASET_NOT_APPROVED
#   entrypoints: [catalog.change]
#   articles: [SJZ-2]
#   message:
#     zh: 声明的文字中有国家秘密标志（绝密、机密、秘密）
#     en: A text of the declaration bears the marking of a state secret
#   remedy:
#     zh: 停止登记并联系保密管理部门；已通知安全管理员
#     en: Stop, and ask those responsible for secrets; the security administrator has been alerted
proof contains "SUP-023" if input.dataset.marked == 0

proof contains "SUP-023" if rejected

# METADATA
# title: Data that are not shared cite the law
# custom:
#   rule: SUP-024
#   code: INCOMPLETE
#   entrypoints: [catalog.change]
#   articles: [XC-19b]
#   message:
#     zh: 不予共享的数据没有写明法律法规依据
#     en: Data that are not shared cite no law or regulation
#   remedy:
#     zh: 在 sharing_basis 中写明依据
#     en: Cite it in sharing_basis
proof contains "SUP-024" if input.dataset.basis == true

proof contains "SUP-024" if {
	input.dataset.sharing in {"", "unconditional", "conditional"}
	is_boolean(input.dataset.basis)
}

proof contains "SUP-024" if {
	lib.settings.declarations_optional == true
	input.dataset.basis == false
}

proof contains "SUP-024" if unfinished

# METADATA
# title: No column is graded below the grade approved before without a record
# custom:
#   rule: SUP-025
#   code: INCOMPLETE
#   entrypoints: [catalog.change]
#   articles: [XC-27b]
#   message:
#     zh: 有字段的分级低于此前批准的级别，且没有降级记录
#     en: A column is graded below the grade approved before, without a record of it
#   remedy:
#     zh: 在 downgrade 中写明原级别、脱敏方法、剩余风险和批准文号
#     en: Give the grade before, the method, the risk that is left and the approval in downgrade
proof contains "SUP-025" if input.dataset.lowered == 0

proof contains "SUP-025" if {
	lib.settings.declarations_optional == true
	lib.at_least(input.dataset.lowered, 0)
}

proof contains "SUP-025" if unfinished
