package yumen.decision_test

import data.yumen.decision

set_base := data.testing["freeze.set"]

lift_base := data.testing["freeze.lift"]

set_refusals := {
	"BJ-FIN-29 SUB-001: the role is not in effect": {"set": {"/subject/effective": false}, "refuses": {"SUB-001"}},
	"BJ-FIN-29 FRZ-001: a steward freezes": {"set": {"/subject/role": "steward"}, "refuses": {"FRZ-001"}},
	"BJ-FIN-29 FRZ-001: another act": {"set": {"/op": "thaw"}, "refuses": {"FRZ-001"}},
	"BJ-FIN-32a FRZ-002: an unknown kind": {"set": {"/target/kind": "zone"}, "refuses": {"FRZ-002"}},
	"BJ-FIN-32a FRZ-002: no name": {"set": {"/target/name": ""}, "refuses": {"FRZ-002"}},
	"BJ-FIN-32a FRZ-002: every dataset": {
		"set": {"/target/kind": "dataset", "/target/name": "*"},
		"refuses": {"FRZ-002"},
	},
	"BJ-FIN-32a FRZ-002: all runs have no name": {"set": {"/target/kind": "runs"}, "refuses": {"FRZ-002"}},
	"BJ-FIN-32a FRZ-002: all egress has no name": {"set": {"/target/kind": "egress"}, "refuses": {"FRZ-002"}},
}

test_freeze_set_refusals[note] if {
	some note, case in set_refusals
	d := decision.freeze_set with input as patched(set_base, case)
	object.keys(d.details) == case.refuses
}

lift_refusals := {
	"BJ-FIN-29 SUB-001: the role is not in effect": {"set": {"/subject/effective": false}, "refuses": {"SUB-001"}},
	"BJ-FIN-29 FRZ-001: an auditor lifts": {"set": {"/subject/role": "auditor"}, "refuses": {"FRZ-001"}},
	"BJ-FIN-32a FRZ-001,FRZ-003: another act": {"set": {"/op": "thaw"}, "refuses": {"FRZ-001", "FRZ-003"}},
	"BJ-FIN-32a FRZ-003: one account twice": {"set": {"/proposer/account": "sec"}, "refuses": {"FRZ-003"}},
	"BJ-FIN-32a FRZ-003: one person twice": {"set": {"/proposer/person": "p-sec"}, "refuses": {"FRZ-003"}},
	"BJ-FIN-32a FRZ-003: nobody proposed it": {
		"set": {"/proposer/account": "", "/proposer/person": ""},
		"refuses": {"FRZ-003"},
	},
	"BJ-FIN-32a FRZ-004: it is not frozen": {"set": {"/target/frozen": false}, "refuses": {"FRZ-004"}},
	"BJ-OPS-18a FRZ-005: the regulator's freeze without the regulator": {
		"set": {"/proposer/role": "administrator"},
		"refuses": {"FRZ-005"},
	},
	"BJ-OPS-18a FRZ-005: it is not known who froze": {"set": {"/target/set_by": ""}, "refuses": {"FRZ-005"}},
	"BJ-OPS-18a FRZ-005: a proposal, and it is not known who froze": {
		"set": {"/op": "propose", "/target/set_by": ""},
		"refuses": {"FRZ-005"},
	},
}

test_freeze_lift_refusals[note] if {
	some note, case in lift_refusals
	d := decision.freeze_lift with input as patched(lift_base, case)
	object.keys(d.details) == case.refuses
}

set_permits := {
	"BJ-FIN-32a FRZ-001: the administrator": {"set": {"/subject/role": "administrator"}},
	"BJ-FIN-32a FRZ-001: an auditor": {"set": {"/subject/role": "auditor"}},
	"BJ-FIN-32a FRZ-001: the regulator": {"set": {"/subject/role": "regulator"}},
	"XM-39c FRZ-101: one dataset": {"set": {"/target/kind": "dataset"}},
	"BJ-FIN-32a FRZ-002: all runs": {"set": {"/target/kind": "runs", "/target/name": ""}},
	"BJ-FIN-32a FRZ-002: all egress": {"set": {"/target/kind": "egress", "/target/name": ""}},
}

test_freeze_set_permits[note] if {
	some note, case in set_permits
	d := decision.freeze_set with input as patched(set_base, case)
	d.obligations == {"retention_years": 5}
}

lift_permits := {
	"BJ-FIN-32a FRZ-003: the first of two": {"set": {"/op": "propose", "/proposer/person": "", "/proposer/account": ""}},
	"BJ-OPS-18a FRZ-005: anybody proposes to lift the regulator's": {
		"set": {"/op": "propose", "/proposer/role": "", "/proposer/person": "", "/proposer/account": ""},
	},
	"BJ-OPS-18a FRZ-005: the regulator confirms": {
		"set": {"/subject/role": "regulator", "/proposer/role": "administrator"},
	},
	"BJ-FIN-32a FRZ-005: the operator's own freeze": {
		"set": {"/target/set_by": "auditor", "/proposer/role": "administrator"},
	},
}

test_freeze_lift_permits[note] if {
	some note, case in lift_permits
	d := decision.freeze_lift with input as patched(lift_base, case)
	d.obligations == {"retention_years": 5}
}

# Whatever freeze covers the act refuses it, and so does not knowing.
frozen_acts := {
	"BJ-FIN-32a SUB-003: runs": {"set": {"/frozen": {"runs": {}}}, "refuses": {"SUB-003"}},
	"BJ-FIN-35b SUB-003: an organization and a dataset": {
		"set": {"/frozen": {"dataset": {}, "organization": {}}},
		"refuses": {"SUB-003"},
	},
	"BJ-FIN-32a SUB-003,SUB-004,SUB-005,SUB-006: it is not known": {
		"set": {"/frozen": null},
		"refuses": {"SUB-003", "SUB-004", "SUB-005", "SUB-006"},
	},
}

test_BJ_FIN_32a_what_is_frozen_is_refused[note] if {
	some note, case in frozen_acts
	run := decision.query_run with input as patched(data.testing["query.run"], case)
	object.keys(run.details) == case.refuses
	verdict := decision.query_check with input as patched(data.testing["query.check"], case)
	object.keys(verdict.details) == case.refuses
	release := decision.release_decide with input as patched(data.testing["release.decide"], case)
	object.keys(release.details) == case.refuses
	collected := decision.release_collect with input as patched(data.testing["release.collect"], case)
	object.keys(collected.details) == case.refuses
	loaded := decision.supply_load with input as patched(data.testing["supply.load"], case)
	object.keys(loaded.details) == case.refuses
	step := decision.application_step with input as patched(data.testing["application.step"], case)
	object.keys(step.details) == case.refuses
}

test_BJ_OPS_32a_freeze_of_an_empty_input_refuses_everything if {
	one := decision.freeze_set with input as {}
	object.keys(one.details) == object.keys(data.yumen.required["freeze.set"])
	two := decision.freeze_lift with input as {}
	object.keys(two.details) == object.keys(data.yumen.required["freeze.lift"])
}
