# METADATA
# title: Instructions of the regulator
# description: What the regulator demands of the operator, until it is proven to be done.
package yumen.instruction

import data.yumen.lib

# METADATA
# title: The act belongs to the caller's role
# custom:
#   rule: INS-001
#   code: ROLE
#   entrypoints: [instruction.step]
#   articles: [BJ-OPS-18a, BJ-FIN-29]
#   message:
#     zh: 该角色不能对监管指令作出此项操作
#     en: This role may not do this about an instruction
#   remedy:
#     zh: 由监管人员下达、确认或退回；由运营单位的管理人员签收和执行
#     en: "The regulator issues, confirms and returns; the operator acknowledges and executes"
proof contains "INS-001" if lib.may_act("instruction.step", input.op)

# What each demand is about.
about := {
	"suspend_organization": {"organization"},
	"terminate_organization": {"organization"},
	"suspend_dataset": {"dataset"},
	"close_dataset": {"organization", "dataset"},
	"correct_dataset": {"dataset"},
	"stop_egress": set(),
	"stop_runs": set(),
	"report": set(),
}

objects := {"organization", "dataset"}

# METADATA
# title: It is said what is demanded, of what, and by which paper
# custom:
#   rule: INS-002
#   code: INCOMPLETE
#   entrypoints: [instruction.step]
#   articles: [BJ-OPS-18a]
#   message:
#     zh: 没有完整说明文号、要求或对象
#     en: The number of the document, the demand or its object is missing
#   remedy:
#     zh: 写明文号、要求，以及该要求所涉及的机构或数据集
#     en: Give the number of the document, the demand, and the organization or dataset that it is about
proof contains "INS-002" if {
	input.target.document == true
	needs := about[input.target.demand]
	{what | some what in objects; lib.named(input.target[what])} == needs
	{what | some what in objects; input.target[what] == ""} == objects - needs
}

# Which act follows which state.
fits := {
	"": {"issue"},
	"issued": {"acknowledge"},
	"acknowledged": {"execute"},
	"returned": {"execute"},
	"executed": {"confirm", "return"},
}

# METADATA
# title: The act follows the state
# custom:
#   rule: INS-003
#   code: STATE
#   entrypoints: [instruction.step]
#   articles: [BJ-OPS-18a]
#   message:
#     zh: 指令当前的状态不允许此操作
#     en: This does not follow the state of the instruction
#   remedy:
#     zh: 先查看指令：签收之后执行，执行之后由监管人员确认或退回
#     en: "Look at it first: it is acknowledged, then executed, then confirmed or returned by the regulator"
proof contains "INS-003" if input.op in fits[input.target.state]

# METADATA
# title: It is said what is missing
# custom:
#   rule: INS-004
#   code: INCOMPLETE
#   entrypoints: [instruction.step]
#   articles: [BJ-OPS-18a]
#   message:
#     zh: 没有说明要求的内容或退回的原因
#     en: It is not said what is wanted, or why it is returned
#   remedy:
#     zh: 下达时写明要求的内容；退回时说明缺什么
#     en: Say in words what is wanted, or what is still missing
proof contains "INS-004" if {
	input.op in {"acknowledge", "execute", "confirm"}
	input.reason in {true, false}
}

proof contains "INS-004" if {
	input.op in {"issue", "return"}
	input.reason == true
}

# METADATA
# title: What is said to be done is proven by the log
# custom:
#   rule: INS-005
#   code: INCOMPLETE
#   entrypoints: [instruction.step]
#   articles: [BJ-OPS-18a]
#   message:
#     zh: 所列日志条目不能证明要求已经执行
#     en: The entries do not prove that what is demanded was done
#   remedy:
#     zh: 列出下达之后、按要求、对所涉对象作出且仍然有效的操作的日志条目
#     en: Name entries of the log, later than the instruction, of the act that it demands; it must still be in force
proof contains "INS-005" if input.op in {"issue", "acknowledge", "return"}

proof contains "INS-005" if {
	input.op in {"execute", "confirm"}
	input.proven == true
}

# METADATA
# title: Nobody answers his own instruction, or confirms that of another authority
# custom:
#   rule: INS-006
#   code: SEPARATION
#   entrypoints: [instruction.step]
#   articles: [BJ-OPS-18a]
#   message:
#     zh: 下达指令的单位不能执行，其他单位不能确认或退回
#     en: Who issued it does not execute it, and nobody else confirms or returns it
#   remedy:
#     zh: 由运营单位执行，由下达指令的单位确认或退回
#     en: Have the operator execute it, and the authority that issued it confirm or return it
proof contains "INS-006" if {
	input.op == "issue"
	input.target.issuer == ""
}

proof contains "INS-006" if {
	input.op in {"acknowledge", "execute"}
	lib.differ(input.subject.organization, input.target.issuer)
}

proof contains "INS-006" if {
	input.op in {"confirm", "return"}
	lib.same(input.subject.organization, input.target.issuer)
}

# METADATA
# title: Retention of an instruction's record
# custom:
#   rule: INS-101
#   kind: obligation
#   entrypoints: [instruction.step]
#   articles: [XM-39b, XM-39c]
retention_years := lib.settings.grades[4].retention_years
