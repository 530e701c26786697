package yumen.decision_test

import data.yumen.decision

load_base := data.testing["supply.load"]

load_refusals := {
	"BJ-FIN-29 SUB-001: the role is not in effect": {
		"patch": [
			{"op": "replace", "path": "/subject/effective", "value": false},
		],
		"refuses": {"SUB-001"},
	},
	"BJ-FIN-5 SUP-011: a administrator pushes": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "administrator"},
		],
		"refuses": {"SUP-011", "SUP-012"},
	},
	"BJ-FIN-5 SUP-011: a security_administrator pushes": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "security_administrator"},
		],
		"refuses": {"SUP-011", "SUP-012"},
	},
	"BJ-FIN-5 SUP-011: a auditor pushes": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "auditor"},
		],
		"refuses": {"SUP-011", "SUP-012"},
	},
	"BJ-FIN-5 SUP-011: a steward pushes": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "steward"},
		],
		"refuses": {"SUP-011"},
	},
	"BJ-FIN-5 SUP-011: a analyst pushes": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "analyst"},
		],
		"refuses": {"SUP-011", "SUP-012"},
	},
	"BJ-FIN-5 SUP-011: a egress_reviewer pushes": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "egress_reviewer"},
		],
		"refuses": {"SUP-011", "SUP-012"},
	},
	"BJ-FIN-5 SUP-011: a regulator pushes": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "regulator"},
		],
		"refuses": {"SUP-011", "SUP-012"},
	},
	"BJ-FIN-5 SUP-011: a provider imports a file": {
		"patch": [
			{"op": "replace", "path": "/mode", "value": "copy"},
			{"op": "replace", "path": "/dataset/grade", "value": 1},
		],
		"refuses": {"SUP-011"},
	},
	"SJZ-6a SUP-012: another provider's data": {
		"patch": [
			{"op": "replace", "path": "/dataset/provider", "value": "tax"},
		],
		"refuses": {"SUP-012"},
	},
	"SJZ-6a SUP-012: no provider": {
		"patch": [
			{"op": "replace", "path": "/dataset/provider", "value": ""},
		],
		"refuses": {"SUP-012"},
	},
	"BJ-FIN-11 SUP-013: the dataset is none": {
		"patch": [
			{"op": "replace", "path": "/dataset/state", "value": "none"},
		],
		"refuses": {"SUP-013"},
	},
	"BJ-FIN-11 SUP-013: the dataset is draft": {
		"patch": [
			{"op": "replace", "path": "/dataset/state", "value": "draft"},
		],
		"refuses": {"SUP-013"},
	},
	"BJ-FIN-11 SUP-013: the dataset is submitted": {
		"patch": [
			{"op": "replace", "path": "/dataset/state", "value": "submitted"},
		],
		"refuses": {"SUP-013"},
	},
	"BJ-FIN-11 SUP-013: the dataset is rejected": {
		"patch": [
			{"op": "replace", "path": "/dataset/state", "value": "rejected"},
		],
		"refuses": {"SUP-013"},
	},
	"BJ-FIN-11 SUP-013: no dataset": {
		"patch": [
			{"op": "replace", "path": "/dataset/name", "value": ""},
		],
		"refuses": {"SUP-013"},
	},
	"BJ-OPS-27c SUP-014: a file of grade 2": {
		"patch": [
			{"op": "replace", "path": "/subject", "value": {"account": "steward", "person": "p-steward", "organization": "operator", "legal_group": "operator", "role": "steward", "effective": true}},
			{"op": "replace", "path": "/mode", "value": "copy"},
			{"op": "replace", "path": "/dataset/grade", "value": 2},
		],
		"refuses": {"SUP-014"},
	},
	"BJ-OPS-27c SUP-014: a file of grade 3": {
		"patch": [
			{"op": "replace", "path": "/subject", "value": {"account": "steward", "person": "p-steward", "organization": "operator", "legal_group": "operator", "role": "steward", "effective": true}},
			{"op": "replace", "path": "/mode", "value": "copy"},
			{"op": "replace", "path": "/dataset/grade", "value": 3},
		],
		"refuses": {"SUP-014"},
	},
	"BJ-OPS-27d SUP-014,SUP-015: a file of grade 4": {
		"patch": [
			{"op": "replace", "path": "/subject", "value": {"account": "steward", "person": "p-steward", "organization": "operator", "legal_group": "operator", "role": "steward", "effective": true}},
			{"op": "replace", "path": "/mode", "value": "copy"},
			{"op": "replace", "path": "/dataset/grade", "value": 4},
		],
		"refuses": {"SUP-014", "SUP-015"},
	},
	"BJ-OPS-27c SUP-014: an unknown mode": {
		"patch": [
			{"op": "replace", "path": "/mode", "value": "post"},
		],
		"refuses": {"SUP-011", "SUP-014", "SUP-016"},
	},
	"BJ-OPS-27a SUP-014,SUP-015: no grade": {
		"patch": [
			{"op": "replace", "path": "/dataset/grade", "value": 0},
		],
		"refuses": {"SUP-014", "SUP-015"},
	},
	"BJ-OPS-27d SUP-015: grade 4 without an exception": {
		"patch": [
			{"op": "replace", "path": "/dataset/grade", "value": 4},
		],
		"refuses": {"SUP-015"},
	},
	"BJ-OPS-27d SUP-015: an exception without document": {
		"patch": [
			{"op": "replace", "path": "/dataset/grade", "value": 4},
			{"op": "replace", "path": "/exception", "value": {"document": "", "batch": "sha256:b", "approver": "p-li"}},
		],
		"refuses": {"SUP-015"},
	},
	"BJ-OPS-27d SUP-015: an exception without batch": {
		"patch": [
			{"op": "replace", "path": "/dataset/grade", "value": 4},
			{"op": "replace", "path": "/exception", "value": {"document": "sha256:d", "batch": "", "approver": "p-li"}},
		],
		"refuses": {"SUP-015"},
	},
	"BJ-OPS-27d SUP-015: an exception without approver": {
		"patch": [
			{"op": "replace", "path": "/dataset/grade", "value": 4},
			{"op": "replace", "path": "/exception", "value": {"document": "sha256:d", "batch": "sha256:b", "approver": ""}},
		],
		"refuses": {"SUP-015"},
	},
	"XM-63 SUP-016: a location that is not declared": {
		"patch": [
			{"op": "replace", "path": "/mode", "value": "tenant_space"},
		],
		"refuses": {"SUP-016"},
	},
	"XM-63 SUP-016: it is not known whether it is declared": {
		"patch": [
			{"op": "replace", "path": "/declared", "value": null},
		],
		"refuses": {"SUP-016"},
	},
}

test_load_refusals[note] if {
	some note, case in load_refusals
	d := decision.supply_load with input as json.patch(load_base, case.patch)
	object.keys(d.details) == case.refuses
}

load_permits := {
	"BJ-OPS-27c SUP-014: the provider pushes grade 3": {
		"patch": [
		],
		"obligations": {"retention_years": 5},
	},
	"BJ-OPS-27b SUP-014: a steward imports a file of grade 1": {
		"patch": [
			{"op": "replace", "path": "/subject", "value": {"account": "steward", "person": "p-steward", "organization": "operator", "legal_group": "operator", "role": "steward", "effective": true}},
			{"op": "replace", "path": "/mode", "value": "copy"},
			{"op": "replace", "path": "/dataset/grade", "value": 1},
			{"op": "replace", "path": "/dataset/market", "value": "ordinary"},
		],
		"obligations": {"retention_years": 3},
	},
	"BJ-OPS-27c SUP-016: the provider has a tenant space read": {
		"patch": [
			{"op": "replace", "path": "/mode", "value": "tenant_space"},
			{"op": "replace", "path": "/declared", "value": true},
		],
		"obligations": {"retention_years": 5},
	},
	"BJ-OPS-27c SUP-016: a steward has a tenant space read": {
		"patch": [
			{"op": "replace", "path": "/subject", "value": {"account": "steward", "person": "p-steward", "organization": "operator", "legal_group": "operator", "role": "steward", "effective": true}},
			{"op": "replace", "path": "/mode", "value": "tenant_space"},
			{"op": "replace", "path": "/declared", "value": true},
			{"op": "replace", "path": "/dataset/grade", "value": 2},
		],
		"obligations": {"retention_years": 5},
	},
	"XM-22 SUP-013: sealed data is kept": {
		"patch": [
			{"op": "replace", "path": "/dataset/market", "value": "sealed"},
		],
		"obligations": {"retention_years": 5},
	},
	"BJ-OPS-27d SUP-015: grade 4 by exception": {
		"patch": [
			{"op": "replace", "path": "/dataset/grade", "value": 4},
			{"op": "replace", "path": "/exception", "value": {"document": "sha256:d", "batch": "sha256:b", "approver": "p-li"}},
		],
		"obligations": {"retention_years": 5},
	},
	"SJZ-6a SUP-012: a lab dataset of no provider": {
		"patch": [
			{"op": "replace", "path": "/zone/jurisdiction", "value": "lab"},
			{"op": "replace", "path": "/dataset/provider", "value": ""},
			{"op": "replace", "path": "/dataset/market", "value": ""},
			{"op": "replace", "path": "/dataset/grade", "value": 2},
		],
		"obligations": {"retention_years": 3},
	},
}

test_load_permits[note] if {
	some note, case in load_permits
	d := decision.supply_load with input as json.patch(load_base, case.patch)
	object.keys(case.obligations) - object.keys(d.obligations) == set()
	every key, value in case.obligations {
		within(value, d.obligations[key])
	}
}

test_BJ_OPS_32a_load_of_an_empty_input_refuses_everything if {
	d := decision.supply_load with input as {}
	object.keys(d.details) == object.keys(data.yumen.required["supply.load"])
}
