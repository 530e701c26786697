package yumen.decision_test

import data.yumen.decision

sanction_base := data.testing["sanction.apply"]

closing := {
	"/op": "close", "/step": "alone", "/target/state": "", "/target/set_by": "",
	"/proposer/role": "", "/proposer/person": "", "/proposer/account": "",
}

listing := {
	"/op": "blacklist", "/target/kind": "blacklist", "/target/dataset": "", "/target/provider": "",
	"/target/deadline": 0, "/target/state": "proposed",
}

ending := {"/op": "end", "/target/deadline": 1000000}

lifting := {
	"/op": "lift", "/target/kind": "blacklist", "/target/dataset": "", "/target/provider": "",
	"/target/deadline": 0, "/target/state": "listed", "/target/set_by": "administrator",
}

terminating := {
	"/op": "terminate", "/target/kind": "termination", "/target/dataset": "", "/target/provider": "",
	"/target/deadline": 0, "/target/state": "proposed",
}

with_patch(base, more) := {"set": object.union_n([base, more])}

sanction_refusals := {
	"BJ-FIN-29 SUB-001: the role is not in effect": {"set": {"/subject/effective": false}, "refuses": {"SUB-001"}},
	"BJ-OPS-21a SUB-002: nobody is named": {"set": {"/subject/legal_group": ""}, "refuses": {"SUB-002"}},
	"BJ-FIN-29 SAN-001: an analyst": {"set": {"/subject/role": "analyst"}, "refuses": {"SAN-001"}},
	"XC-42 SAN-001,SAN-002,SAN-004: another act": {
		"set": {"/op": "forgive"},
		"refuses": {"SAN-001", "SAN-002", "SAN-004"},
	},
	"XM-62a SAN-001: a steward blacklists": {
		"set": object.union_n([listing, {"/subject/role": "steward"}]),
		"refuses": {"SAN-001"},
	},
	"SJZ-11c SAN-001: an auditor terminates an organization": {
		"set": object.union_n([terminating, {"/subject/role": "auditor"}]),
		"refuses": {"SAN-001"},
	},
	"XC-42 SAN-002: closing without a dataset": {
		"set": object.union_n([closing, {"/target/dataset": ""}]),
		"refuses": {"SAN-002"},
	},
	"XC-42 SAN-002: closing for nobody": {
		"set": object.union_n([closing, {"/target/organization": ""}]),
		"refuses": {"SAN-002"},
	},
	"XC-42 SAN-002: a deadline that has passed": {
		"set": object.union_n([closing, {"/target/deadline": 1000000}]),
		"refuses": {"SAN-002"},
	},
	"XC-42 SAN-002,SAN-004: a sanction of another kind": {
		"set": {"/target/kind": "warning"},
		"refuses": {"SAN-002", "SAN-004"},
	},
	"XM-62a SAN-002: nobody goes on the blacklist": {
		"set": object.union_n([listing, {"/target/organization": ""}]),
		"refuses": {"SAN-002"},
	},
	"SJZ-11c SAN-002: nobody is terminated": {
		"set": object.union_n([terminating, {"/target/organization": ""}]),
		"refuses": {"SAN-002"},
	},
	"XC-42 SAN-003: reinstated by one person alone": {"set": {"/step": "alone"}, "refuses": {"SAN-003"}},
	"XM-62a SAN-003: on the blacklist by one person alone": {
		"set": object.union_n([listing, {"/step": "alone"}]),
		"refuses": {"SAN-003"},
	},
	"SJZ-11c SAN-003: terminated by one account twice": {
		"set": object.union_n([terminating, {"/proposer/account": "sec"}]),
		"refuses": {"SAN-003"},
	},
	"XM-62a SAN-003: re-checked by the same person": {
		"set": object.union_n([listing, {"/proposer/person": "p-sec"}]),
		"refuses": {"SAN-003"},
	},
	"XM-62a SAN-003: nobody proposed it": {
		"set": object.union_n([listing, {"/proposer/account": "", "/proposer/person": ""}]),
		"refuses": {"SAN-003"},
	},
	"XC-42 SAN-003: another step": {"set": {"/step": "half"}, "refuses": {"SAN-003"}},
	"XC-42 SAN-003: closed in another step": {
		"set": object.union_n([closing, {"/step": "half"}]),
		"refuses": {"SAN-003"},
	},
	"XC-42 SAN-004: ended before the deadline": {
		"set": object.union_n([ending, {"/target/deadline": 1000001}]),
		"refuses": {"SAN-004"},
	},
	"XC-42 SAN-004: ended, which was never closed": {
		"set": object.union_n([ending, {"/target/state": "reinstated"}]),
		"refuses": {"SAN-004"},
	},
	"XC-42 SAN-004: reinstated what was proposed": {"set": {"/target/state": "proposed"}, "refuses": {"SAN-004"}},
	"XM-62a SAN-004: taken off the blacklist, which never was on it": {
		"set": object.union_n([lifting, {"/target/state": "proposed"}]),
		"refuses": {"SAN-004"},
	},
	"XC-42 SAN-002: reinstated, and no deadline is known": {
		"set": {"/target/deadline": 0},
		"refuses": {"SAN-002"},
	},
	"XC-42 SAN-005: a provider closes another's data": {
		"set": object.union_n([closing, {"/subject/role": "provider"}]),
		"refuses": {"SAN-005"},
	},
	"XC-42 SAN-005: another provider's steward closes it": {
		"set": object.union_n([
			closing,
			{"/subject/role": "steward", "/subject/organization": "court", "/caller/type": "provider"},
		]),
		"refuses": {"SAN-005"},
	},
	"XC-42 SAN-005: the provider, and it is not known what its organization is": {
		"set": object.union_n([
			closing,
			{"/subject/role": "provider", "/subject/organization": "bureau", "/caller/type": ""},
		]),
		"refuses": {"SAN-005"},
	},
	"XC-42 SAN-005: an administrator of it is not known what": {"set": {"/caller/type": ""}, "refuses": {"SAN-005"}},
	"XC-42 SAN-001,SAN-005: a role that is none": {
		"set": {"/subject/role": "guest"},
		"refuses": {"SAN-001", "SAN-005"},
	},
	"BJ-OPS-18a SAN-006: the regulator's sanction without the regulator": {
		"set": {"/proposer/role": "administrator"},
		"refuses": {"SAN-006"},
	},
	"BJ-OPS-18a SAN-006: it is not known who imposed it": {
		"set": {"/proposer/role": "administrator", "/target/set_by": ""},
		"refuses": {"SAN-006"},
	},
	"BJ-OPS-18a SAN-006: a proposal, and it is not known who imposed it": {
		"set": {"/step": "propose", "/target/set_by": "", "/proposer/role": "regulator"},
		"refuses": {"SAN-006"},
	},
}

test_sanction_refusals[note] if {
	some note, case in sanction_refusals
	d := decision.sanction_apply with input as patched(sanction_base, case)
	object.keys(d.details) == case.refuses
}

sanction_permits := {
	"XC-42 SAN-002: closed by one person at once": with_patch(closing, {}),
	"XC-42 SAN-005: by the provider, of its own data": with_patch(
		closing,
		{"/subject/role": "provider", "/subject/organization": "bureau"},
	),
	"XC-42 SAN-004: ended at the deadline": with_patch(ending, {}),
	"XC-42 SAN-003: the first of two": {"set": {"/step": "propose", "/proposer/role": ""}},
	"BJ-OPS-18a SAN-006: the regulator confirms": {
		"set": {"/subject/role": "regulator", "/proposer/role": "administrator"},
	},
	"XM-39c SAN-006,SAN-101: the operator's own": {
		"set": {"/target/set_by": "steward", "/proposer/role": "administrator"},
	},
	"XM-62a SAN-003: on the blacklist after a re-check": with_patch(listing, {}),
	"XM-62a SAN-002: by its credit code": with_patch(
		listing,
		{"/target/organization": "", "/target/uscc": "91350200M0000000XX"},
	),
	"XM-62a SAN-006: lifted by two": with_patch(lifting, {}),
	"SJZ-11c SAN-003: terminated by two": with_patch(terminating, {}),
	"XM-62a SAN-003: dismissed by one": with_patch(
		lifting,
		{"/op": "dismiss", "/step": "alone", "/target/state": "proposed"},
	),
}

test_sanction_permits[note] if {
	some note, case in sanction_permits
	d := decision.sanction_apply with input as patched(sanction_base, case)
	d.obligations == {"retention_years": 5}
}

# What a sanction covers is refused in every act of use, under its own code.
sanctioned_acts := {
	"XM-62a SUB-004: blacklisted": {"set": {"/frozen": {"blacklist": {}}}, "refuses": {"SUB-004"}},
	"XC-42 SUB-005: closed": {"set": {"/frozen": {"closure": {}}}, "refuses": {"SUB-005"}},
	"SJZ-11c SUB-006: terminated": {"set": {"/frozen": {"termination": {}}}, "refuses": {"SUB-006"}},
	"XM-62a SUB-003,SUB-004: blacklisted in a freeze": {
		"set": {"/frozen": {"blacklist": {}, "runs": {}}},
		"refuses": {"SUB-003", "SUB-004"},
	},
}

test_sanctioned_is_refused[note] if {
	some note, case in sanctioned_acts
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
	certified := decision.computation_review with input as patched(data.testing["computation.review"], case)
	object.keys(certified.details) == case.refuses
}

test_BJ_OPS_32a_sanction_of_an_empty_input_refuses_everything if {
	d := decision.sanction_apply with input as {}
	object.keys(d.details) == object.keys(data.yumen.required["sanction.apply"])
}
