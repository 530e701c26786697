package yumen.decision_test

import data.yumen.decision

load_base := data.testing["supply.load"]

load_refusals := {
	"BJ-FIN-29 SUB-001: the role is not in effect": {
		"set": {"/subject/effective": false},
		"refuses": {"SUB-001"},
	},
	"BJ-FIN-5 SUP-011: a administrator pushes": {
		"set": {"/subject/role": "administrator"},
		"refuses": {"SUP-011", "SUP-012"},
	},
	"BJ-FIN-5 SUP-011: a security_administrator pushes": {
		"set": {"/subject/role": "security_administrator"},
		"refuses": {"SUP-011", "SUP-012"},
	},
	"BJ-FIN-5 SUP-011: a auditor pushes": {
		"set": {"/subject/role": "auditor"},
		"refuses": {"SUP-011", "SUP-012"},
	},
	"SJZ-6a SUP-012: another provider's steward imports a file": {
		"set": {
			"/dataset/grade": 1,
			"/mode": "copy",
			"/subject": the_steward,
			"/subject/organization": "court",
		},
		"refuses": {"SUP-012"},
	},
	"BJ-FIN-5 SUP-011: a steward pushes": {"set": {"/subject/role": "steward"}, "refuses": {"SUP-011"}},
	"BJ-FIN-5 SUP-011: a analyst pushes": {
		"set": {"/subject/role": "analyst"},
		"refuses": {"SUP-011", "SUP-012"},
	},
	"BJ-FIN-5 SUP-011: a egress_reviewer pushes": {
		"set": {"/subject/role": "egress_reviewer"},
		"refuses": {"SUP-011", "SUP-012"},
	},
	"BJ-FIN-5 SUP-011: a regulator pushes": {
		"set": {"/subject/role": "regulator"},
		"refuses": {"SUP-011", "SUP-012"},
	},
	"BJ-FIN-5 SUP-011: a provider imports a file": {
		"set": {"/dataset/grade": 1, "/mode": "copy"},
		"refuses": {"SUP-011"},
	},
	"SJZ-6a SUP-012: another provider's data": {"set": {"/dataset/provider": "tax"}, "refuses": {"SUP-012"}},
	"SJZ-6a SUP-012: no provider": {"set": {"/dataset/provider": ""}, "refuses": {"SUP-012"}},
	"SJZ-6a SUP-012: the provider, and it is not known what its organization is": {
		"set": {"/caller/type": ""},
		"refuses": {"SUP-012"},
	},
	"SJZ-6a SUP-011,SUP-012: an analyst of the operator": {
		"set": {"/caller/type": "operator", "/subject/organization": "operator", "/subject/role": "analyst"},
		"refuses": {"SUP-011", "SUP-012"},
	},
	"BJ-FIN-11 SUP-013: the dataset is none": {"set": {"/dataset/state": "none"}, "refuses": {"SUP-013"}},
	"BJ-FIN-11 SUP-013: the dataset is draft": {"set": {"/dataset/state": "draft"}, "refuses": {"SUP-013"}},
	"BJ-FIN-11 SUP-013: the dataset is submitted": {
		"set": {"/dataset/state": "submitted"},
		"refuses": {"SUP-013"},
	},
	"BJ-FIN-11 SUP-013: the dataset is rejected": {
		"set": {"/dataset/state": "rejected"},
		"refuses": {"SUP-013"},
	},
	"BJ-FIN-11 SUP-013: no dataset": {"set": {"/dataset/name": ""}, "refuses": {"SUP-013"}},
	"BJ-OPS-27c SUP-014: a file of grade 2": {
		"set": {"/dataset/grade": 2, "/mode": "copy", "/caller/type": "operator", "/subject": the_steward},
		"refuses": {"SUP-014"},
	},
	"BJ-OPS-27c SUP-014: a file of grade 3": {
		"set": {"/dataset/grade": 3, "/mode": "copy", "/caller/type": "operator", "/subject": the_steward},
		"refuses": {"SUP-014"},
	},
	"BJ-OPS-27d SUP-014,SUP-015: a file of grade 4": {
		"set": {"/dataset/grade": 4, "/mode": "copy", "/caller/type": "operator", "/subject": the_steward},
		"refuses": {"SUP-014", "SUP-015"},
	},
	"SJZ-13a ENV-001: real data in development": {
		"set": {"/zone/environment": "development"},
		"refuses": {"ENV-001"},
	},
	"SJZ-13a ENV-001: real data of grade 1 in development": {
		"set": {
			"/caller/type": "operator",
			"/dataset/grade": 1,
			"/mode": "copy",
			"/subject": the_steward,
			"/zone/environment": "development",
		},
		"refuses": {"ENV-001"},
	},
	"SJZ-13a ENV-001: real data read in place in development": {
		"set": {
			"/dataset/supply": "tenant_space",
			"/declared": true,
			"/mode": "tenant_space",
			"/zone/environment": "development",
		},
		"refuses": {"ENV-001"},
	},
	"SJZ-13a ENV-001: a twin in production": {
		"set": {"/mode": "twin"},
		"refuses": {"ENV-001", "SUP-014", "SUP-016", "SUP-017"},
	},
	"SJZ-13a ENV-001: a twin in no environment": {
		"remove": {"/zone/environment"},
		"set": {"/mode": "twin"},
		"refuses": {"ENV-001", "SUP-014", "SUP-015", "SUP-016", "SUP-017"},
	},
	"SJZ-13a ENV-001: real data in an unknown environment": {
		"set": {"/zone/environment": "test"},
		"refuses": {"ENV-001", "SUP-014", "SUP-015"},
	},
	"SJZ-13a SUP-012: a twin of another provider's data": {
		"set": {
			"/dataset/provider": "tax",
			"/mode": "twin",
			"/zone/environment": "development",
		},
		"refuses": {"SUP-012"},
	},
	"SJZ-13a SUP-013: a twin of what is not approved": {
		"set": {
			"/dataset/state": "submitted",
			"/mode": "twin",
			"/zone/environment": "development",
		},
		"refuses": {"SUP-013"},
	},
	"SJZ-13a SUP-014,SUP-015: a twin of no grade": {
		"set": {
			"/dataset/grade": 0,
			"/mode": "twin",
			"/zone/environment": "development",
		},
		"refuses": {"SUP-014", "SUP-015"},
	},
	"BJ-OPS-27c SUP-014: an unknown mode": {
		"set": {"/mode": "post"},
		"refuses": {"ENV-001", "SUP-011", "SUP-014", "SUP-016", "SUP-017"},
	},
	"BJ-OPS-27a SUP-014,SUP-015: no grade": {"set": {"/dataset/grade": 0}, "refuses": {"SUP-014", "SUP-015"}},
	"BJ-OPS-27d SUP-015: grade 4 without an exception": {"set": {"/dataset/grade": 4}, "refuses": {"SUP-015"}},
	"BJ-OPS-27d SUP-015: an exception without document": {
		"set": {"/dataset/grade": 4, "/exception": object.union_n([good_exception, {"document": ""}])},
		"refuses": {"SUP-015"},
	},
	"BJ-OPS-27d SUP-015: an exception without batch": {
		"set": {"/dataset/grade": 4, "/exception": object.union_n([good_exception, {"batch": ""}])},
		"refuses": {"SUP-015"},
	},
	"BJ-OPS-27d SUP-015: an exception without approver": {
		"set": {
			"/dataset/grade": 4,
			"/exception": object.union_n([good_exception, {"approver": ""}]),
		},
		"refuses": {"SUP-015"},
	},
	"SJZ-6a SUP-012: another provider's data in lab": {
		"set": {"/dataset/provider": "tax", "/zone/jurisdiction": "lab"},
		"refuses": {"SUP-012"},
	},
	"BJ-OPS-27d SUP-015: half an exception where none is needed": {
		"set": {"/exception": object.union_n([good_exception, {"document": ""}])},
		"refuses": {"SUP-015"},
	},
	"XM-63 SUP-016: an unknown mode from a declared location": {
		"set": {"/declared": true, "/mode": "post"},
		"refuses": {"ENV-001", "SUP-011", "SUP-014", "SUP-016", "SUP-017"},
	},
	"XM-63 SUP-016: a location that is not declared": {
		"set": {"/dataset/supply": "tenant_space", "/mode": "tenant_space"},
		"refuses": {"SUP-016"},
	},
	"XM-63 SUP-016: it is not known whether it is declared": {
		"set": {"/declared": null},
		"refuses": {"SUP-016"},
	},
	"BJ-OPS-27c SUP-017: pushed, but declared to be read in place": {
		"set": {"/dataset/supply": "tenant_space"},
		"refuses": {"SUP-017"},
	},
	"BJ-OPS-27b SUP-017: pushed, but declared to be copied": {
		"set": {"/dataset/supply": "copy"},
		"refuses": {"SUP-017"},
	},
	"BJ-OPS-27c SUP-017: read in place, and nothing is declared": {
		"set": {"/declared": true, "/mode": "tenant_space"},
		"refuses": {"SUP-017"},
	},
	"BJ-OPS-27c SUP-017: it is not known what is declared": {
		"set": {"/dataset/supply": null},
		"refuses": {"SUP-017"},
	},
	"BJ-OPS-27d SUP-015: no exception is needed, and the batch is not known": {
		"set": {"/batch": null},
		"refuses": {"SUP-015"},
	},
	"SJZ-13a SUP-015: a twin, and the batch is not known": {
		"set": {"/batch": null, "/mode": "twin", "/zone/environment": "development"},
		"refuses": {"SUP-015"},
	},
	"SJZ-13a SUP-016: a twin, and it is not known whether a location is declared": {
		"set": {"/declared": null, "/mode": "twin", "/zone/environment": "development"},
		"refuses": {"SUP-016"},
	},
	"SJZ-13a SUP-017: a twin, and it is not known what is declared": {
		"set": {"/dataset/supply": null, "/mode": "twin", "/zone/environment": "development"},
		"refuses": {"SUP-017"},
	},
	"BJ-OPS-27d SUP-015: another batch than the exception's": {
		"set": {"/dataset/grade": 4, "/exception": good_exception, "/batch": "sha256:other"},
		"refuses": {"SUP-015"},
	},
	"BJ-OPS-27d SUP-015: it is not known which batch": {
		"set": {"/dataset/grade": 4, "/exception": good_exception, "/batch": null},
		"refuses": {"SUP-015"},
	},
	"BJ-OPS-27d SUP-015: an exception by one person": {
		"set": {
			"/dataset/grade": 4,
			"/exception": object.union_n([good_exception, {"second": "p-li"}]),
			"/batch": "sha256:b",
		},
		"refuses": {"SUP-015"},
	},
	"BJ-OPS-27d SUP-015: an exception that nobody confirmed": {
		"set": {
			"/dataset/grade": 4,
			"/exception": object.union_n([good_exception, {"second": ""}]),
			"/batch": "sha256:b",
		},
		"refuses": {"SUP-015"},
	},
	"BJ-OPS-27d SUP-015: an exception whose term is over": {
		"set": {
			"/dataset/grade": 4,
			"/exception": object.union_n([good_exception, {"not_after": 1000000}]),
			"/batch": "sha256:b",
		},
		"refuses": {"SUP-015"},
	},
	"BJ-OPS-27d SUP-015: an exception without term": {
		"set": {
			"/dataset/grade": 4,
			"/exception": object.union_n([good_exception, {"not_after": null}]),
			"/batch": "sha256:b",
		},
		"refuses": {"SUP-015"},
	},
}

good_exception := {
	"document": "sha256:d",
	"batch": "sha256:b",
	"approver": "p-li",
	"second": "p-steward",
	"not_after": 1000001,
}

test_load_refusals[note] if {
	some note, case in load_refusals
	d := decision.supply_load with input as patched(load_base, case)
	object.keys(d.details) == case.refuses
}

load_permits := {
	"BJ-OPS-27c SUP-014: the provider pushes grade 3": {"obligations": {"retention_years": 5}},
	"BJ-OPS-27c SUP-017: the provider pushes as it declared": {
		"set": {"/dataset/supply": "interface"},
		"obligations": {"retention_years": 5},
	},
	"BJ-OPS-27c SUP-012: a provider's steward imports a file of its own": {
		"set": {
			"/dataset/grade": 1,
			"/dataset/market": "ordinary",
			"/mode": "copy",
			"/subject": the_steward,
			"/subject/organization": "hrss",
		},
		"obligations": {"retention_years": 3},
	},
	"BJ-OPS-27b SUP-014: a steward imports a file of grade 1": {
		"set": {
			"/dataset/grade": 1,
			"/dataset/market": "ordinary",
			"/mode": "copy",
			"/caller/type": "operator",
			"/subject": the_steward,
		},
		"obligations": {"retention_years": 3},
	},
	"SJZ-13a ENV-001: a twin in development": {
		"set": {"/mode": "twin", "/zone/environment": "development"},
		"obligations": {"retention_years": 5},
	},
	"SJZ-13a ENV-001: a steward has a twin of grade 4 made, whatever way is declared for the data": {
		"set": {
			"/batch": "sha256:b",
			"/caller/type": "operator",
			"/dataset/grade": 4,
			"/dataset/supply": "tenant_space",
			"/mode": "twin",
			"/subject": the_steward,
			"/zone/environment": "development",
		},
		"obligations": {"retention_years": 5},
	},
	"BJ-OPS-27c SUP-016: the provider has a tenant space read": {
		"set": {"/dataset/supply": "tenant_space", "/declared": true, "/mode": "tenant_space"},
		"obligations": {"retention_years": 5},
	},
	"BJ-OPS-27c SUP-016: a steward has a tenant space read": {
		"set": {
			"/dataset/grade": 2,
			"/dataset/supply": "tenant_space",
			"/declared": true,
			"/mode": "tenant_space",
			"/caller/type": "operator",
			"/subject": the_steward,
		},
		"obligations": {"retention_years": 5},
	},
	"XM-22 SUP-013: sealed data is kept": {
		"set": {"/dataset/market": "sealed"},
		"obligations": {"retention_years": 5},
	},
	"BJ-OPS-27d SUP-015: grade 4 by exception": {
		"set": {
			"/dataset/grade": 4,
			"/exception": good_exception,
			"/batch": "sha256:b",
		},
		"obligations": {"retention_years": 5},
	},
	"BJ-OPS-27d SUP-015: grade 4 by exception, before the batch is there": {
		"set": {"/dataset/grade": 4, "/exception": good_exception},
		"obligations": {"retention_years": 5},
	},
	"SJZ-6a SUP-012: a lab dataset of no provider": {
		"set": {
			"/dataset/grade": 2,
			"/dataset/market": "",
			"/dataset/provider": "",
			"/zone/jurisdiction": "lab",
		},
		"obligations": {"retention_years": 3},
	},
}

test_load_permits[note] if {
	some note, case in load_permits
	d := decision.supply_load with input as patched(load_base, case)
	object.keys(case.obligations) - object.keys(d.obligations) == set()
	every key, value in case.obligations {
		value == d.obligations[key]
	}
}

test_BJ_OPS_32a_load_of_an_empty_input_refuses_everything if {
	d := decision.supply_load with input as {}
	object.keys(d.details) == object.keys(data.yumen.required["supply.load"])
}
