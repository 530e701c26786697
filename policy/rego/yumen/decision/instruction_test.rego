package yumen.decision_test

import data.yumen.decision

instruction_base := data.testing["instruction.step"]

issuing := {
	"/op": "issue", "/subject/role": "regulator", "/reason": true, "/proven": false, "/target/state": "",
	"/target/issuer": "",
}

confirming := {
	"/op": "confirm", "/subject/role": "regulator", "/subject/organization": "bureau", "/target/state": "executed",
}

returning := {
	"/op": "return", "/subject/role": "regulator", "/reason": true, "/proven": false,
	"/subject/organization": "bureau", "/target/state": "executed",
}

acknowledging := {"/op": "acknowledge", "/proven": false, "/target/state": "issued"}

instruction_refusals := {
	"BJ-FIN-29 SUB-001: the role is not in effect": {"set": {"/subject/effective": false}, "refuses": {"SUB-001"}},
	"BJ-OPS-21a SUB-002: nobody is named": {"set": {"/subject/person": ""}, "refuses": {"SUB-002"}},
	"BJ-FIN-29 INS-001: an analyst": {"set": {"/subject/role": "analyst"}, "refuses": {"INS-001"}},
	"BJ-OPS-18a INS-001: the regulator says itself that it is done": {
		"set": {"/subject/role": "regulator"},
		"refuses": {"INS-001"},
	},
	"BJ-OPS-18a INS-001: the operator instructs itself": {
		"set": object.union_n([issuing, {"/subject/role": "administrator"}]),
		"refuses": {"INS-001"},
	},
	"BJ-OPS-18a INS-001: the operator confirms itself": {
		"set": object.union_n([confirming, {"/subject/role": "security_administrator"}]),
		"refuses": {"INS-001"},
	},
	"BJ-OPS-18a INS-001: the operator returns it": {
		"set": object.union_n([returning, {"/subject/role": "steward"}]),
		"refuses": {"INS-001"},
	},
	"BJ-OPS-18a INS-001,INS-003,INS-004,INS-005,INS-006: another act": {
		"set": {"/op": "forget"},
		"refuses": {"INS-001", "INS-003", "INS-004", "INS-005", "INS-006"},
	},
	"BJ-OPS-18a INS-001,INS-003,INS-004,INS-005,INS-006: another act with a reason": {
		"set": {"/op": "forget", "/reason": true},
		"refuses": {"INS-001", "INS-003", "INS-004", "INS-005", "INS-006"},
	},
	"BJ-OPS-18a INS-002: no paper": {
		"set": object.union_n([issuing, {"/target/document": false}]),
		"refuses": {"INS-002"},
	},
	"BJ-OPS-18a INS-002: another demand": {
		"set": object.union_n([issuing, {"/target/demand": "please"}]),
		"refuses": {"INS-002"},
	},
	"BJ-OPS-18a INS-002: of no organization": {
		"set": object.union_n([issuing, {"/target/organization": ""}]),
		"refuses": {"INS-002"},
	},
	"BJ-OPS-18a INS-002: of a dataset besides": {
		"set": object.union_n([issuing, {"/target/dataset": "cases"}]),
		"refuses": {"INS-002"},
	},
	"BJ-OPS-18a INS-002: a dataset closed to nobody": {
		"set": object.union_n([
			issuing,
			{"/target/demand": "close_dataset", "/target/organization": "", "/target/dataset": "cases"},
		]),
		"refuses": {"INS-002"},
	},
	"BJ-OPS-18a INS-002: all egress of one organization": {
		"set": object.union_n([issuing, {"/target/demand": "stop_egress"}]),
		"refuses": {"INS-002"},
	},
	"BJ-OPS-18a INS-002: of every organization": {
		"set": object.union_n([issuing, {"/target/organization": "*"}]),
		"refuses": {"INS-002"},
	},
	"BJ-OPS-18a INS-002: of every dataset besides": {
		"set": object.union_n([issuing, {"/target/dataset": "*"}]),
		"refuses": {"INS-002"},
	},
	"BJ-OPS-18a INS-003: issued again": {
		"set": object.union_n([issuing, {"/target/state": "issued"}]),
		"refuses": {"INS-003"},
	},
	"BJ-OPS-18a INS-003: executed before it was acknowledged": {
		"set": {"/target/state": "issued"},
		"refuses": {"INS-003"},
	},
	"BJ-OPS-18a INS-003: executed again": {"set": {"/target/state": "executed"}, "refuses": {"INS-003"}},
	"BJ-OPS-18a INS-003: executed after it was confirmed": {"set": {"/target/state": "confirmed"}, "refuses": {"INS-003"}},
	"BJ-OPS-18a INS-003: confirmed, which nobody executed": {
		"set": object.union_n([confirming, {"/target/state": "acknowledged"}]),
		"refuses": {"INS-003"},
	},
	"BJ-OPS-18a INS-003: returned after it was confirmed": {
		"set": object.union_n([returning, {"/target/state": "confirmed"}]),
		"refuses": {"INS-003"},
	},
	"BJ-OPS-18a INS-004: issued without words": {
		"set": object.union_n([issuing, {"/reason": false}]),
		"refuses": {"INS-004"},
	},
	"BJ-OPS-18a INS-004: returned without a reason": {
		"set": object.union_n([returning, {"/reason": false}]),
		"refuses": {"INS-004"},
	},
	"BJ-OPS-18a INS-004: executed, and it is not known with which words": {
		"set": {"/reason": null},
		"refuses": {"INS-004"},
	},
	"BJ-OPS-18a INS-005: executed without proof": {"set": {"/proven": false}, "refuses": {"INS-005"}},
	"BJ-OPS-18a INS-006: issued, and somebody had issued it": {
		"set": object.union_n([issuing, {"/target/issuer": "bureau"}]),
		"refuses": {"INS-006"},
	},
	"BJ-OPS-18a INS-006: executed by those who issued it": {
		"set": {"/subject/organization": "bureau"},
		"refuses": {"INS-006"},
	},
	"BJ-OPS-18a INS-006: executed, and nobody issued it": {"set": {"/target/issuer": ""}, "refuses": {"INS-006"}},
	"BJ-OPS-18a INS-006: confirmed by another authority": {
		"set": object.union_n([confirming, {"/subject/organization": "other"}]),
		"refuses": {"INS-006"},
	},
	"BJ-OPS-18a INS-005: confirmed what holds no more": {
		"set": object.union_n([confirming, {"/proven": false}]),
		"refuses": {"INS-005"},
	},
}

test_instruction_refusals[note] if {
	some note, case in instruction_refusals
	d := decision.instruction_step with input as patched(instruction_base, case)
	object.keys(d.details) == case.refuses
}

instruction_permits := {
	"BJ-OPS-18a INS-001: issued by the regulator": with_patch(issuing, {}),
	"BJ-OPS-18a INS-002: of a dataset": with_patch(
		issuing,
		{"/target/demand": "suspend_dataset", "/target/organization": "", "/target/dataset": "cases"},
	),
	"BJ-OPS-18a INS-002: of a dataset and an organization": with_patch(
		issuing,
		{"/target/demand": "close_dataset", "/target/dataset": "cases"},
	),
	"BJ-OPS-18a INS-002: of everything": with_patch(
		issuing,
		{"/target/demand": "stop_egress", "/target/organization": ""},
	),
	"BJ-OPS-18a INS-003: acknowledged": with_patch(acknowledging, {}),
	"BJ-OPS-18a INS-003: executed after a return": with_patch({"/target/state": "returned"}, {}),
	"XM-39c INS-005,INS-101: executed with proof": {"set": {"/subject/role": "administrator"}},
	"BJ-OPS-18a INS-005: confirmed": with_patch(confirming, {}),
	"BJ-OPS-18a INS-004: returned": with_patch(returning, {}),
}

test_instruction_permits[note] if {
	some note, case in instruction_permits
	d := decision.instruction_step with input as patched(instruction_base, case)
	d.obligations == {"retention_years": 5}
}

test_BJ_OPS_32a_instruction_of_an_empty_input_refuses_everything if {
	d := decision.instruction_step with input as {}
	object.keys(d.details) == object.keys(data.yumen.required["instruction.step"])
}
