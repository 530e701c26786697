package yumen.decision_test

import future.keywords.not

import data.yumen.decision

query_base := data.testing["query.run"]

query_refusals := {
	"BJ-OPS-21a SUB-002: the account has no person": {
		"patch": [
			{"op": "replace", "path": "/subject/person", "value": ""},
		],
		"refuses": {"SUB-002"},
	},
	"BJ-OPS-21a SUB-002: a wildcard for a person": {
		"patch": [
			{"op": "replace", "path": "/subject/person", "value": "*"},
		],
		"refuses": {"SUB-002"},
	},
	"BJ-OPS-21a SUB-002: no account": {
		"patch": [
			{"op": "replace", "path": "/subject/account", "value": ""},
		],
		"refuses": {"SUB-002"},
	},
	"BJ-OPS-21a SUB-002: no legal group": {
		"patch": [
			{"op": "replace", "path": "/subject/legal_group", "value": ""},
		],
		"refuses": {"SUB-002"},
	},
	"BJ-OPS-21a SUB-002: no organization anywhere": {
		"patch": [
			{"op": "replace", "path": "/subject/organization", "value": ""},
			{"op": "replace", "path": "/grant/organization", "value": ""},
			{"op": "replace", "path": "/organization/name", "value": ""},
		],
		"refuses": {"AUT-002", "AUT-009", "SUB-002"},
	},
	"BJ-OPS-21b SUB-002: a time before all terms": {
		"patch": [
			{"op": "replace", "path": "/now", "value": 0},
			{"op": "replace", "path": "/grant/not_before", "value": 0},
		],
		"refuses": {"SUB-002"},
	},
	"BJ-FIN-29 SUB-001: the role is not in effect": {
		"patch": [
			{"op": "replace", "path": "/subject/effective", "value": false},
		],
		"refuses": {"SUB-001"},
	},
	"BJ-OPS-32a AUT-001: no grant at all": {
		"patch": [
			{"op": "replace", "path": "/grant", "value": null},
		],
		"refuses": {"AUT-001", "AUT-002", "AUT-003", "AUT-004", "AUT-005", "AUT-006", "AUT-007", "AUT-008", "AUT-011"},
	},
	"BJ-OPS-32a AUT-001: a grant without a name": {
		"patch": [
			{"op": "replace", "path": "/grant/id", "value": ""},
		],
		"refuses": {"AUT-001"},
	},
	"SJZ-17b AUT-002: another organization's grant": {
		"patch": [
			{"op": "replace", "path": "/grant/organization", "value": "bank_b"},
		],
		"refuses": {"AUT-002"},
	},
	"BJ-FIN-35b AUT-003: a suspended grant": {
		"patch": [
			{"op": "replace", "path": "/grant/state", "value": "suspended"},
		],
		"refuses": {"AUT-003"},
	},
	"BJ-FIN-22a AUT-004: at the end of its term": {
		"patch": [
			{"op": "replace", "path": "/now", "value": 2000000},
		],
		"refuses": {"AUT-004"},
	},
	"BJ-FIN-22a AUT-004: before its term": {
		"patch": [
			{"op": "replace", "path": "/now", "value": 899999},
		],
		"refuses": {"AUT-004"},
	},
	"BJ-FIN-22a AUT-004: an expired grant": {
		"patch": [
			{"op": "replace", "path": "/grant/state", "value": "expired"},
		],
		"refuses": {"AUT-004"},
	},
	"BJ-FIN-35b AUT-004: a terminated grant": {
		"patch": [
			{"op": "replace", "path": "/grant/state", "value": "terminated"},
		],
		"refuses": {"AUT-004"},
	},
	"BJ-FIN-22a AUT-004: a term of text": {
		"patch": [
			{"op": "replace", "path": "/grant/not_after", "value": "zzz"},
		],
		"refuses": {"AUT-004"},
	},
	"BJ-FIN-22a AUT-004: a beginning of null": {
		"patch": [
			{"op": "replace", "path": "/grant/not_before", "value": null},
		],
		"refuses": {"AUT-004"},
	},
	"BJ-FIN-22a AUT-005: another purpose": {
		"patch": [
			{"op": "replace", "path": "/call/purpose", "value": "marketing"},
		],
		"refuses": {"AUT-005"},
	},
	"BJ-OPS-25d AUT-005: a bundled purpose": {
		"patch": [
			{"op": "add", "path": "/grant/purposes/*", "value": {}},
		],
		"refuses": {"AUT-005"},
	},
	"BJ-OPS-25d AUT-005: purpose and grant are both empty text": {
		"patch": [
			{"op": "replace", "path": "/call/purpose", "value": ""},
			{"op": "replace", "path": "/grant/purposes", "value": {"": {}}},
		],
		"refuses": {"AUT-005"},
	},
	"BJ-OPS-25d AUT-005: purposes as an array": {
		"patch": [
			{"op": "replace", "path": "/grant/purposes", "value": ["credit"]},
		],
		"refuses": {"AUT-005"},
	},
	"BJ-OPS-20c AUT-006: no scenario": {
		"patch": [
			{"op": "replace", "path": "/grant/scenario", "value": ""},
		],
		"refuses": {"AUT-006"},
	},
	"BJ-OPS-25d AUT-006: every scenario": {
		"patch": [
			{"op": "replace", "path": "/grant/scenario", "value": "*"},
		],
		"refuses": {"AUT-006"},
	},
	"BJ-FIN-23a AUT-007: a column outside the grant": {
		"patch": [
			{"op": "add", "path": "/footprint/tables/persons/columns/2/id_card", "value": {}},
			{"op": "add", "path": "/footprint/tables/persons/uses/count", "value": {"id_card": {}}},
		],
		"refuses": {"AUT-007"},
	},
	"BJ-FIN-23a AUT-007: a table outside the grant": {
		"patch": [
			{"op": "remove", "path": "/grant/tables/insurance"},
		],
		"refuses": {"AUT-007"},
	},
	"BJ-FIN-23a AUT-007: no tables": {
		"patch": [
			{"op": "replace", "path": "/footprint/tables", "value": {}},
		],
		"refuses": {"AUT-007", "CLS-001", "CLS-003"},
	},
	"BJ-FIN-23a AUT-007: tables as text": {
		"patch": [
			{"op": "replace", "path": "/footprint/tables", "value": "persons"},
		],
		"refuses": {"AUT-007", "AUT-015", "AUT-016", "AUT-017", "CLS-001", "CLS-003"},
	},
	"BJ-FIN-23a AUT-007: a reference without a column to a table outside the grant": {
		"patch": [
			{"op": "remove", "path": "/grant/tables/persons"},
			{"op": "replace", "path": "/footprint/tables/persons", "value": {"grade": 2, "columns": {}, "uses": {}, "guarded": {}}},
		],
		"refuses": {"AUT-007"},
	},
	"BJ-FIN-23a AUT-008: a method outside the grant": {
		"patch": [
			{"op": "add", "path": "/footprint/methods/stddev", "value": {}},
		],
		"refuses": {"AUT-008"},
	},
	"BJ-FIN-23a AUT-008: methods unknown": {
		"patch": [
			{"op": "remove", "path": "/footprint/methods"},
		],
		"refuses": {"AUT-008"},
	},
	"BJ-FIN-7 AUT-009: not admitted": {
		"patch": [
			{"op": "replace", "path": "/organization/admitted", "value": false},
		],
		"refuses": {"AUT-009"},
	},
	"BJ-FIN-7 AUT-009: facts of another organization": {
		"patch": [
			{"op": "replace", "path": "/organization/name", "value": "bank_b"},
		],
		"refuses": {"AUT-009"},
	},
	"BJ-FIN-35b AUT-010: suspended": {
		"patch": [
			{"op": "replace", "path": "/organization/suspended", "value": true},
		],
		"refuses": {"AUT-010"},
	},
	"BJ-FIN-22a AUT-011: no runs left": {
		"patch": [
			{"op": "replace", "path": "/grant/runs/used", "value": 10},
		],
		"refuses": {"AUT-011"},
	},
	"BJ-FIN-22a AUT-011: a negative count": {
		"patch": [
			{"op": "replace", "path": "/grant/runs/used", "value": -1},
		],
		"refuses": {"AUT-011"},
	},
	"BJ-FIN-22a AUT-011: limits of null": {
		"patch": [
			{"op": "replace", "path": "/grant/runs", "value": null},
		],
		"refuses": {"AUT-011"},
	},
	"BJ-FIN-22a AUT-011: unlimited as text": {
		"patch": [
			{"op": "replace", "path": "/grant/runs/unlimited", "value": "yes"},
		],
		"refuses": {"AUT-011"},
	},
	"BJ-FIN-3 AUT-012: the role administrator": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "administrator"},
		],
		"refuses": {"AUT-012"},
	},
	"BJ-FIN-3 AUT-012: the role security_administrator": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "security_administrator"},
		],
		"refuses": {"AUT-012"},
	},
	"BJ-FIN-3 AUT-012: the role auditor": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "auditor"},
		],
		"refuses": {"AUT-012"},
	},
	"BJ-FIN-3 AUT-012: the role provider": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "provider"},
		],
		"refuses": {"AUT-012"},
	},
	"BJ-FIN-3 AUT-012: the role steward": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "steward"},
		],
		"refuses": {"AUT-012"},
	},
	"BJ-FIN-3 AUT-012: the role egress_reviewer": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "egress_reviewer"},
		],
		"refuses": {"AUT-012"},
	},
	"BJ-FIN-3 AUT-012: the role regulator": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "regulator"},
		],
		"refuses": {"AUT-012"},
	},
	"BJ-FIN-3 AUT-012: the role self": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "self"},
		],
		"refuses": {"AUT-012"},
	},
	"BJ-FIN-3 AUT-012: the role of nobody": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": ""},
		],
		"refuses": {"AUT-012"},
	},
	"BJ-OPS-27d AUT-014: the computation is not approved": {
		"patch": [
			{"op": "replace", "path": "/computation/state", "value": "submitted"},
		],
		"refuses": {"AUT-014"},
	},
	"BJ-FIN-22b AUT-014: another text": {
		"patch": [
			{"op": "replace", "path": "/computation/digest", "value": "sha256:bb"},
		],
		"refuses": {"AUT-014"},
	},
	"BJ-FIN-22b AUT-014: no digests": {
		"patch": [
			{"op": "replace", "path": "/computation/digest", "value": ""},
			{"op": "replace", "path": "/computation/approved", "value": ""},
		],
		"refuses": {"AUT-014"},
	},
	"BJ-FIN-22b AUT-014: no name": {
		"patch": [
			{"op": "replace", "path": "/computation/name", "value": ""},
		],
		"refuses": {"AUT-014"},
	},
	"BJ-FIN-22b AUT-014: nobody approved it": {
		"patch": [
			{"op": "replace", "path": "/computation/approver", "value": ""},
		],
		"refuses": {"AUT-014"},
	},
	"BJ-FIN-22b AUT-014: no computation": {
		"patch": [
			{"op": "replace", "path": "/computation", "value": null},
		],
		"refuses": {"AUT-014", "DES-001"},
	},
	"BJ-FIN-22b AUT-014: an unknown kind of call": {
		"patch": [
			{"op": "replace", "path": "/call/kind", "value": "other"},
		],
		"refuses": {"AUT-014", "DES-001"},
	},
	"SJZ-15a AUT-015: a dataset is not approved": {
		"patch": [
			{"op": "replace", "path": "/datasets/persons/state", "value": "submitted"},
		],
		"refuses": {"AUT-015"},
	},
	"SJZ-15a AUT-015: a dataset is unknown": {
		"patch": [
			{"op": "remove", "path": "/datasets/persons"},
		],
		"refuses": {"AUT-015", "AUT-016", "AUT-017"},
	},
	"XM-22 AUT-016: a sealed dataset": {
		"patch": [
			{"op": "replace", "path": "/datasets/insurance/market", "value": "sealed"},
		],
		"refuses": {"AUT-016"},
	},
	"XM-14c AUT-016: no market class": {
		"patch": [
			{"op": "replace", "path": "/datasets/insurance/market", "value": ""},
		],
		"refuses": {"AUT-016"},
	},
	"XC-19a AUT-016: a dataset that is not shared": {
		"patch": [
			{"op": "replace", "path": "/datasets/insurance/sharing", "value": "none"},
		],
		"refuses": {"AUT-016"},
	},
	"XC-19a AUT-016: no sharing type": {
		"patch": [
			{"op": "replace", "path": "/datasets/insurance/sharing", "value": ""},
		],
		"refuses": {"AUT-016"},
	},
	"BJ-FIN-11 AUT-017: no snapshot": {
		"patch": [
			{"op": "replace", "path": "/datasets/insurance/loaded", "value": false},
		],
		"refuses": {"AUT-017"},
	},
	"BJ-OPS-27a CLS-001: the grade is missing": {
		"patch": [
			{"op": "remove", "path": "/footprint/grade"},
		],
		"refuses": {"CLS-001", "CLS-002", "DES-001"},
	},
	"BJ-OPS-27a CLS-001: a grade of zero": {
		"patch": [
			{"op": "replace", "path": "/footprint/grade", "value": 0},
		],
		"refuses": {"CLS-001", "CLS-002", "DES-001"},
	},
	"BJ-OPS-27a CLS-001: a grade between two": {
		"patch": [
			{"op": "replace", "path": "/footprint/grade", "value": 2.5},
		],
		"refuses": {"CLS-001", "DES-001"},
	},
	"BJ-OPS-27a CLS-001: a grade of text": {
		"patch": [
			{"op": "replace", "path": "/footprint/grade", "value": "2"},
		],
		"refuses": {"CLS-001", "CLS-002", "DES-001"},
	},
	"BJ-OPS-27a CLS-001: below a table": {
		"patch": [
			{"op": "replace", "path": "/footprint/grade", "value": 2},
		],
		"refuses": {"CLS-001"},
	},
	"BJ-OPS-27a CLS-001: a table below a column": {
		"patch": [
			{"op": "replace", "path": "/footprint/tables/insurance/grade", "value": 2},
		],
		"refuses": {"CLS-001"},
	},
	"BJ-OPS-27a CLS-001: a table without a grade": {
		"patch": [
			{"op": "remove", "path": "/footprint/tables/insurance/grade"},
		],
		"refuses": {"CLS-001"},
	},
	"BJ-OPS-27a CLS-001: a table with a grade of a half": {
		"patch": [
			{"op": "replace", "path": "/footprint/tables/persons/grade", "value": 2.5},
		],
		"refuses": {"CLS-001"},
	},
	"BJ-OPS-27a CLS-001: a column of no known grade": {
		"patch": [
			{"op": "replace", "path": "/footprint/tables/persons/columns", "value": {"9": {"district": {}}, "2": {"person_id": {}}}},
		],
		"refuses": {"CLS-001"},
	},
	"BJ-OPS-27a CLS-001: a column that is not used": {
		"patch": [
			{"op": "add", "path": "/footprint/tables/persons/columns/2/gender", "value": {}},
		],
		"refuses": {"CLS-001"},
	},
	"BJ-OPS-27a CLS-001: a use of a column that is not named": {
		"patch": [
			{"op": "add", "path": "/footprint/tables/persons/uses/condition", "value": {"gender": {}}},
		],
		"refuses": {"CLS-001"},
	},
	"BJ-OPS-27d CLS-002: aggregates of grade 4": {
		"patch": [
			{"op": "replace", "path": "/footprint/grade", "value": 4},
		],
		"refuses": {"CLS-002", "DES-001"},
	},
	"BJ-OPS-32b CLS-003: an entity key in a condition": {
		"patch": [
			{"op": "add", "path": "/footprint/tables/persons/uses/condition", "value": {"person_id": {}}},
		],
		"refuses": {"CLS-003"},
	},
	"BJ-OPS-32b CLS-003: an entity key as a group key": {
		"patch": [
			{"op": "add", "path": "/footprint/tables/persons/uses/key/person_id", "value": {}},
		],
		"refuses": {"CLS-003"},
	},
	"BJ-OPS-32b CLS-003: an entity key as a measure": {
		"patch": [
			{"op": "add", "path": "/footprint/tables/persons/uses/measure", "value": {"person_id": {}}},
		],
		"refuses": {"CLS-003"},
	},
	"BJ-OPS-32b CLS-003: an unknown use": {
		"patch": [
			{"op": "add", "path": "/footprint/tables/persons/uses/show", "value": {"district": {}}},
		],
		"refuses": {"CLS-003"},
	},
	"BJ-OPS-32b CLS-003: it is not known which columns are keys": {
		"patch": [
			{"op": "remove", "path": "/footprint/tables/persons/guarded"},
		],
		"refuses": {"CLS-003"},
	},
	"BJ-OPS-27c DES-001: free SQL at grade 2": {
		"patch": [
			{"op": "replace", "path": "/call/kind", "value": "free"},
			{"op": "replace", "path": "/computation", "value": null},
			{"op": "remove", "path": "/footprint/tables/insurance"},
			{"op": "replace", "path": "/footprint/grade", "value": 2},
			{"op": "replace", "path": "/footprint/tables/persons", "value": {"grade": 2, "columns": {"2": {"district": {}}}, "uses": {"key": {"district": {}}}, "guarded": {}}},
		],
		"refuses": {"DES-001"},
	},
	"BJ-OPS-27c DES-001: free SQL at grade 3": {
		"patch": [
			{"op": "replace", "path": "/call/kind", "value": "free"},
			{"op": "replace", "path": "/computation", "value": null},
		],
		"refuses": {"DES-001"},
	},
	"BJ-OPS-27d DES-001: a computation that is not certified": {
		"patch": [
			{"op": "replace", "path": "/computation/certified", "value": false},
		],
		"refuses": {"DES-001"},
	},
	"SJZ-13a DES-001: free SQL at grade 1 in sjz": {
		"patch": [
			{"op": "replace", "path": "/zone/jurisdiction", "value": "sjz"},
			{"op": "replace", "path": "/call/kind", "value": "free"},
			{"op": "replace", "path": "/computation", "value": null},
			{"op": "remove", "path": "/footprint/tables/insurance"},
			{"op": "replace", "path": "/footprint/grade", "value": 1},
			{"op": "replace", "path": "/footprint/tables/persons", "value": {"grade": 1, "columns": {"1": {"district": {}}}, "uses": {"key": {"district": {}}}, "guarded": {}}},
		],
		"refuses": {"DES-001"},
	},
	"SJZ-13a DES-001: free SQL at grade 2 in sjz": {
		"patch": [
			{"op": "replace", "path": "/zone/jurisdiction", "value": "sjz"},
			{"op": "replace", "path": "/call/kind", "value": "free"},
			{"op": "replace", "path": "/computation", "value": null},
			{"op": "remove", "path": "/footprint/tables/insurance"},
			{"op": "replace", "path": "/footprint/grade", "value": 2},
			{"op": "replace", "path": "/footprint/tables/persons", "value": {"grade": 2, "columns": {"2": {"district": {}}}, "uses": {"key": {"district": {}}}, "guarded": {}}},
		],
		"refuses": {"DES-001"},
	},
	"SJZ-13a DES-001: free SQL at grade 3 in sjz": {
		"patch": [
			{"op": "replace", "path": "/zone/jurisdiction", "value": "sjz"},
			{"op": "replace", "path": "/call/kind", "value": "free"},
			{"op": "replace", "path": "/computation", "value": null},
			{"op": "remove", "path": "/footprint/tables/insurance"},
			{"op": "replace", "path": "/footprint/grade", "value": 3},
			{"op": "replace", "path": "/footprint/tables/persons", "value": {"grade": 3, "columns": {"3": {"district": {}}}, "uses": {"key": {"district": {}}}, "guarded": {}}},
		],
		"refuses": {"DES-001"},
	},
	"SJZ-13a DES-001: free SQL at grade 1 in xm": {
		"patch": [
			{"op": "replace", "path": "/zone/jurisdiction", "value": "xm"},
			{"op": "replace", "path": "/call/kind", "value": "free"},
			{"op": "replace", "path": "/computation", "value": null},
			{"op": "remove", "path": "/footprint/tables/insurance"},
			{"op": "replace", "path": "/footprint/grade", "value": 1},
			{"op": "replace", "path": "/footprint/tables/persons", "value": {"grade": 1, "columns": {"1": {"district": {}}}, "uses": {"key": {"district": {}}}, "guarded": {}}},
		],
		"refuses": {"DES-001"},
	},
	"SJZ-13a DES-001: free SQL at grade 2 in xm": {
		"patch": [
			{"op": "replace", "path": "/zone/jurisdiction", "value": "xm"},
			{"op": "replace", "path": "/call/kind", "value": "free"},
			{"op": "replace", "path": "/computation", "value": null},
			{"op": "remove", "path": "/footprint/tables/insurance"},
			{"op": "replace", "path": "/footprint/grade", "value": 2},
			{"op": "replace", "path": "/footprint/tables/persons", "value": {"grade": 2, "columns": {"2": {"district": {}}}, "uses": {"key": {"district": {}}}, "guarded": {}}},
		],
		"refuses": {"DES-001"},
	},
	"SJZ-13a DES-001: free SQL at grade 3 in xm": {
		"patch": [
			{"op": "replace", "path": "/zone/jurisdiction", "value": "xm"},
			{"op": "replace", "path": "/call/kind", "value": "free"},
			{"op": "replace", "path": "/computation", "value": null},
			{"op": "remove", "path": "/footprint/tables/insurance"},
			{"op": "replace", "path": "/footprint/grade", "value": 3},
			{"op": "replace", "path": "/footprint/tables/persons", "value": {"grade": 3, "columns": {"3": {"district": {}}}, "uses": {"key": {"district": {}}}, "guarded": {}}},
		],
		"refuses": {"DES-001"},
	},
	"SJZ-13a DES-001: free SQL at grade 1 in strict": {
		"patch": [
			{"op": "replace", "path": "/zone/jurisdiction", "value": "strict"},
			{"op": "replace", "path": "/call/kind", "value": "free"},
			{"op": "replace", "path": "/computation", "value": null},
			{"op": "remove", "path": "/footprint/tables/insurance"},
			{"op": "replace", "path": "/footprint/grade", "value": 1},
			{"op": "replace", "path": "/footprint/tables/persons", "value": {"grade": 1, "columns": {"1": {"district": {}}}, "uses": {"key": {"district": {}}}, "guarded": {}}},
		],
		"refuses": {"DES-001"},
	},
	"SJZ-13a DES-001: free SQL at grade 2 in strict": {
		"patch": [
			{"op": "replace", "path": "/zone/jurisdiction", "value": "strict"},
			{"op": "replace", "path": "/call/kind", "value": "free"},
			{"op": "replace", "path": "/computation", "value": null},
			{"op": "remove", "path": "/footprint/tables/insurance"},
			{"op": "replace", "path": "/footprint/grade", "value": 2},
			{"op": "replace", "path": "/footprint/tables/persons", "value": {"grade": 2, "columns": {"2": {"district": {}}}, "uses": {"key": {"district": {}}}, "guarded": {}}},
		],
		"refuses": {"DES-001"},
	},
	"SJZ-13a DES-001: free SQL at grade 3 in strict": {
		"patch": [
			{"op": "replace", "path": "/zone/jurisdiction", "value": "strict"},
			{"op": "replace", "path": "/call/kind", "value": "free"},
			{"op": "replace", "path": "/computation", "value": null},
			{"op": "remove", "path": "/footprint/tables/insurance"},
			{"op": "replace", "path": "/footprint/grade", "value": 3},
			{"op": "replace", "path": "/footprint/tables/persons", "value": {"grade": 3, "columns": {"3": {"district": {}}}, "uses": {"key": {"district": {}}}, "guarded": {}}},
		],
		"refuses": {"DES-001"},
	},
	"BJ-OPS-27c DES-001: free SQL at grade 2 in xc": {
		"patch": [
			{"op": "replace", "path": "/zone/jurisdiction", "value": "xc"},
			{"op": "replace", "path": "/call/kind", "value": "free"},
			{"op": "replace", "path": "/computation", "value": null},
			{"op": "remove", "path": "/footprint/tables/insurance"},
			{"op": "replace", "path": "/footprint/grade", "value": 2},
			{"op": "replace", "path": "/footprint/tables/persons", "value": {"grade": 2, "columns": {"2": {"district": {}}}, "uses": {"key": {"district": {}}}, "guarded": {}}},
		],
		"refuses": {"DES-001"},
	},
	"BJ-OPS-27d CLS-002: free SQL at grade 4 in lab": {
		"patch": [
			{"op": "replace", "path": "/zone/jurisdiction", "value": "lab"},
			{"op": "replace", "path": "/call/kind", "value": "free"},
			{"op": "replace", "path": "/computation", "value": null},
			{"op": "replace", "path": "/footprint/grade", "value": 4},
		],
		"refuses": {"CLS-002", "DES-001"},
	},
	"BJ-FIN-15a: an unknown jurisdiction": {
		"patch": [
			{"op": "replace", "path": "/zone/jurisdiction", "value": "mars"},
		],
		"refuses": {"CLS-002", "DES-001"},
	},
}

test_query_refusals[note] if {
	some note, case in query_refusals
	d := decision.query_run with input as json.patch(query_base, case.patch)
	object.keys(d.details) == case.refuses
}

query_permits := {
	"BJ-OPS-32b DES-101: a certified computation at grade 3": {
		"patch": [
		],
		"obligations": {"run": {"mode": "exact", "grade": 3, "lab": false, "k": 10, "complement": 10, "sensitive": 10, "dominance": [{"n": 2, "percent": 85}], "p": 15, "homogeneity": 90, "jitter": 3, "round": 5, "cells_max": 1000, "tick_ms": 15000, "review": "one"}, "retention_years": 5},
	},
	"XM-39b DES-102: ordinary data of grade 2": {
		"patch": [
			{"op": "remove", "path": "/footprint/tables/insurance"},
			{"op": "replace", "path": "/footprint/grade", "value": 2},
			{"op": "replace", "path": "/footprint/tables/persons", "value": {"grade": 2, "columns": {"2": {"district": {}}}, "uses": {"key": {"district": {}}}, "guarded": {}}},
			{"op": "remove", "path": "/datasets/insurance"},
		],
		"obligations": {"run": {"mode": "exact", "grade": 2, "lab": false, "k": 5, "complement": 5, "sensitive": 5, "dominance": [{"n": 2, "percent": 90}], "p": 10, "homogeneity": 90, "jitter": 0, "round": 0, "cells_max": 5000, "tick_ms": 250, "review": "auto"}, "retention_years": 3},
	},
	"XM-39c DES-102: authorised data of grade 2": {
		"patch": [
			{"op": "remove", "path": "/footprint/tables/insurance"},
			{"op": "replace", "path": "/footprint/grade", "value": 2},
			{"op": "replace", "path": "/footprint/tables/persons", "value": {"grade": 2, "columns": {"2": {"district": {}}}, "uses": {"key": {"district": {}}}, "guarded": {}}},
		],
		"obligations": {"run": {"mode": "exact", "grade": 2, "lab": false, "k": 5, "complement": 5, "sensitive": 5, "dominance": [{"n": 2, "percent": 90}], "p": 10, "homogeneity": 90, "jitter": 0, "round": 0, "cells_max": 5000, "tick_ms": 250, "review": "auto"}, "retention_years": 5},
	},
	"BJ-OPS-32b DES-101: free SQL at grade 1": {
		"patch": [
			{"op": "replace", "path": "/call/kind", "value": "free"},
			{"op": "replace", "path": "/computation", "value": null},
			{"op": "remove", "path": "/footprint/tables/insurance"},
			{"op": "replace", "path": "/footprint/grade", "value": 1},
			{"op": "replace", "path": "/footprint/tables/persons", "value": {"grade": 1, "columns": {"1": {"district": {}}}, "uses": {"key": {"district": {}}}, "guarded": {}}},
			{"op": "remove", "path": "/datasets/insurance"},
		],
		"obligations": {"run": {"mode": "exact", "grade": 1, "lab": false, "k": 3, "complement": 3, "sensitive": 3, "dominance": [], "p": 10, "homogeneity": 0, "jitter": 0, "round": 0, "cells_max": 5000, "tick_ms": 250, "review": "auto"}, "retention_years": 3},
	},
	"BJ-OPS-32b DES-101: free SQL at grade 1 in xc": {
		"patch": [
			{"op": "replace", "path": "/zone/jurisdiction", "value": "xc"},
			{"op": "replace", "path": "/call/kind", "value": "free"},
			{"op": "replace", "path": "/computation", "value": null},
			{"op": "remove", "path": "/footprint/tables/insurance"},
			{"op": "replace", "path": "/footprint/grade", "value": 1},
			{"op": "replace", "path": "/footprint/tables/persons", "value": {"grade": 1, "columns": {"1": {"district": {}}}, "uses": {"key": {"district": {}}}, "guarded": {}}},
		],
		"obligations": {"run": {"mode": "exact", "grade": 1, "lab": false, "k": 3, "complement": 3, "sensitive": 3, "dominance": [], "p": 10, "homogeneity": 0, "jitter": 0, "round": 0, "cells_max": 5000, "tick_ms": 250, "review": "auto"}},
	},
	"BJ-FIN-22b DES-001: a computation at grade 1 needs no certificate": {
		"patch": [
			{"op": "remove", "path": "/footprint/tables/insurance"},
			{"op": "replace", "path": "/footprint/grade", "value": 1},
			{"op": "replace", "path": "/footprint/tables/persons", "value": {"grade": 1, "columns": {"1": {"district": {}}}, "uses": {"key": {"district": {}}}, "guarded": {}}},
			{"op": "replace", "path": "/computation/certified", "value": false},
		],
		"obligations": {"run": {"mode": "exact", "grade": 1, "lab": false, "k": 3, "complement": 3, "sensitive": 3, "dominance": [], "p": 10, "homogeneity": 0, "jitter": 0, "round": 0, "cells_max": 5000, "tick_ms": 250, "review": "auto"}},
	},
	"SJZ-13c DES-101: a computation at grade 1 in strict": {
		"patch": [
			{"op": "replace", "path": "/zone/jurisdiction", "value": "strict"},
			{"op": "remove", "path": "/footprint/tables/insurance"},
			{"op": "replace", "path": "/footprint/grade", "value": 1},
			{"op": "replace", "path": "/footprint/tables/persons", "value": {"grade": 1, "columns": {"1": {"district": {}}}, "uses": {"key": {"district": {}}}, "guarded": {}}},
		],
		"obligations": {"run": {"mode": "exact", "grade": 1, "lab": false, "k": 3, "complement": 3, "sensitive": 3, "dominance": [], "p": 10, "homogeneity": 0, "jitter": 0, "round": 0, "cells_max": 5000, "tick_ms": 250, "review": "one"}},
	},
	"SJZ-13c DES-101: a computation at grade 2 in strict": {
		"patch": [
			{"op": "replace", "path": "/zone/jurisdiction", "value": "strict"},
			{"op": "remove", "path": "/footprint/tables/insurance"},
			{"op": "replace", "path": "/footprint/grade", "value": 2},
			{"op": "replace", "path": "/footprint/tables/persons", "value": {"grade": 2, "columns": {"2": {"district": {}}}, "uses": {"key": {"district": {}}}, "guarded": {}}},
		],
		"obligations": {"run": {"mode": "exact", "grade": 2, "lab": false, "k": 5, "complement": 5, "sensitive": 5, "dominance": [{"n": 2, "percent": 90}], "p": 10, "homogeneity": 90, "jitter": 0, "round": 0, "cells_max": 5000, "tick_ms": 250, "review": "one"}},
	},
	"SJZ-13c DES-101: a computation at grade 3 in strict": {
		"patch": [
			{"op": "replace", "path": "/zone/jurisdiction", "value": "strict"},
			{"op": "remove", "path": "/footprint/tables/insurance"},
			{"op": "replace", "path": "/footprint/grade", "value": 3},
			{"op": "replace", "path": "/footprint/tables/persons", "value": {"grade": 3, "columns": {"3": {"district": {}}}, "uses": {"key": {"district": {}}}, "guarded": {}}},
		],
		"obligations": {"run": {"mode": "exact", "grade": 3, "lab": false, "k": 10, "complement": 10, "sensitive": 10, "dominance": [{"n": 2, "percent": 85}], "p": 15, "homogeneity": 90, "jitter": 3, "round": 5, "cells_max": 1000, "tick_ms": 15000, "review": "one"}},
	},
	"XC-38a DES-101: free SQL at grade 2 in lab": {
		"patch": [
			{"op": "replace", "path": "/zone/jurisdiction", "value": "lab"},
			{"op": "replace", "path": "/call/kind", "value": "free"},
			{"op": "replace", "path": "/computation", "value": null},
			{"op": "remove", "path": "/footprint/tables/insurance"},
			{"op": "replace", "path": "/footprint/grade", "value": 2},
			{"op": "replace", "path": "/footprint/tables/persons", "value": {"grade": 2, "columns": {"2": {"district": {}}}, "uses": {"key": {"district": {}}}, "guarded": {}}},
		],
		"obligations": {"run": {"mode": "exact", "grade": 2, "lab": true, "k": 5, "complement": 5, "sensitive": 5, "dominance": [{"n": 2, "percent": 90}], "p": 10, "homogeneity": 90, "jitter": 0, "round": 0, "cells_max": 5000, "tick_ms": 250, "review": "auto"}},
	},
	"XC-38a DES-101: free SQL at grade 3 in lab": {
		"patch": [
			{"op": "replace", "path": "/zone/jurisdiction", "value": "lab"},
			{"op": "replace", "path": "/call/kind", "value": "free"},
			{"op": "replace", "path": "/computation", "value": null},
			{"op": "remove", "path": "/footprint/tables/insurance"},
			{"op": "replace", "path": "/footprint/grade", "value": 3},
			{"op": "replace", "path": "/footprint/tables/persons", "value": {"grade": 3, "columns": {"3": {"district": {}}}, "uses": {"key": {"district": {}}}, "guarded": {}}},
		],
		"obligations": {"run": {"mode": "exact", "grade": 3, "lab": true, "k": 10, "complement": 10, "sensitive": 10, "dominance": [{"n": 2, "percent": 85}], "p": 15, "homogeneity": 90, "jitter": 3, "round": 0, "cells_max": 1000, "tick_ms": 15000, "review": "one"}},
	},
	"XM-14c AUT-016: a lab dataset without classes": {
		"patch": [
			{"op": "replace", "path": "/zone/jurisdiction", "value": "lab"},
			{"op": "replace", "path": "/call/kind", "value": "free"},
			{"op": "replace", "path": "/computation", "value": null},
			{"op": "remove", "path": "/footprint/tables/insurance"},
			{"op": "replace", "path": "/footprint/grade", "value": 2},
			{"op": "replace", "path": "/footprint/tables/persons", "value": {"grade": 2, "columns": {"2": {"district": {}}}, "uses": {"key": {"district": {}}}, "guarded": {}}},
			{"op": "replace", "path": "/datasets/persons/market", "value": ""},
			{"op": "replace", "path": "/datasets/persons/sharing", "value": ""},
		],
		"obligations": {"run": {"mode": "exact", "grade": 2, "lab": true, "k": 5, "complement": 5, "sensitive": 5, "dominance": [{"n": 2, "percent": 90}], "p": 10, "homogeneity": 90, "jitter": 0, "round": 0, "cells_max": 5000, "tick_ms": 250, "review": "auto"}},
	},
	"BJ-FIN-22a AUT-004: the first second of the term": {
		"patch": [
			{"op": "replace", "path": "/now", "value": 900000},
		],
		"obligations": {"run": {"mode": "exact", "grade": 3, "lab": false, "k": 10, "complement": 10, "sensitive": 10, "dominance": [{"n": 2, "percent": 85}], "p": 15, "homogeneity": 90, "jitter": 3, "round": 5, "cells_max": 1000, "tick_ms": 15000, "review": "one"}},
	},
	"BJ-FIN-22a AUT-004: the last second of the term": {
		"patch": [
			{"op": "replace", "path": "/now", "value": 1999999},
		],
		"obligations": {"run": {"mode": "exact", "grade": 3, "lab": false, "k": 10, "complement": 10, "sensitive": 10, "dominance": [{"n": 2, "percent": 85}], "p": 15, "homogeneity": 90, "jitter": 3, "round": 5, "cells_max": 1000, "tick_ms": 15000, "review": "one"}},
	},
	"BJ-FIN-22a AUT-011: the last run": {
		"patch": [
			{"op": "replace", "path": "/grant/runs/used", "value": 9},
		],
		"obligations": {"run": {"mode": "exact", "grade": 3, "lab": false, "k": 10, "complement": 10, "sensitive": 10, "dominance": [{"n": 2, "percent": 85}], "p": 15, "homogeneity": 90, "jitter": 3, "round": 5, "cells_max": 1000, "tick_ms": 15000, "review": "one"}},
	},
	"BJ-FIN-22a AUT-011: runs without a limit": {
		"patch": [
			{"op": "replace", "path": "/grant/runs", "value": {"unlimited": true, "max": 0, "used": 99}},
		],
		"obligations": {"run": {"mode": "exact", "grade": 3, "lab": false, "k": 10, "complement": 10, "sensitive": 10, "dominance": [{"n": 2, "percent": 85}], "p": 15, "homogeneity": 90, "jitter": 3, "round": 5, "cells_max": 1000, "tick_ms": 15000, "review": "one"}},
	},
	"BJ-FIN-23a AUT-007: a reference without a column": {
		"patch": [
			{"op": "replace", "path": "/footprint/tables/persons", "value": {"grade": 2, "columns": {}, "uses": {}, "guarded": {}}},
		],
		"obligations": {"run": {"mode": "exact", "grade": 3, "lab": false, "k": 10, "complement": 10, "sensitive": 10, "dominance": [{"n": 2, "percent": 85}], "p": 15, "homogeneity": 90, "jitter": 3, "round": 5, "cells_max": 1000, "tick_ms": 15000, "review": "one"}},
	},
	"BJ-OPS-32b CLS-003: an entity key is joined, counted and rolled up": {
		"patch": [
			{"op": "add", "path": "/footprint/tables/persons/uses/count", "value": {"person_id": {}}},
			{"op": "add", "path": "/footprint/tables/persons/uses/rollup_key", "value": {"person_id": {}}},
		],
		"obligations": {"run": {"mode": "exact", "grade": 3, "lab": false, "k": 10, "complement": 10, "sensitive": 10, "dominance": [{"n": 2, "percent": 85}], "p": 15, "homogeneity": 90, "jitter": 3, "round": 5, "cells_max": 1000, "tick_ms": 15000, "review": "one"}},
	},
}

test_query_permits[note] if {
	some note, case in query_permits
	d := decision.query_run with input as json.patch(query_base, case.patch)
	object.keys(case.obligations) - object.keys(d.obligations) == set()
	every key, value in case.obligations {
		within(value, d.obligations[key])
	}
}

test_BJ_OPS_32a_query_of_an_empty_input_refuses_everything if {
	d := decision.query_run with input as {}
	object.keys(d.details) == object.keys(data.yumen.required["query.run"])
}

# Objects are compared member by member, so a case names what it is about.
within(want, got) if {
	is_object(want)
	every key, value in want {
		got[key] == value
	}
}

within(want, got) if {
	not is_object(want)
	want == got
}

test_BJ_FIN_11_check_needs_no_snapshot if {
	d := decision.query_check with input as json.patch(
		data.testing["query.check"],
		[{"op": "replace", "path": "/datasets/insurance/loaded", "value": false}],
	)
	d.obligations.run.mode == "exact"
}

test_BJ_OPS_32a_check_refuses_everything_of_an_empty_input if {
	d := decision.query_check with input as {}
	object.keys(d.details) == object.keys(data.yumen.required["query.check"])
}

test_BJ_FIN_23a_details_name_the_column if {
	d := decision.query_run with input as json.patch(
		query_base,
		[{"op": "add", "path": "/footprint/tables/persons/columns/2/id_card", "value": {}}],
	)
	d.details["AUT-007"] == {{"table": "persons", "column": "id_card"}}
}
