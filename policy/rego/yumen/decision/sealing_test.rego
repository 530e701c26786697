package yumen.decision_test

import data.yumen.decision

seal_base := data.testing["seal.change"]

another_of_hrss := {
	"account": "hrss_2",
	"person": "p-wang",
	"organization": "hrss",
	"legal_group": "hrss",
	"role": "provider",
	"effective": true,
}

seal_refusals := {
	"BJ-FIN-29 SUB-001: the role is not in effect": {"set": {"/subject/effective": false}, "refuses": {"SUB-001"}},
	"XM-22 SEA-001: an analyst unseals": {"set": {"/subject/role": "analyst"}, "refuses": {"SEA-001", "SEA-002"}},
	"XM-22 SEA-001: an auditor unseals": {"set": {"/subject/role": "auditor"}, "refuses": {"SEA-001"}},
	"XM-22 SEA-001: an egress reviewer seals": {
		"set": {"/op": "seal", "/subject/role": "egress_reviewer"},
		"refuses": {"SEA-001", "SEA-002"},
	},
	"XM-22 SEA-001: another act": {
		"set": {"/op": "open"},
		"refuses": {"SEA-001", "SEA-004", "SEA-005", "SEA-006", "SEA-007"},
	},
	"XM-22 SEA-006: another act of the party that sealed": {
		"set": {"/op": "open", "/dataset/sealed_by": "operator"},
		"refuses": {"SEA-001", "SEA-004", "SEA-005", "SEA-006", "SEA-007"},
	},
	"XM-22 SEA-006: another act, with the regulator": {
		"set": {"/op": "open", "/dataset/sealed_by": "tax", "/proposer/role": "regulator"},
		"refuses": {"SEA-001", "SEA-004", "SEA-005", "SEA-006", "SEA-007"},
	},
	"SJZ-6a SEA-002: another provider seals": {
		"set": {"/op": "seal", "/subject": another_of_hrss, "/dataset/provider": "tax"},
		"refuses": {"SEA-002"},
	},
	"SJZ-6a SEA-002: an analyst of the provider seals": {
		"set": {"/op": "seal", "/subject": another_of_hrss, "/subject/role": "analyst"},
		"refuses": {"SEA-001", "SEA-002"},
	},
	"XM-22 SEA-003: without a reason": {"set": {"/reason": false}, "refuses": {"SEA-003"}},
	"XM-22 SEA-003: everything is sealed": {
		"set": {"/op": "seal", "/dataset/name": "*"},
		"refuses": {"SEA-003"},
	},
	"XM-22 SEA-004: it is not sealed": {"set": {"/dataset/sealed": false}, "refuses": {"SEA-004"}},
	"XM-22 SEA-004: a proposal, and it is not sealed": {
		"set": {"/op": "propose", "/dataset/sealed": false},
		"refuses": {"SEA-004"},
	},
	"XM-22 SEA-004: sealed, and it is not known whether it was": {
		"set": {"/op": "seal", "/dataset/sealed": null},
		"refuses": {"SEA-004"},
	},
	"XM-22 SEA-005: one account twice": {"set": {"/proposer/account": "sec"}, "refuses": {"SEA-005"}},
	"XM-22 SEA-005: one person twice": {"set": {"/proposer/person": "p-sec"}, "refuses": {"SEA-005"}},
	"XM-22 SEA-005: two people of the party that sealed": {
		"set": {"/subject": another_of_hrss},
		"refuses": {"SEA-005"},
	},
	"XM-31 SEA-005,SEA-006: two people of the operator": {
		"set": {"/proposer": {
			"account": "admin",
			"person": "p-admin",
			"legal_group": "operator",
			"role": "administrator",
		}},
		"refuses": {"SEA-005", "SEA-006"},
	},
	"XM-22 SEA-005,SEA-006: nobody proposed it": {
		"set": {"/proposer": {"account": "", "person": "", "legal_group": "", "role": ""}},
		"refuses": {"SEA-005", "SEA-006"},
	},
	"BJ-OPS-18a SEA-006: what the regulator sealed": {
		"set": {"/dataset/sealed_by": "authority"},
		"refuses": {"SEA-006"},
	},
	"XM-22 SEA-006: it is not known who sealed it": {
		"set": {"/dataset/sealed_by": "", "/proposer/role": "regulator"},
		"refuses": {"SEA-006"},
	},
	"XM-31 SEA-007: the declaration still says it": {"set": {"/dataset/market": "sealed"}, "refuses": {"SEA-007"}},
	"XM-31 SEA-007: sealed, and its class is not known": {
		"set": {"/op": "seal", "/dataset/market": null},
		"refuses": {"SEA-007"},
	},
	"XM-31 SEA-007: a proposal, and the declaration still says it": {
		"set": {"/op": "propose", "/dataset/market": "sealed"},
		"refuses": {"SEA-007"},
	},
}

test_seal_refusals[note] if {
	some note, case in seal_refusals
	d := decision.seal_change with input as patched(seal_base, case)
	object.keys(d.details) == case.refuses
}

seal_permits := {
	"XM-22,XM-39c SEA-001,SEA-101: the provider seals": {"set": {
		"/op": "seal",
		"/subject": another_of_hrss,
		"/dataset/sealed": false,
		"/dataset/sealed_by": "",
	}},
	"XM-22 SEA-001: an auditor seals": {"set": {"/op": "seal", "/subject/role": "auditor"}},
	"XM-22 SEA-001: a steward seals": {"set": {"/op": "seal", "/subject/role": "steward"}},
	"XM-31 SEA-007: what is of the class already": {"set": {"/op": "seal", "/dataset/market": "sealed"}},
	"XM-22 SEA-005: the first of two": {"set": {
		"/op": "propose",
		"/proposer": {"account": "", "person": "", "legal_group": "", "role": ""},
	}},
	"XM-22 SEA-006: the operator confirms what the provider proposes": {},
	"XM-22 SEA-006: the provider confirms, the operator sealed": {"set": {
		"/subject": another_of_hrss,
		"/dataset/sealed_by": "operator",
		"/proposer": {
			"account": "sec",
			"person": "p-sec",
			"legal_group": "operator",
			"role": "security_administrator",
		},
	}},
	"BJ-OPS-18a SEA-006: the regulator stands for a party that is gone": {"set": {"/proposer": {
		"account": "watch",
		"person": "p-watch",
		"legal_group": "authority",
		"role": "regulator",
	}}},
	"BJ-OPS-18a SEA-006: the regulator confirms": {"set": {
		"/subject/role": "regulator",
		"/subject/organization": "authority",
		"/subject/legal_group": "authority",
		"/dataset/sealed_by": "operator",
	}},
}

test_seal_permits[note] if {
	some note, case in seal_permits
	d := decision.seal_change with input as patched(seal_base, case)
	d.obligations == {"retention_years": 5}
}

test_BJ_OPS_32a_a_seal_of_an_empty_input_refuses_everything if {
	d := decision.seal_change with input as {}
	object.keys(d.details) == object.keys(data.yumen.required["seal.change"])
}
