package yumen.decision_test

import data.yumen.decision

catalog_base := data.testing["catalog.change"]

catalog_refusals := {
	"BJ-FIN-29 SUB-001: the role is not in effect": {
		"set": {"/subject/effective": false},
		"refuses": {"SUB-001"},
	},
	"SJZ-15a SUP-001: a administrator approves": {
		"set": {"/subject/role": "administrator"},
		"refuses": {"SUP-001"},
	},
	"SJZ-15a SUP-001: a security_administrator approves": {
		"set": {"/subject/role": "security_administrator"},
		"refuses": {"SUP-001", "SUP-002"},
	},
	"SJZ-15a SUP-001: a auditor approves": {
		"set": {"/subject/role": "auditor"},
		"refuses": {"SUP-001", "SUP-002"},
	},
	"SJZ-15a SUP-001: a provider approves": {
		"set": {"/subject/role": "provider"},
		"refuses": {"SUP-001", "SUP-002"},
	},
	"SJZ-15a SUP-001: a analyst approves": {
		"set": {"/subject/role": "analyst"},
		"refuses": {"SUP-001", "SUP-002"},
	},
	"SJZ-15a SUP-001: a egress_reviewer approves": {
		"set": {"/subject/role": "egress_reviewer"},
		"refuses": {"SUP-001", "SUP-002"},
	},
	"SJZ-15a SUP-001: a regulator approves": {
		"set": {"/subject/role": "regulator"},
		"refuses": {"SUP-001", "SUP-002"},
	},
	"SJZ-6a SUP-001: a analyst declares": {
		"set": {
			"/dataset/state": "none",
			"/op": "declare",
			"/subject": the_provider,
			"/subject/role": "analyst",
		},
		"refuses": {"SUP-001", "SUP-002"},
	},
	"SJZ-15a SUP-008: a draft in the name of another": {
		"set": {
			"/dataset/author/account": "hrss_9",
			"/dataset/state": "none",
			"/op": "draft",
			"/subject": the_provider,
		},
		"refuses": {"SUP-008"},
	},
	"SJZ-6a SUP-001,SUP-002: an analyst keeps a draft": {
		"set": {
			"/dataset/state": "none",
			"/op": "draft",
			"/subject": the_provider,
			"/subject/role": "analyst",
		},
		"refuses": {"SUP-001", "SUP-002"},
	},
	"BJ-OPS-28 SUP-004: a draft to which a prohibition applies": {
		"set": {
			"/dataset/prohibited/law": true,
			"/dataset/state": "none",
			"/op": "draft",
			"/subject": the_provider,
		},
		"refuses": {"SUP-004"},
	},
	"SJZ-2 SUP-022,SUP-023: a draft that holds a secret": {
		"set": {
			"/dataset/marked": 1,
			"/dataset/state": "none",
			"/dataset/state_secret": true,
			"/op": "draft",
			"/subject": the_provider,
		},
		"refuses": {"SUP-022", "SUP-023"},
	},
	"SJZ-6a SUP-001: a auditor declares": {
		"set": {
			"/dataset/state": "none",
			"/op": "declare",
			"/subject": the_provider,
			"/subject/role": "auditor",
		},
		"refuses": {"SUP-001", "SUP-002"},
	},
	"SJZ-6a SUP-001: a security_administrator declares": {
		"set": {
			"/dataset/state": "none",
			"/op": "declare",
			"/subject": the_provider,
			"/subject/role": "security_administrator",
		},
		"refuses": {"SUP-001", "SUP-002"},
	},
	"SJZ-6a SUP-001: a egress_reviewer declares": {
		"set": {
			"/dataset/state": "none",
			"/op": "declare",
			"/subject": the_provider,
			"/subject/role": "egress_reviewer",
		},
		"refuses": {"SUP-001", "SUP-002"},
	},
	"SJZ-6a SUP-001: a regulator declares": {
		"set": {
			"/dataset/state": "none",
			"/op": "declare",
			"/subject": the_provider,
			"/subject/role": "regulator",
		},
		"refuses": {"SUP-001", "SUP-002"},
	},
	"SJZ-15a SUP-001: an unknown act": {"set": {"/op": "publish"}, "refuses": {"SUP-001", "SUP-007", "SUP-008"}},
	"SJZ-6a SUP-002: another provider's data": {
		"set": {
			"/dataset/provider": "tax",
			"/dataset/state": "none",
			"/op": "declare",
			"/subject": the_provider,
		},
		"refuses": {"SUP-002"},
	},
	"SJZ-6a SUP-002: another provider's steward approves": {
		"set": {"/caller/type": "provider", "/subject/organization": "court"},
		"refuses": {"SUP-002"},
	},
	"SJZ-6a SUP-002: another provider's steward declares": {
		"set": {
			"/caller/type": "provider",
			"/dataset/author": {"account": "steward", "person": "p-steward", "organization": "court"},
			"/op": "declare",
			"/subject/organization": "court",
		},
		"refuses": {"SUP-002"},
	},
	"SJZ-6a SUP-002: it is not known what the organization is": {
		"set": {"/caller/type": ""},
		"refuses": {"SUP-002"},
	},
	"SJZ-6a SUP-002: the provider's steward, and it is not known what the organization is": {
		"set": {"/caller/type": "", "/dataset/author/organization": "tax", "/subject/organization": "hrss"},
		"refuses": {"SUP-002"},
	},
	"SJZ-15a SUP-008: it is not known who declared it": {
		"set": {"/dataset/author/organization": ""},
		"refuses": {"SUP-008"},
	},
	"SJZ-15a SUP-008: a steward of the provider that declared it": {
		"set": {"/caller/type": "provider", "/subject/organization": "hrss"},
		"refuses": {"SUP-008"},
	},
	"BJ-OPS-27a SUP-003: a column without a grade": {"set": {"/dataset/graded": 3}, "refuses": {"SUP-003"}},
	"BJ-OPS-27a SUP-003: no grade": {"set": {"/dataset/grade": 0}, "refuses": {"SUP-003"}},
	"BJ-OPS-27a SUP-003: no columns": {
		"set": {"/dataset/columns": 0, "/dataset/graded": 0},
		"refuses": {"SUP-003"},
	},
	"BJ-OPS-27a SUP-003: a grade that does not exist": {"set": {"/dataset/grade": 5}, "refuses": {"SUP-003"}},
	"BJ-OPS-28 SUP-004: prohibited by national_security": {
		"set": {"/dataset/prohibited/national_security": true},
		"refuses": {"SUP-004"},
	},
	"BJ-OPS-28 SUP-004: no answer on national_security": {
		"remove": {"/dataset/prohibited/national_security"},
		"refuses": {"SUP-004"},
	},
	"BJ-OPS-28 SUP-004: prohibited by national_security in lab": {
		"set": {"/dataset/prohibited/national_security": true, "/zone/jurisdiction": "lab"},
		"refuses": {"SUP-004"},
	},
	"BJ-OPS-28 SUP-004: prohibited by public_interest": {
		"set": {"/dataset/prohibited/public_interest": true},
		"refuses": {"SUP-004"},
	},
	"BJ-OPS-28 SUP-004: no answer on public_interest": {
		"remove": {"/dataset/prohibited/public_interest"},
		"refuses": {"SUP-004"},
	},
	"BJ-OPS-28 SUP-004: prohibited by public_interest in lab": {
		"set": {"/dataset/prohibited/public_interest": true, "/zone/jurisdiction": "lab"},
		"refuses": {"SUP-004"},
	},
	"BJ-OPS-28 SUP-004: prohibited by source_agreement": {
		"set": {"/dataset/prohibited/source_agreement": true},
		"refuses": {"SUP-004"},
	},
	"BJ-OPS-28 SUP-004: no answer on source_agreement": {
		"remove": {"/dataset/prohibited/source_agreement"},
		"refuses": {"SUP-004"},
	},
	"BJ-OPS-28 SUP-004: prohibited by source_agreement in lab": {
		"set": {"/dataset/prohibited/source_agreement": true, "/zone/jurisdiction": "lab"},
		"refuses": {"SUP-004"},
	},
	"BJ-OPS-28 SUP-004: prohibited by law": {"set": {"/dataset/prohibited/law": true}, "refuses": {"SUP-004"}},
	"BJ-OPS-28 SUP-004: no answer on law": {"remove": {"/dataset/prohibited/law"}, "refuses": {"SUP-004"}},
	"BJ-OPS-28 SUP-004: prohibited by law in lab": {
		"set": {"/dataset/prohibited/law": true, "/zone/jurisdiction": "lab"},
		"refuses": {"SUP-004"},
	},
	"BJ-OPS-27c SUP-010: grade 3 is to be copied": {"set": {"/dataset/supply": "copy"}, "refuses": {"SUP-010"}},
	"BJ-OPS-27b SUP-010: a mode that is none": {"set": {"/dataset/supply": "post"}, "refuses": {"SUP-010"}},
	"BJ-OPS-27c SUP-010: it is not known what is declared": {"set": {"/dataset/supply": null}, "refuses": {"SUP-010"}},
	"XM-63 SUP-010: read in place from a location outside the domain": {
		"set": {"/dataset/supply": "tenant_space"},
		"refuses": {"SUP-010"},
	},
	"XM-63 SUP-010: it is not known whether the location is declared": {
		"set": {"/dataset/declared": null},
		"refuses": {"SUP-010"},
	},
	"XM-63 SUP-010: pushed, and the location is not known": {
		"set": {"/dataset/declared": "true", "/dataset/supply": "interface"},
		"refuses": {"SUP-010"},
	},
	"XM-16c SUP-009: a column below its least grade": {"set": {"/dataset/below": 1}, "refuses": {"SUP-009"}},
	"SJZ-15d SUP-009: a number of text": {"set": {"/dataset/below": "0"}, "refuses": {"SUP-009"}},
	"XM-16c SUP-009: no number, in lab": {
		"set": {"/dataset/below": null, "/zone/jurisdiction": "lab"},
		"refuses": {"SUP-009"},
	},
	"XM-16c SUP-009: a negative number": {"set": {"/dataset/below": -1}, "refuses": {"SUP-009"}},
	"BJ-OPS-28 SUP-004: not answered": {"set": {"/dataset/prohibited": null}, "refuses": {"SUP-004"}},
	"XM-14c SUP-005: no market class": {"set": {"/dataset/market": ""}, "refuses": {"SUP-005"}},
	"XM-14c SUP-005: an unknown market class": {"set": {"/dataset/market": "free"}, "refuses": {"SUP-005"}},
	"XC-19a,XM-14b SUP-005: no sharing type": {"set": {"/dataset/sharing": ""}, "refuses": {"SUP-005"}},
	"BJ-FIN-10a SUP-006: no provider": {"set": {"/dataset/provider": ""}, "refuses": {"SUP-006"}},
	"BJ-FIN-10a SUP-006: every provider, in lab": {
		"set": {"/dataset/provider": "*", "/zone/jurisdiction": "lab"},
		"refuses": {"SUP-006"},
	},
	"SJZ-6a SUP-002: another provider's data in lab": {
		"set": {
			"/dataset/author": {"account": "hrss_1", "person": "p-li"},
			"/dataset/provider": "tax",
			"/op": "declare",
			"/subject": the_provider,
			"/zone/jurisdiction": "lab",
		},
		"refuses": {"SUP-002"},
	},
	"BJ-FIN-10a SUP-006: no name": {"set": {"/dataset/name": ""}, "refuses": {"SUP-006"}},
	"BJ-FIN-10a SUP-006: no name in lab": {
		"set": {"/dataset/name": "", "/dataset/provider": "", "/zone/jurisdiction": "lab"},
		"refuses": {"SUP-006"},
	},
	"BJ-FIN-10a SUP-002,SUP-006: no provider, by a provider": {
		"set": {"/dataset/provider": "", "/dataset/state": "none", "/op": "declare", "/subject": the_provider},
		"refuses": {"SUP-002", "SUP-006"},
	},
	"SJZ-15a SUP-007: approve what is none": {"set": {"/dataset/state": "none"}, "refuses": {"SUP-007"}},
	"SJZ-15a SUP-007: approve what is draft": {"set": {"/dataset/state": "draft"}, "refuses": {"SUP-007"}},
	"SJZ-15a SUP-007: approve what is approved": {"set": {"/dataset/state": "approved"}, "refuses": {"SUP-007"}},
	"SJZ-15a SUP-007: approve what is rejected": {"set": {"/dataset/state": "rejected"}, "refuses": {"SUP-007"}},
	"SJZ-15a SUP-007: reject what is approved": {
		"set": {"/dataset/state": "approved", "/op": "reject"},
		"refuses": {"SUP-007"},
	},
	"SJZ-15a SUP-007: declare over a state that does not exist": {
		"set": {"/dataset/state": "gone", "/op": "declare", "/subject": the_provider},
		"refuses": {"SUP-007"},
	},
	"SJZ-15a SUP-008: the author's account": {
		"set": {"/dataset/author/account": "steward"},
		"refuses": {"SUP-008"},
	},
	"SJZ-15a SUP-008: the author under another account": {
		"set": {"/dataset/author/person": "p-steward"},
		"refuses": {"SUP-008"},
	},
	"SJZ-15a SUP-008: the author rejects": {
		"set": {"/dataset/author/person": "p-steward", "/op": "reject"},
		"refuses": {"SUP-008"},
	},
	"SJZ-15a SUP-008: declared in another's name": {
		"set": {
			"/dataset/author/account": "other",
			"/dataset/state": "none",
			"/op": "declare",
			"/subject": the_provider,
		},
		"refuses": {"SUP-008"},
	},
}

test_catalog_refusals[note] if {
	some note, case in catalog_refusals
	d := decision.catalog_change with input as patched(catalog_base, case)
	object.keys(d.details) == case.refuses
}

catalog_permits := {
	"BJ-OPS-27c SUP-010: grade 3 through the interface": {
		"set": {"/dataset/supply": "interface"},
		"obligations": {"retention_years": 5},
	},
	"XM-63 SUP-010: grade 3 is read in place in the domain": {
		"set": {"/dataset/declared": true, "/dataset/supply": "tenant_space"},
		"obligations": {"retention_years": 5},
	},
	"BJ-OPS-27b SUP-010: grade 1 is copied": {
		"set": {"/dataset/grade": 1, "/dataset/supply": "copy"},
		"obligations": {"retention_years": 5},
	},
	"BJ-OPS-27c SUP-010: what does not fit can be rejected": {
		"set": {"/dataset/supply": "copy", "/op": "reject"},
		"obligations": {"retention_years": 5},
	},
	"SJZ-15a SUP-101: a steward approves": {"obligations": {"retention_years": 5}},
	"SJZ-15a SUP-101: a provider declares": {
		"set": {"/dataset/state": "none", "/op": "declare", "/subject": the_provider},
		"obligations": {"retention_years": 5},
	},
	"XM-39b SUP-101: ordinary data of grade 2": {
		"set": {"/dataset/grade": 2, "/dataset/market": "ordinary"},
		"obligations": {"retention_years": 3},
	},
	"XM-39c SUP-101: sealed data of grade 2": {
		"set": {"/dataset/grade": 2, "/dataset/market": "sealed"},
		"obligations": {"retention_years": 5},
	},
	"XM-22 SUP-005: sealed and not shared data may stand in the catalog": {
		"set": {"/dataset/basis": true, "/dataset/market": "sealed", "/dataset/sharing": "none"},
		"obligations": {"retention_years": 5},
	},
	"SJZ-15a SUP-007: a steward rejects what is incomplete": {
		"set": {
			"/dataset/grade": 0,
			"/dataset/graded": 0,
			"/dataset/below": 4,
			"/dataset/market": "ordinary",
			"/dataset/name": "",
			"/dataset/prohibited": null,
			"/dataset/provider": "",
			"/dataset/sharing": "",
			"/op": "reject",
		},
		"obligations": {"retention_years": 5},
	},
	"SJZ-15a SUP-007: a provider keeps a draft that is incomplete": {
		"set": {
			"/dataset/basis": false,
			"/dataset/below": 4,
			"/dataset/grade": 0,
			"/dataset/graded": 0,
			"/dataset/lowered": 1,
			"/dataset/market": "",
			"/dataset/prohibited": null,
			"/dataset/sharing": "none",
			"/dataset/state": "none",
			"/dataset/state_secret": null,
			"/dataset/supply": "copy",
			"/dataset/unplaced": 4,
			"/op": "draft",
			"/subject": the_provider,
		},
		"obligations": {"retention_years": 5},
	},
	"SJZ-15a SUP-007: a draft of an approved dataset": {
		"set": {"/dataset/state": "approved", "/op": "draft", "/subject": the_provider},
		"obligations": {"retention_years": 5},
	},
	"SJZ-15a SUP-002: a steward declares": {
		"set": {
			"/dataset/state": "none",
			"/op": "declare",
			"/subject": the_provider,
			"/subject/role": "steward",
		},
		"obligations": {"retention_years": 5},
	},
	"SJZ-15a SUP-002: the administrator declares": {
		"set": {
			"/dataset/state": "none",
			"/op": "declare",
			"/subject": the_provider,
			"/subject/role": "administrator",
		},
		"obligations": {"retention_years": 5},
	},
	"SJZ-15a SUP-007: a provider declares an approved dataset anew": {
		"set": {"/dataset/state": "approved", "/op": "declare", "/subject": the_provider},
		"obligations": {"retention_years": 5},
	},
	"BJ-OPS-28 SUP-004: a lab dataset that leaves everything out": {
		"set": {
			"/dataset/below": 2,
			"/dataset/grade": 2,
			"/dataset/market": "",
			"/dataset/prohibited": null,
			"/dataset/provider": "",
			"/dataset/sharing": "",
			"/zone/jurisdiction": "lab",
		},
		"obligations": {"retention_years": 3},
	},
	"SJZ-6a SUP-002: a lab dataset of no provider, by a provider": {
		"set": {
			"/dataset/provider": "",
			"/dataset/state": "none",
			"/op": "declare",
			"/subject": the_provider,
			"/zone/jurisdiction": "lab",
		},
		"obligations": {"retention_years": 5},
	},
}

test_catalog_permits[note] if {
	some note, case in catalog_permits
	d := decision.catalog_change with input as patched(catalog_base, case)
	object.keys(case.obligations) - object.keys(d.obligations) == set()
	every key, value in case.obligations {
		value == d.obligations[key]
	}
}

test_BJ_OPS_32a_catalog_of_an_empty_input_refuses_everything if {
	d := decision.catalog_change with input as {}
	object.keys(d.details) == object.keys(data.yumen.required["catalog.change"])
}
