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
	"XM-23d APP-018: no way of use is named": {"set": {"/application/modes": {}}, "refuses": {"APP-018"}},
	"XM-23d APP-018: every way of use": {"set": {"/application/modes": {"*": {}}}, "refuses": {"APP-018"}},
	"XM-23d APP-018: a way that does not exist": {
		"set": {"/application/modes/copy": {}},
		"refuses": {"APP-018"},
	},
	"BJ-OPS-23b APP-019: level D is not given grade 3": {
		"set": {"/organization/credit": "D"},
		"refuses": {"APP-019"},
	},
	"BJ-OPS-23b APP-019: a level that nobody knows": {
		"set": {"/organization/credit": "AAA"},
		"refuses": {"APP-019"},
	},
	"BJ-FIN-3 APP-001: an unknown step": {
		"set": {"/op": "sign"},
		"refuses": {"APP-001", "APP-002", "APP-003", "APP-012"},
	},
	"BJ-FIN-3 APP-001: a steward submits": {
		"set": {
			"/application/state": "none",
			"/op": "submit",
			"/subject": the_analyst,
			"/subject/role": "steward",
		},
		"refuses": {"APP-001"},
	},
	"BJ-OPS-4 APP-002: for another organization": {
		"set": {
			"/application/organization": "bank_b",
			"/application/state": "none",
			"/op": "submit",
			"/organization/name": "bank_b",
			"/subject": the_analyst,
		},
		"refuses": {"APP-002"},
	},
	"BJ-OPS-4 APP-002: in another's name": {
		"set": {
			"/application/author/account": "li",
			"/application/state": "none",
			"/op": "submit",
			"/subject": the_analyst,
		},
		"refuses": {"APP-002"},
	},
	"BJ-OPS-4 APP-002: for another person under his account": {
		"set": {
			"/application/author/person": "p-li",
			"/application/state": "returned",
			"/op": "resubmit",
			"/subject": the_analyst,
		},
		"refuses": {"APP-002"},
	},
	"BJ-OPS-4 APP-002: another's application is withdrawn": {
		"set": {"/application/author": {"account": "li", "person": "p-li"}, "/op": "withdraw", "/subject": the_analyst},
		"refuses": {"APP-002"},
	},
	"SJZ-16c APP-002: a subsidiary reviews": {
		"set": {"/subject/legal_group": "group_a"},
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
	"SJZ-16d APP-003: approve what is returned": {
		"set": {"/application/state": "returned"},
		"refuses": {"APP-003"},
	},
	"SJZ-16d APP-003: approve what is withdrawn": {
		"set": {"/application/state": "withdrawn"},
		"refuses": {"APP-003"},
	},
	"SJZ-16d APP-003: reject what is approved": {
		"set": {"/application/state": "approved", "/op": "reject"},
		"refuses": {"APP-003"},
	},
	"SJZ-16d APP-003: return what is expired": {
		"set": {"/application/state": "expired", "/op": "return"},
		"refuses": {"APP-003"},
	},
	"SJZ-16d APP-003: resubmit what is submitted": {
		"set": {"/op": "resubmit", "/subject": the_analyst},
		"refuses": {"APP-003"},
	},
	"SJZ-16d APP-003: withdraw what is approved": {
		"set": {"/application/state": "approved", "/op": "withdraw", "/subject": the_analyst},
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
	"SJZ-15a,XC-11 APP-009: a dataset is not approved": {
		"set": {"/application/datasets/insurance/state": "submitted"},
		"refuses": {"APP-009"},
	},
	"XM-17 APP-009: a dataset without a grade": {
		"set": {"/application/datasets/insurance/grade": 0},
		"refuses": {"APP-009"},
	},
	"XC-26 APP-010: opened to nobody": {
		"set": {"/application/datasets/insurance/opening": "none"},
		"refuses": {"APP-010"},
	},
	"XM-22,XM-31 APP-010: sealed": {
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
	"XM-21c APP-012: the provider has not approved yet": {
		"set": {"/application/taken": []},
		"refuses": {"APP-012"},
	},
	"XM-21c APP-012: another provider has approved": {
		"set": {"/application/taken/0/organization": "tax"},
		"refuses": {"APP-012"},
	},
	"XM-21c APP-012: one of two providers has approved": {
		"set": {"/application/datasets/taxes": requested_taxes},
		"refuses": {"APP-012"},
	},
	"XM-21c APP-012: a step that was taken": {
		"set": {"/step": {"name": "provider", "organization": "hrss"}},
		"refuses": {"APP-012"},
	},
	"XM-21c APP-012: every step was taken": {
		"set": {"/application/taken/1": {"name": "operator", "organization": "", "person": "p-other"}},
		"refuses": {"APP-012"},
	},
	"SJZ-16c APP-012: a step that the route does not have": {
		"set": {"/step/name": "authority", "/caller/type": "regulator"},
		"refuses": {"APP-012"},
	},
	"SJZ-16c APP-012: the step of sample zones": {
		"set": {"/step/name": "steward"},
		"refuses": {"APP-012"},
	},
	"SJZ-16c APP-012: the provider's steward takes the operator's step": {
		"set": {"/caller/type": "provider", "/subject/organization": "hrss"},
		"refuses": {"APP-012"},
	},
	"XM-21c APP-012: the operator takes the provider's step": {
		"set": {"/application/taken": [], "/step": {"name": "provider", "organization": "hrss"}},
		"refuses": {"APP-012"},
	},
	"XM-21c APP-012: another provider takes the provider's step": {
		"set": {
			"/application/taken": [],
			"/caller/type": "provider",
			"/step": {"name": "provider", "organization": "hrss"},
			"/subject/organization": "tax",
		},
		"refuses": {"APP-012"},
	},
	"SJZ-16d APP-012: the operator takes the authority's step": {
		"set": {
			"/application/taken/1": {"name": "operator", "organization": "", "person": "p-other"},
			"/step/name": "authority",
			"/zone/jurisdiction": "sjz",
		},
		"refuses": {"APP-012"},
	},
	"SJZ-16d APP-012: the operator's reject out of turn": {
		"set": {"/application/taken": [], "/op": "reject"},
		"refuses": {"APP-012"},
	},
	"XM-21c APP-013: he approved for the provider before": {
		"set": {"/application/taken/0/person": "p-steward"},
		"refuses": {"APP-013"},
	},
	"XM-21c APP-013: what was taken is no list": {
		"set": {
			"/application/state": "none",
			"/application/taken": {},
			"/op": "submit",
			"/subject": the_analyst,
		},
		"refuses": {"APP-013"},
	},
	"XM-21c APP-013: nobody knows who approved for the provider": {
		"set": {"/application/taken/0/person": ""},
		"refuses": {"APP-013"},
	},
	"SJZ-16a APP-014: no safeguards": {"set": {"/application/safeguards": false}, "refuses": {"APP-014"}},
	"SJZ-16a APP-014: no safeguards at grade 1 in sjz": {
		"set": {
			"/application/datasets/insurance/grade": 1,
			"/application/safeguards": false,
			"/application/taken": [],
			"/zone/jurisdiction": "sjz",
		},
		"refuses": {"APP-014"},
	},
	"SJZ-16a APP-015: no recipients": {"set": {"/application/recipients": {}}, "refuses": {"APP-015"}},
	"BJ-FIN-22c APP-015: everybody": {
		"set": {"/application/recipients": {"*": {"legal_group": "group_a", "admitted": true}}},
		"refuses": {"APP-015"},
	},
	"BJ-FIN-22c APP-015: everybody, where recipients need not be named": {
		"set": {
			"/application/recipients": {"*": {"legal_group": "group_a", "admitted": true}},
			"/step/name": "steward",
			"/zone/jurisdiction": "lab",
		},
		"refuses": {"APP-015"},
	},
	"BJ-FIN-22c APP-015,APP-016: recipients as an array": {
		"set": {"/application/recipients": []},
		"refuses": {"APP-015", "APP-016"},
	},
	"BJ-FIN-22c APP-016: a recipient of another legal group": {
		"set": {"/application/recipients/bank_b": {"legal_group": "group_b", "admitted": true}},
		"refuses": {"APP-016"},
	},
	"BJ-FIN-22c APP-016: a recipient that is not admitted": {
		"set": {"/application/recipients/bank_a/admitted": false},
		"refuses": {"APP-016"},
	},
	"XM-19a APP-017: no frequency": {
		"set": {"/application/frequency": {"per_day": 0, "per_month": 0, "total": 0}},
		"refuses": {"APP-017"},
	},
	"XM-19a APP-017: less than none a day": {"set": {"/application/frequency/per_day": -1}, "refuses": {"APP-017"}},
	"XM-19a APP-017: less than none a month": {
		"set": {"/application/frequency/per_month": -1},
		"refuses": {"APP-017"},
	},
	"XM-19a APP-017: less than none": {
		"set": {"/application/frequency/total": -1, "/zone/jurisdiction": "lab", "/step/name": "steward"},
		"refuses": {"APP-017"},
	},
	"XM-19a APP-017: no frequency at grade 1 in xm": {
		"set": {
			"/application/datasets/insurance/grade": 1,
			"/application/frequency": {"per_day": 0, "per_month": 0, "total": 0},
			"/application/taken": [],
			"/zone/jurisdiction": "xm",
		},
		"refuses": {"APP-017"},
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
		"set": {
			"/application/state": "none",
			"/application/taken": [],
			"/caller/type": "institution",
			"/op": "submit",
			"/step/name": "",
			"/subject": the_analyst,
		},
		"obligations": {"retention_years": 5},
	},
	"BJ-FIN-21 APP-003: an analyst submits a returned one again": {
		"set": {"/application/state": "returned", "/application/taken": [], "/op": "resubmit", "/subject": the_analyst},
		"obligations": {"retention_years": 5},
	},
	"SJZ-16d APP-003: an analyst withdraws what is submitted": {
		"set": {"/op": "withdraw", "/subject": the_analyst},
		"obligations": {"retention_years": 5},
	},
	"SJZ-16d APP-003: an analyst withdraws what is returned, whatever it lacks": {
		"set": {
			"/application/frequency": {"per_day": 0, "per_month": 0, "total": 0},
			"/application/methods": {},
			"/application/not_after": 0,
			"/application/purposes": {},
			"/application/recipients": {},
			"/application/safeguards": false,
			"/application/state": "returned",
			"/op": "withdraw",
			"/organization/admitted": false,
			"/organization/suspended": true,
			"/subject": the_analyst,
		},
		"obligations": {"retention_years": 5},
	},
	"XM-21c APP-102: grade 3 in bj": {"obligations": {"application": {
		"idle_days": 180,
		"route": [the_provider_s, the_operator_s],
	}}},
	"BJ-FIN-23a APP-102: an idle grant lapses sooner in strict": {
		"set": {"/zone/jurisdiction": "strict"},
		"obligations": {"application": {
			"idle_days": 90,
			"route": [the_provider_s, the_operator_s, the_authority_s],
		}},
	},
	"SJZ-16d APP-102: grade 3 in sjz": {
		"set": {"/zone/jurisdiction": "sjz"},
		"obligations": {"application": {"idle_days": 180, "route": [the_provider_s, the_operator_s, the_authority_s]}},
	},
	"XM-21c APP-102: the office looks again in xm": {
		"set": {
			"/application/taken": [
				{"name": "operator", "organization": "", "person": "p-other"},
				{"name": "provider", "organization": "hrss", "person": "p-owner"},
			],
			"/caller/type": "regulator",
			"/step/name": "authority",
			"/zone/jurisdiction": "xm",
		},
		"obligations": {"application": {"idle_days": 180, "route": [the_operator_s, the_provider_s, the_authority_s]}},
	},
	"BJ-FIN-21 APP-102: grade 2 in bj, by what is stated always": {
		"set": {
			"/application/datasets/insurance/grade": 2,
			"/application/frequency": {"per_day": 0, "per_month": 0, "total": 0},
			"/application/recipients": {},
			"/application/safeguards": false,
			"/application/taken": [],
		},
		"obligations": {"application": {"idle_days": 180, "route": [the_operator_s]}},
	},
	"XM-21c APP-012: the provider's own steward": {
		"set": {
			"/application/taken": [],
			"/caller/type": "provider",
			"/step": {"name": "provider", "organization": "hrss"},
			"/subject/organization": "hrss",
		},
		"obligations": {"retention_years": 5},
	},
	"XM-21c APP-012: one of two providers returns it": {
		"set": {
			"/application/datasets/taxes": requested_taxes,
			"/caller/type": "provider",
			"/op": "return",
			"/step": {"name": "provider", "organization": "tax"},
			"/subject/organization": "tax",
		},
		"obligations": {"application": {"idle_days": 180, "route": [
			{{"name": "provider", "organization": "hrss"}, {"name": "provider", "organization": "tax"}},
			the_operator_s,
		]}},
	},
	"SJZ-16c APP-012: any steward in a sample zone": {
		"set": {
			"/application/recipients": {},
			"/application/safeguards": false,
			"/caller/type": "provider",
			"/step/name": "steward",
			"/zone/jurisdiction": "lab",
		},
		"obligations": {"application": {"idle_days": 180, "route": [{{"name": "steward", "organization": ""}}]}},
	},
	"BJ-FIN-22c APP-016: a subsidiary among the recipients": {
		"set": {"/application/recipients/bank_s": {"legal_group": "group_a", "admitted": true}},
		"obligations": {"retention_years": 5},
	},
	"XM-20b APP-017: a total alone": {
		"set": {"/application/frequency": {"per_day": 0, "per_month": 0, "total": 1}},
		"obligations": {"retention_years": 5},
	},
	"XM-21e APP-101: a steward rejects what is incomplete": {
		"set": {
			"/application/datasets/insurance/columns": {},
			"/application/datasets/insurance/grade": 0,
			"/application/datasets/insurance/market": "ordinary",
			"/application/datasets/insurance/state": "none",
			"/application/frequency": {"per_day": 0, "per_month": 0, "total": 0},
			"/application/methods": {},
			"/application/not_after": 0,
			"/application/purposes": {},
			"/application/recipients": {},
			"/application/safeguards": false,
			"/op": "reject",
			"/organization/admitted": false,
			"/organization/suspended": true,
		},
		"obligations": {"retention_years": 5},
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
			"/step/name": "steward",
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
