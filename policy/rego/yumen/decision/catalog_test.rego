package yumen.decision_test

import data.yumen.decision

catalog_base := data.testing["catalog.change"]

catalog_refusals := {
	"BJ-FIN-29 SUB-001: the role is not in effect": {
		"patch": [
			{"op": "replace", "path": "/subject/effective", "value": false},
		],
		"refuses": {"SUB-001"},
	},
	"SJZ-15a SUP-001: a administrator approves": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "administrator"},
		],
		"refuses": {"SUP-001"},
	},
	"SJZ-15a SUP-001: a security_administrator approves": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "security_administrator"},
		],
		"refuses": {"SUP-001", "SUP-002"},
	},
	"SJZ-15a SUP-001: a auditor approves": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "auditor"},
		],
		"refuses": {"SUP-001", "SUP-002"},
	},
	"SJZ-15a SUP-001: a provider approves": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "provider"},
		],
		"refuses": {"SUP-001", "SUP-002"},
	},
	"SJZ-15a SUP-001: a analyst approves": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "analyst"},
		],
		"refuses": {"SUP-001", "SUP-002"},
	},
	"SJZ-15a SUP-001: a egress_reviewer approves": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "egress_reviewer"},
		],
		"refuses": {"SUP-001", "SUP-002"},
	},
	"SJZ-15a SUP-001: a regulator approves": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "regulator"},
		],
		"refuses": {"SUP-001", "SUP-002"},
	},
	"SJZ-6a SUP-001: a analyst declares": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "declare"},
			{"op": "replace", "path": "/dataset/state", "value": "none"},
			{"op": "replace", "path": "/subject", "value": {"account": "hrss_1", "person": "p-li", "organization": "hrss", "legal_group": "hrss", "role": "provider", "effective": true}},
			{"op": "replace", "path": "/subject/role", "value": "analyst"},
		],
		"refuses": {"SUP-001", "SUP-002"},
	},
	"SJZ-6a SUP-001: a auditor declares": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "declare"},
			{"op": "replace", "path": "/dataset/state", "value": "none"},
			{"op": "replace", "path": "/subject", "value": {"account": "hrss_1", "person": "p-li", "organization": "hrss", "legal_group": "hrss", "role": "provider", "effective": true}},
			{"op": "replace", "path": "/subject/role", "value": "auditor"},
		],
		"refuses": {"SUP-001", "SUP-002"},
	},
	"SJZ-6a SUP-001: a security_administrator declares": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "declare"},
			{"op": "replace", "path": "/dataset/state", "value": "none"},
			{"op": "replace", "path": "/subject", "value": {"account": "hrss_1", "person": "p-li", "organization": "hrss", "legal_group": "hrss", "role": "provider", "effective": true}},
			{"op": "replace", "path": "/subject/role", "value": "security_administrator"},
		],
		"refuses": {"SUP-001", "SUP-002"},
	},
	"SJZ-6a SUP-001: a egress_reviewer declares": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "declare"},
			{"op": "replace", "path": "/dataset/state", "value": "none"},
			{"op": "replace", "path": "/subject", "value": {"account": "hrss_1", "person": "p-li", "organization": "hrss", "legal_group": "hrss", "role": "provider", "effective": true}},
			{"op": "replace", "path": "/subject/role", "value": "egress_reviewer"},
		],
		"refuses": {"SUP-001", "SUP-002"},
	},
	"SJZ-6a SUP-001: a regulator declares": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "declare"},
			{"op": "replace", "path": "/dataset/state", "value": "none"},
			{"op": "replace", "path": "/subject", "value": {"account": "hrss_1", "person": "p-li", "organization": "hrss", "legal_group": "hrss", "role": "provider", "effective": true}},
			{"op": "replace", "path": "/subject/role", "value": "regulator"},
		],
		"refuses": {"SUP-001", "SUP-002"},
	},
	"SJZ-15a SUP-001: an unknown act": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "publish"},
		],
		"refuses": {"SUP-001", "SUP-007", "SUP-008"},
	},
	"SJZ-6a SUP-002: another provider's data": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "declare"},
			{"op": "replace", "path": "/dataset/state", "value": "none"},
			{"op": "replace", "path": "/subject", "value": {"account": "hrss_1", "person": "p-li", "organization": "hrss", "legal_group": "hrss", "role": "provider", "effective": true}},
			{"op": "replace", "path": "/dataset/provider", "value": "tax"},
		],
		"refuses": {"SUP-002"},
	},
	"BJ-OPS-27a SUP-003: a column without a grade": {
		"patch": [
			{"op": "replace", "path": "/dataset/graded", "value": 3},
		],
		"refuses": {"SUP-003"},
	},
	"BJ-OPS-27a SUP-003: no grade": {
		"patch": [
			{"op": "replace", "path": "/dataset/grade", "value": 0},
		],
		"refuses": {"SUP-003"},
	},
	"BJ-OPS-27a SUP-003: no columns": {
		"patch": [
			{"op": "replace", "path": "/dataset/columns", "value": 0},
			{"op": "replace", "path": "/dataset/graded", "value": 0},
		],
		"refuses": {"SUP-003"},
	},
	"BJ-OPS-27a SUP-003: a grade that does not exist": {
		"patch": [
			{"op": "replace", "path": "/dataset/grade", "value": 5},
		],
		"refuses": {"SUP-003"},
	},
	"BJ-OPS-28 SUP-004: prohibited by national_security": {
		"patch": [
			{"op": "replace", "path": "/dataset/prohibited/national_security", "value": true},
		],
		"refuses": {"SUP-004"},
	},
	"BJ-OPS-28 SUP-004: no answer on national_security": {
		"patch": [
			{"op": "remove", "path": "/dataset/prohibited/national_security"},
		],
		"refuses": {"SUP-004"},
	},
	"BJ-OPS-28 SUP-004: prohibited by national_security in lab": {
		"patch": [
			{"op": "replace", "path": "/zone/jurisdiction", "value": "lab"},
			{"op": "replace", "path": "/dataset/prohibited/national_security", "value": true},
		],
		"refuses": {"SUP-004"},
	},
	"BJ-OPS-28 SUP-004: prohibited by public_interest": {
		"patch": [
			{"op": "replace", "path": "/dataset/prohibited/public_interest", "value": true},
		],
		"refuses": {"SUP-004"},
	},
	"BJ-OPS-28 SUP-004: no answer on public_interest": {
		"patch": [
			{"op": "remove", "path": "/dataset/prohibited/public_interest"},
		],
		"refuses": {"SUP-004"},
	},
	"BJ-OPS-28 SUP-004: prohibited by public_interest in lab": {
		"patch": [
			{"op": "replace", "path": "/zone/jurisdiction", "value": "lab"},
			{"op": "replace", "path": "/dataset/prohibited/public_interest", "value": true},
		],
		"refuses": {"SUP-004"},
	},
	"BJ-OPS-28 SUP-004: prohibited by source_agreement": {
		"patch": [
			{"op": "replace", "path": "/dataset/prohibited/source_agreement", "value": true},
		],
		"refuses": {"SUP-004"},
	},
	"BJ-OPS-28 SUP-004: no answer on source_agreement": {
		"patch": [
			{"op": "remove", "path": "/dataset/prohibited/source_agreement"},
		],
		"refuses": {"SUP-004"},
	},
	"BJ-OPS-28 SUP-004: prohibited by source_agreement in lab": {
		"patch": [
			{"op": "replace", "path": "/zone/jurisdiction", "value": "lab"},
			{"op": "replace", "path": "/dataset/prohibited/source_agreement", "value": true},
		],
		"refuses": {"SUP-004"},
	},
	"BJ-OPS-28 SUP-004: prohibited by law": {
		"patch": [
			{"op": "replace", "path": "/dataset/prohibited/law", "value": true},
		],
		"refuses": {"SUP-004"},
	},
	"BJ-OPS-28 SUP-004: no answer on law": {
		"patch": [
			{"op": "remove", "path": "/dataset/prohibited/law"},
		],
		"refuses": {"SUP-004"},
	},
	"BJ-OPS-28 SUP-004: prohibited by law in lab": {
		"patch": [
			{"op": "replace", "path": "/zone/jurisdiction", "value": "lab"},
			{"op": "replace", "path": "/dataset/prohibited/law", "value": true},
		],
		"refuses": {"SUP-004"},
	},
	"BJ-OPS-28 SUP-004: not answered": {
		"patch": [
			{"op": "replace", "path": "/dataset/prohibited", "value": null},
		],
		"refuses": {"SUP-004"},
	},
	"XM-14c SUP-005: no market class": {
		"patch": [
			{"op": "replace", "path": "/dataset/market", "value": ""},
		],
		"refuses": {"SUP-005"},
	},
	"XM-14c SUP-005: an unknown market class": {
		"patch": [
			{"op": "replace", "path": "/dataset/market", "value": "free"},
		],
		"refuses": {"SUP-005"},
	},
	"XC-19a SUP-005: no sharing type": {
		"patch": [
			{"op": "replace", "path": "/dataset/sharing", "value": ""},
		],
		"refuses": {"SUP-005"},
	},
	"BJ-FIN-10a SUP-006: no provider": {
		"patch": [
			{"op": "replace", "path": "/dataset/provider", "value": ""},
		],
		"refuses": {"SUP-006"},
	},
	"BJ-FIN-10a SUP-006: no name": {
		"patch": [
			{"op": "replace", "path": "/dataset/name", "value": ""},
		],
		"refuses": {"SUP-006"},
	},
	"BJ-FIN-10a SUP-006: no name in lab": {
		"patch": [
			{"op": "replace", "path": "/zone/jurisdiction", "value": "lab"},
			{"op": "replace", "path": "/dataset/name", "value": ""},
			{"op": "replace", "path": "/dataset/provider", "value": ""},
		],
		"refuses": {"SUP-006"},
	},
	"BJ-FIN-10a SUP-002,SUP-006: no provider, by a provider": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "declare"},
			{"op": "replace", "path": "/dataset/state", "value": "none"},
			{"op": "replace", "path": "/subject", "value": {"account": "hrss_1", "person": "p-li", "organization": "hrss", "legal_group": "hrss", "role": "provider", "effective": true}},
			{"op": "replace", "path": "/dataset/provider", "value": ""},
		],
		"refuses": {"SUP-002", "SUP-006"},
	},
	"SJZ-15a SUP-007: approve what is none": {
		"patch": [
			{"op": "replace", "path": "/dataset/state", "value": "none"},
		],
		"refuses": {"SUP-007"},
	},
	"SJZ-15a SUP-007: approve what is draft": {
		"patch": [
			{"op": "replace", "path": "/dataset/state", "value": "draft"},
		],
		"refuses": {"SUP-007"},
	},
	"SJZ-15a SUP-007: approve what is approved": {
		"patch": [
			{"op": "replace", "path": "/dataset/state", "value": "approved"},
		],
		"refuses": {"SUP-007"},
	},
	"SJZ-15a SUP-007: approve what is rejected": {
		"patch": [
			{"op": "replace", "path": "/dataset/state", "value": "rejected"},
		],
		"refuses": {"SUP-007"},
	},
	"SJZ-15a SUP-007: reject what is approved": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "reject"},
			{"op": "replace", "path": "/dataset/state", "value": "approved"},
		],
		"refuses": {"SUP-007"},
	},
	"SJZ-15a SUP-007: declare over a state that does not exist": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "declare"},
			{"op": "replace", "path": "/dataset/state", "value": "none"},
			{"op": "replace", "path": "/subject", "value": {"account": "hrss_1", "person": "p-li", "organization": "hrss", "legal_group": "hrss", "role": "provider", "effective": true}},
			{"op": "replace", "path": "/dataset/state", "value": "gone"},
		],
		"refuses": {"SUP-007"},
	},
	"SJZ-15a SUP-008: the author's account": {
		"patch": [
			{"op": "replace", "path": "/dataset/author/account", "value": "steward"},
		],
		"refuses": {"SUP-008"},
	},
	"SJZ-15a SUP-008: the author under another account": {
		"patch": [
			{"op": "replace", "path": "/dataset/author/person", "value": "p-steward"},
		],
		"refuses": {"SUP-008"},
	},
	"SJZ-15a SUP-008: the author rejects": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "reject"},
			{"op": "replace", "path": "/dataset/author/person", "value": "p-steward"},
		],
		"refuses": {"SUP-008"},
	},
	"SJZ-15a SUP-008: declared in another's name": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "declare"},
			{"op": "replace", "path": "/dataset/state", "value": "none"},
			{"op": "replace", "path": "/subject", "value": {"account": "hrss_1", "person": "p-li", "organization": "hrss", "legal_group": "hrss", "role": "provider", "effective": true}},
			{"op": "replace", "path": "/dataset/author/account", "value": "other"},
		],
		"refuses": {"SUP-008"},
	},
}

test_catalog_refusals[note] if {
	some note, case in catalog_refusals
	d := decision.catalog_change with input as json.patch(catalog_base, case.patch)
	object.keys(d.details) == case.refuses
}

catalog_permits := {
	"SJZ-15a SUP-101: a steward approves": {
		"patch": [
		],
		"obligations": {"retention_years": 5},
	},
	"SJZ-15a SUP-101: a provider declares": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "declare"},
			{"op": "replace", "path": "/dataset/state", "value": "none"},
			{"op": "replace", "path": "/subject", "value": {"account": "hrss_1", "person": "p-li", "organization": "hrss", "legal_group": "hrss", "role": "provider", "effective": true}},
		],
		"obligations": {"retention_years": 5},
	},
	"XM-39b SUP-101: ordinary data of grade 2": {
		"patch": [
			{"op": "replace", "path": "/dataset/grade", "value": 2},
			{"op": "replace", "path": "/dataset/market", "value": "ordinary"},
		],
		"obligations": {"retention_years": 3},
	},
	"XM-39c SUP-101: sealed data of grade 2": {
		"patch": [
			{"op": "replace", "path": "/dataset/grade", "value": 2},
			{"op": "replace", "path": "/dataset/market", "value": "sealed"},
		],
		"obligations": {"retention_years": 5},
	},
	"XM-22 SUP-005: sealed and not shared data may stand in the catalog": {
		"patch": [
			{"op": "replace", "path": "/dataset/market", "value": "sealed"},
			{"op": "replace", "path": "/dataset/sharing", "value": "none"},
		],
		"obligations": {"retention_years": 5},
	},
	"SJZ-15a SUP-007: a steward rejects what is incomplete": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "reject"},
			{"op": "replace", "path": "/dataset/graded", "value": 0},
			{"op": "replace", "path": "/dataset/grade", "value": 0},
			{"op": "replace", "path": "/dataset/prohibited", "value": null},
			{"op": "replace", "path": "/dataset/market", "value": "ordinary"},
			{"op": "replace", "path": "/dataset/sharing", "value": ""},
			{"op": "replace", "path": "/dataset/name", "value": ""},
			{"op": "replace", "path": "/dataset/provider", "value": ""},
		],
		"obligations": {"retention_years": 5},
	},
	"SJZ-15a SUP-002: a steward declares": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "declare"},
			{"op": "replace", "path": "/dataset/state", "value": "none"},
			{"op": "replace", "path": "/subject", "value": {"account": "hrss_1", "person": "p-li", "organization": "hrss", "legal_group": "hrss", "role": "provider", "effective": true}},
			{"op": "replace", "path": "/subject/role", "value": "steward"},
		],
		"obligations": {"retention_years": 5},
	},
	"SJZ-15a SUP-002: the administrator declares": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "declare"},
			{"op": "replace", "path": "/dataset/state", "value": "none"},
			{"op": "replace", "path": "/subject", "value": {"account": "hrss_1", "person": "p-li", "organization": "hrss", "legal_group": "hrss", "role": "provider", "effective": true}},
			{"op": "replace", "path": "/subject/role", "value": "administrator"},
		],
		"obligations": {"retention_years": 5},
	},
	"SJZ-15a SUP-007: a provider declares an approved dataset anew": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "declare"},
			{"op": "replace", "path": "/dataset/state", "value": "none"},
			{"op": "replace", "path": "/subject", "value": {"account": "hrss_1", "person": "p-li", "organization": "hrss", "legal_group": "hrss", "role": "provider", "effective": true}},
			{"op": "replace", "path": "/dataset/state", "value": "approved"},
		],
		"obligations": {"retention_years": 5},
	},
	"BJ-OPS-28 SUP-004: a lab dataset that leaves everything out": {
		"patch": [
			{"op": "replace", "path": "/zone/jurisdiction", "value": "lab"},
			{"op": "replace", "path": "/dataset/prohibited", "value": null},
			{"op": "replace", "path": "/dataset/market", "value": ""},
			{"op": "replace", "path": "/dataset/sharing", "value": ""},
			{"op": "replace", "path": "/dataset/provider", "value": ""},
			{"op": "replace", "path": "/dataset/grade", "value": 2},
		],
		"obligations": {"retention_years": 3},
	},
	"SJZ-6a SUP-002: a lab dataset of no provider, by a provider": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "declare"},
			{"op": "replace", "path": "/dataset/state", "value": "none"},
			{"op": "replace", "path": "/subject", "value": {"account": "hrss_1", "person": "p-li", "organization": "hrss", "legal_group": "hrss", "role": "provider", "effective": true}},
			{"op": "replace", "path": "/zone/jurisdiction", "value": "lab"},
			{"op": "replace", "path": "/dataset/provider", "value": ""},
		],
		"obligations": {"retention_years": 5},
	},
}

test_catalog_permits[note] if {
	some note, case in catalog_permits
	d := decision.catalog_change with input as json.patch(catalog_base, case.patch)
	object.keys(case.obligations) - object.keys(d.obligations) == set()
	every key, value in case.obligations {
		within(value, d.obligations[key])
	}
}

test_BJ_OPS_32a_catalog_of_an_empty_input_refuses_everything if {
	d := decision.catalog_change with input as {}
	object.keys(d.details) == object.keys(data.yumen.required["catalog.change"])
}
