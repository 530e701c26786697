package yumen.decision_test

import data.yumen.decision

application_base := data.testing["application.step"]

application_refusals := {
	"BJ-FIN-29 SUB-001: the role is not in effect": {
		"set": {"/subject/effective": false},
		"refuses": {"SUB-001"},
	},
	"BJ-FIN-3 APP-001: a administrator approves": {
		"set": {"/subject/role": "administrator"},
		"refuses": {"APP-001"},
	},
	"BJ-FIN-3 APP-001: a security_administrator approves": {
		"set": {"/subject/role": "security_administrator"},
		"refuses": {"APP-001"},
	},
	"BJ-FIN-3 APP-001: a auditor approves": {"set": {"/subject/role": "auditor"}, "refuses": {"APP-001"}},
	"BJ-FIN-3 APP-001: a provider approves": {"set": {"/subject/role": "provider"}, "refuses": {"APP-001"}},
	"BJ-FIN-3 APP-001: a analyst approves": {"set": {"/subject/role": "analyst"}, "refuses": {"APP-001"}},
	"BJ-FIN-3 APP-001: a egress_reviewer approves": {
		"set": {"/subject/role": "egress_reviewer"},
		"refuses": {"APP-001"},
	},
	"BJ-FIN-3 APP-001: a regulator approves": {"set": {"/subject/role": "regulator"}, "refuses": {"APP-001"}},
	"BJ-FIN-3 APP-001: an unknown step": {"set": {"/op": "sign"}, "refuses": {"APP-001", "APP-002", "APP-003"}},
	"BJ-FIN-3 APP-001: a steward submits": {
		"set": {
			"/application/state": "draft",
			"/op": "submit",
			"/subject": the_analyst,
			"/subject/role": "steward",
		},
		"refuses": {"APP-001"},
	},
	"BJ-OPS-4 APP-002: for another organization": {
		"set": {
			"/application/organization": "bank_b",
			"/application/state": "draft",
			"/op": "submit",
			"/organization/name": "bank_b",
			"/subject": the_analyst,
		},
		"refuses": {"APP-002"},
	},
	"BJ-OPS-4 APP-002: in another's name": {
		"set": {
			"/application/author/account": "li",
			"/application/state": "draft",
			"/op": "submit",
			"/subject": the_analyst,
		},
		"refuses": {"APP-002"},
	},
	"SJZ-16c APP-002: his own institution": {
		"set": {"/application/organization": "operator", "/organization/name": "operator"},
		"refuses": {"APP-002"},
	},
	"SJZ-16c APP-002: the author approves within his own institution": {
		"set": {
			"/application/author": {"account": "steward", "person": "p-steward"},
			"/application/organization": "operator",
			"/organization/name": "operator",
		},
		"refuses": {"APP-002"},
	},
	"SJZ-16c APP-002: the author's account": {
		"set": {"/application/author/account": "steward"},
		"refuses": {"APP-002"},
	},
	"SJZ-16c APP-002: the author under another account": {
		"set": {"/application/author/person": "p-steward"},
		"refuses": {"APP-002"},
	},
	"SJZ-16d APP-003: approve what is none": {"set": {"/application/state": "none"}, "refuses": {"APP-003"}},
	"SJZ-16d APP-003: approve what is draft": {"set": {"/application/state": "draft"}, "refuses": {"APP-003"}},
	"SJZ-16d APP-003: approve what is approved": {
		"set": {"/application/state": "approved"},
		"refuses": {"APP-003"},
	},
	"SJZ-16d APP-003: approve what is rejected": {
		"set": {"/application/state": "rejected"},
		"refuses": {"APP-003"},
	},
	"SJZ-16d APP-003: submit what is submitted": {
		"set": {"/application/state": "submitted", "/op": "submit", "/subject": the_analyst},
		"refuses": {"APP-003"},
	},
	"SJZ-16d APP-003: submit what is approved": {
		"set": {"/application/state": "approved", "/op": "submit", "/subject": the_analyst},
		"refuses": {"APP-003"},
	},
	"BJ-FIN-7 APP-004: not admitted": {"set": {"/organization/admitted": false}, "refuses": {"APP-004"}},
	"BJ-FIN-7 APP-004: facts of another organization": {
		"set": {"/organization/name": "bank_b"},
		"refuses": {"APP-004"},
	},
	"BJ-FIN-35b APP-005: suspended": {"set": {"/organization/suspended": true}, "refuses": {"APP-005"}},
	"SJZ-16a APP-006: no purpose": {"set": {"/application/purposes": {}}, "refuses": {"APP-006"}},
	"BJ-OPS-25d APP-006: every purpose": {"set": {"/application/purposes": {"*": {}}}, "refuses": {"APP-006"}},
	"BJ-OPS-25d APP-006: no scenario": {"set": {"/application/scenario": ""}, "refuses": {"APP-006"}},
	"BJ-OPS-25d APP-006: every scenario": {"set": {"/application/scenario": "*"}, "refuses": {"APP-006"}},
	"SJZ-16b APP-007: a column without a necessity": {
		"remove": {"/application/datasets/insurance/necessity/base"},
		"refuses": {"APP-007"},
	},
	"SJZ-16b APP-007: no columns": {
		"set": {"/application/datasets/insurance/columns": {}},
		"refuses": {"APP-007"},
	},
	"SJZ-16b APP-007: every column": {
		"set": {
			"/application/datasets/insurance/columns": {"*": {}},
			"/application/datasets/insurance/necessity": {"*": {}},
		},
		"refuses": {"APP-007"},
	},
	"SJZ-16b APP-007: no datasets": {
		"set": {"/application/datasets": {}},
		"refuses": {"APP-007", "APP-009", "APP-010"},
	},
	"SJZ-16b APP-007: datasets as an array": {
		"set": {"/application/datasets": []},
		"refuses": {"APP-007", "APP-009", "APP-010"},
	},
	"BJ-FIN-23a APP-008: no method": {"set": {"/application/methods": {}}, "refuses": {"APP-008"}},
	"BJ-FIN-23a APP-008: every method": {"set": {"/application/methods": {"*": {}}}, "refuses": {"APP-008"}},
	"SJZ-15a APP-009: a dataset is not approved": {
		"set": {"/application/datasets/insurance/state": "submitted"},
		"refuses": {"APP-009"},
	},
	"XM-17 APP-009: a dataset without a grade": {
		"set": {"/application/datasets/insurance/grade": 0},
		"refuses": {"APP-009"},
	},
	"XM-22 APP-010: sealed": {
		"set": {"/application/datasets/insurance/market": "sealed"},
		"refuses": {"APP-010"},
	},
	"XC-19a APP-010: not shared": {
		"set": {"/application/datasets/insurance/sharing": "none"},
		"refuses": {"APP-010"},
	},
	"SJZ-16a APP-011: a term without a beginning": {
		"set": {"/application/not_before": 0},
		"refuses": {"APP-011"},
	},
	"SJZ-16a APP-011: an end before the beginning": {
		"set": {"/application/not_after": 1600000, "/application/not_before": 1600000},
		"refuses": {"APP-011"},
	},
	"SJZ-16a APP-011: a term that is over": {
		"set": {"/application/not_after": 1000000, "/application/not_before": 900000},
		"refuses": {"APP-011"},
	},
	"SJZ-11a APP-011: four years in sjz": {
		"set": {"/application/not_after": 127489600, "/zone/jurisdiction": "sjz"},
		"refuses": {"APP-011"},
	},
	"BJ-OPS-16a APP-011: six years in bj": {
		"set": {"/application/not_after": 190216000},
		"refuses": {"APP-011"},
	},
}

test_application_refusals[note] if {
	some note, case in application_refusals
	d := decision.application_step with input as patched(application_base, case)
	object.keys(d.details) == case.refuses
}

application_permits := {
	"BJ-FIN-21 APP-101: a steward approves": {"obligations": {"retention_years": 5}},
	"BJ-FIN-21 APP-101: an analyst submits": {
		"set": {"/application/state": "draft", "/op": "submit", "/subject": the_analyst},
		"obligations": {"retention_years": 5},
	},
	"BJ-FIN-21 APP-003: an analyst submits again after a rejection": {
		"set": {"/application/state": "rejected", "/op": "submit", "/subject": the_analyst},
		"obligations": {"retention_years": 5},
	},
	"XM-21e APP-101: a steward rejects what is incomplete": {
		"set": {
			"/application/datasets": {},
			"/application/methods": {},
			"/application/not_after": 0,
			"/application/purposes": {},
			"/op": "reject",
			"/organization/admitted": false,
			"/organization/suspended": true,
		},
		"obligations": {"retention_years": 3},
	},
	"XM-39b APP-101: ordinary data of grade 2": {
		"set": {
			"/application/datasets/insurance/grade": 2,
			"/application/datasets/insurance/market": "ordinary",
		},
		"obligations": {"retention_years": 3},
	},
	"BJ-OPS-16a APP-011: four years in bj": {
		"set": {"/application/not_after": 127489600},
		"obligations": {"retention_years": 5},
	},
	"XM-14c APP-010: lab datasets without classes": {
		"set": {
			"/application/datasets/insurance/market": "",
			"/application/datasets/insurance/sharing": "",
			"/zone/jurisdiction": "lab",
		},
		"obligations": {"retention_years": 5},
	},
}

test_application_permits[note] if {
	some note, case in application_permits
	d := decision.application_step with input as patched(application_base, case)
	object.keys(case.obligations) - object.keys(d.obligations) == set()
	every key, value in case.obligations {
		value == d.obligations[key]
	}
}

test_BJ_OPS_32a_application_of_an_empty_input_refuses_everything if {
	d := decision.application_step with input as {}
	object.keys(d.details) == object.keys(data.yumen.required["application.step"])
}
