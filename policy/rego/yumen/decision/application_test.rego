package yumen.decision_test

import data.yumen.decision

application_base := data.testing["application.step"]

application_refusals := {
	"BJ-FIN-29 SUB-001: the role is not in effect": {
		"patch": [
			{"op": "replace", "path": "/subject/effective", "value": false},
		],
		"refuses": {"SUB-001"},
	},
	"BJ-FIN-3 APP-001: a administrator approves": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "administrator"},
		],
		"refuses": {"APP-001"},
	},
	"BJ-FIN-3 APP-001: a security_administrator approves": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "security_administrator"},
		],
		"refuses": {"APP-001"},
	},
	"BJ-FIN-3 APP-001: a auditor approves": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "auditor"},
		],
		"refuses": {"APP-001"},
	},
	"BJ-FIN-3 APP-001: a provider approves": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "provider"},
		],
		"refuses": {"APP-001"},
	},
	"BJ-FIN-3 APP-001: a analyst approves": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "analyst"},
		],
		"refuses": {"APP-001"},
	},
	"BJ-FIN-3 APP-001: a egress_reviewer approves": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "egress_reviewer"},
		],
		"refuses": {"APP-001"},
	},
	"BJ-FIN-3 APP-001: a regulator approves": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "regulator"},
		],
		"refuses": {"APP-001"},
	},
	"BJ-FIN-3 APP-001: an unknown step": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "sign"},
		],
		"refuses": {"APP-001", "APP-002", "APP-003"},
	},
	"BJ-FIN-3 APP-001: a steward submits": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "submit"},
			{"op": "replace", "path": "/application/state", "value": "draft"},
			{"op": "replace", "path": "/subject", "value": {"account": "wang", "person": "p-wang", "organization": "bank_a", "legal_group": "group_a", "role": "analyst", "effective": true}},
			{"op": "replace", "path": "/subject/role", "value": "steward"},
		],
		"refuses": {"APP-001"},
	},
	"BJ-OPS-4 APP-002: for another organization": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "submit"},
			{"op": "replace", "path": "/application/state", "value": "draft"},
			{"op": "replace", "path": "/subject", "value": {"account": "wang", "person": "p-wang", "organization": "bank_a", "legal_group": "group_a", "role": "analyst", "effective": true}},
			{"op": "replace", "path": "/application/organization", "value": "bank_b"},
			{"op": "replace", "path": "/organization/name", "value": "bank_b"},
		],
		"refuses": {"APP-002"},
	},
	"BJ-OPS-4 APP-002: in another's name": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "submit"},
			{"op": "replace", "path": "/application/state", "value": "draft"},
			{"op": "replace", "path": "/subject", "value": {"account": "wang", "person": "p-wang", "organization": "bank_a", "legal_group": "group_a", "role": "analyst", "effective": true}},
			{"op": "replace", "path": "/application/author/account", "value": "li"},
		],
		"refuses": {"APP-002"},
	},
	"SJZ-16c APP-002: his own institution": {
		"patch": [
			{"op": "replace", "path": "/application/organization", "value": "operator"},
			{"op": "replace", "path": "/organization/name", "value": "operator"},
		],
		"refuses": {"APP-002"},
	},
	"SJZ-16c APP-002: the author's account": {
		"patch": [
			{"op": "replace", "path": "/application/author/account", "value": "steward"},
		],
		"refuses": {"APP-002"},
	},
	"SJZ-16c APP-002: the author under another account": {
		"patch": [
			{"op": "replace", "path": "/application/author/person", "value": "p-steward"},
		],
		"refuses": {"APP-002"},
	},
	"SJZ-16d APP-003: approve what is none": {
		"patch": [
			{"op": "replace", "path": "/application/state", "value": "none"},
		],
		"refuses": {"APP-003"},
	},
	"SJZ-16d APP-003: approve what is draft": {
		"patch": [
			{"op": "replace", "path": "/application/state", "value": "draft"},
		],
		"refuses": {"APP-003"},
	},
	"SJZ-16d APP-003: approve what is approved": {
		"patch": [
			{"op": "replace", "path": "/application/state", "value": "approved"},
		],
		"refuses": {"APP-003"},
	},
	"SJZ-16d APP-003: approve what is rejected": {
		"patch": [
			{"op": "replace", "path": "/application/state", "value": "rejected"},
		],
		"refuses": {"APP-003"},
	},
	"SJZ-16d APP-003: submit what is submitted": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "submit"},
			{"op": "replace", "path": "/application/state", "value": "draft"},
			{"op": "replace", "path": "/subject", "value": {"account": "wang", "person": "p-wang", "organization": "bank_a", "legal_group": "group_a", "role": "analyst", "effective": true}},
			{"op": "replace", "path": "/application/state", "value": "submitted"},
		],
		"refuses": {"APP-003"},
	},
	"SJZ-16d APP-003: submit what is approved": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "submit"},
			{"op": "replace", "path": "/application/state", "value": "draft"},
			{"op": "replace", "path": "/subject", "value": {"account": "wang", "person": "p-wang", "organization": "bank_a", "legal_group": "group_a", "role": "analyst", "effective": true}},
			{"op": "replace", "path": "/application/state", "value": "approved"},
		],
		"refuses": {"APP-003"},
	},
	"BJ-FIN-7 APP-004: not admitted": {
		"patch": [
			{"op": "replace", "path": "/organization/admitted", "value": false},
		],
		"refuses": {"APP-004"},
	},
	"BJ-FIN-7 APP-004: facts of another organization": {
		"patch": [
			{"op": "replace", "path": "/organization/name", "value": "bank_b"},
		],
		"refuses": {"APP-004"},
	},
	"BJ-FIN-35b APP-005: suspended": {
		"patch": [
			{"op": "replace", "path": "/organization/suspended", "value": true},
		],
		"refuses": {"APP-005"},
	},
	"SJZ-16a APP-006: no purpose": {
		"patch": [
			{"op": "replace", "path": "/application/purposes", "value": {}},
		],
		"refuses": {"APP-006"},
	},
	"BJ-OPS-25d APP-006: every purpose": {
		"patch": [
			{"op": "replace", "path": "/application/purposes", "value": {"*": {}}},
		],
		"refuses": {"APP-006"},
	},
	"BJ-OPS-25d APP-006: no scenario": {
		"patch": [
			{"op": "replace", "path": "/application/scenario", "value": ""},
		],
		"refuses": {"APP-006"},
	},
	"BJ-OPS-25d APP-006: every scenario": {
		"patch": [
			{"op": "replace", "path": "/application/scenario", "value": "*"},
		],
		"refuses": {"APP-006"},
	},
	"SJZ-16b APP-007: a column without a necessity": {
		"patch": [
			{"op": "remove", "path": "/application/datasets/insurance/necessity/base"},
		],
		"refuses": {"APP-007"},
	},
	"SJZ-16b APP-007: no columns": {
		"patch": [
			{"op": "replace", "path": "/application/datasets/insurance/columns", "value": {}},
		],
		"refuses": {"APP-007"},
	},
	"SJZ-16b APP-007: every column": {
		"patch": [
			{"op": "replace", "path": "/application/datasets/insurance/columns", "value": {"*": {}}},
			{"op": "replace", "path": "/application/datasets/insurance/necessity", "value": {"*": {}}},
		],
		"refuses": {"APP-007"},
	},
	"SJZ-16b APP-007: no datasets": {
		"patch": [
			{"op": "replace", "path": "/application/datasets", "value": {}},
		],
		"refuses": {"APP-007", "APP-009", "APP-010"},
	},
	"SJZ-16b APP-007: datasets as an array": {
		"patch": [
			{"op": "replace", "path": "/application/datasets", "value": []},
		],
		"refuses": {"APP-007", "APP-009", "APP-010"},
	},
	"BJ-FIN-23a APP-008: no method": {
		"patch": [
			{"op": "replace", "path": "/application/methods", "value": {}},
		],
		"refuses": {"APP-008"},
	},
	"BJ-FIN-23a APP-008: every method": {
		"patch": [
			{"op": "replace", "path": "/application/methods", "value": {"*": {}}},
		],
		"refuses": {"APP-008"},
	},
	"SJZ-15a APP-009: a dataset is not approved": {
		"patch": [
			{"op": "replace", "path": "/application/datasets/insurance/state", "value": "submitted"},
		],
		"refuses": {"APP-009"},
	},
	"XM-17 APP-009: a dataset without a grade": {
		"patch": [
			{"op": "replace", "path": "/application/datasets/insurance/grade", "value": 0},
		],
		"refuses": {"APP-009"},
	},
	"XM-22 APP-010: sealed": {
		"patch": [
			{"op": "replace", "path": "/application/datasets/insurance/market", "value": "sealed"},
		],
		"refuses": {"APP-010"},
	},
	"XC-19a APP-010: not shared": {
		"patch": [
			{"op": "replace", "path": "/application/datasets/insurance/sharing", "value": "none"},
		],
		"refuses": {"APP-010"},
	},
	"SJZ-16a APP-011: a term without a beginning": {
		"patch": [
			{"op": "replace", "path": "/application/not_before", "value": 0},
		],
		"refuses": {"APP-011"},
	},
	"SJZ-16a APP-011: an end before the beginning": {
		"patch": [
			{"op": "replace", "path": "/application/not_before", "value": 1600000},
			{"op": "replace", "path": "/application/not_after", "value": 1600000},
		],
		"refuses": {"APP-011"},
	},
	"SJZ-16a APP-011: a term that is over": {
		"patch": [
			{"op": "replace", "path": "/application/not_before", "value": 900000},
			{"op": "replace", "path": "/application/not_after", "value": 1000000},
		],
		"refuses": {"APP-011"},
	},
	"SJZ-11a APP-011: four years in sjz": {
		"patch": [
			{"op": "replace", "path": "/zone/jurisdiction", "value": "sjz"},
			{"op": "replace", "path": "/application/not_after", "value": 127489600},
		],
		"refuses": {"APP-011"},
	},
	"BJ-OPS-16a APP-011: six years in bj": {
		"patch": [
			{"op": "replace", "path": "/application/not_after", "value": 190216000},
		],
		"refuses": {"APP-011"},
	},
}

test_application_refusals[note] if {
	some note, case in application_refusals
	d := decision.application_step with input as json.patch(application_base, case.patch)
	object.keys(d.details) == case.refuses
}

application_permits := {
	"BJ-FIN-21 APP-101: a steward approves": {
		"patch": [
		],
		"obligations": {"retention_years": 5},
	},
	"BJ-FIN-21 APP-101: an analyst submits": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "submit"},
			{"op": "replace", "path": "/application/state", "value": "draft"},
			{"op": "replace", "path": "/subject", "value": {"account": "wang", "person": "p-wang", "organization": "bank_a", "legal_group": "group_a", "role": "analyst", "effective": true}},
		],
		"obligations": {"retention_years": 5},
	},
	"BJ-FIN-21 APP-003: an analyst submits again after a rejection": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "submit"},
			{"op": "replace", "path": "/application/state", "value": "draft"},
			{"op": "replace", "path": "/subject", "value": {"account": "wang", "person": "p-wang", "organization": "bank_a", "legal_group": "group_a", "role": "analyst", "effective": true}},
			{"op": "replace", "path": "/application/state", "value": "rejected"},
		],
		"obligations": {"retention_years": 5},
	},
	"XM-21e APP-101: a steward rejects what is incomplete": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "reject"},
			{"op": "replace", "path": "/organization/admitted", "value": false},
			{"op": "replace", "path": "/organization/suspended", "value": true},
			{"op": "replace", "path": "/application/purposes", "value": {}},
			{"op": "replace", "path": "/application/datasets", "value": {}},
			{"op": "replace", "path": "/application/methods", "value": {}},
			{"op": "replace", "path": "/application/not_after", "value": 0},
		],
		"obligations": {"retention_years": 3},
	},
	"XM-39b APP-101: ordinary data of grade 2": {
		"patch": [
			{"op": "replace", "path": "/application/datasets/insurance/grade", "value": 2},
			{"op": "replace", "path": "/application/datasets/insurance/market", "value": "ordinary"},
		],
		"obligations": {"retention_years": 3},
	},
	"BJ-OPS-16a APP-011: four years in bj": {
		"patch": [
			{"op": "replace", "path": "/application/not_after", "value": 127489600},
		],
		"obligations": {"retention_years": 5},
	},
	"XM-14c APP-010: lab datasets without classes": {
		"patch": [
			{"op": "replace", "path": "/zone/jurisdiction", "value": "lab"},
			{"op": "replace", "path": "/application/datasets/insurance/market", "value": ""},
			{"op": "replace", "path": "/application/datasets/insurance/sharing", "value": ""},
		],
		"obligations": {"retention_years": 5},
	},
}

test_application_permits[note] if {
	some note, case in application_permits
	d := decision.application_step with input as json.patch(application_base, case.patch)
	object.keys(case.obligations) - object.keys(d.obligations) == set()
	every key, value in case.obligations {
		within(value, d.obligations[key])
	}
}

test_BJ_OPS_32a_application_of_an_empty_input_refuses_everything if {
	d := decision.application_step with input as {}
	object.keys(d.details) == object.keys(data.yumen.required["application.step"])
}
