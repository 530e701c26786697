package yumen.decision_test

import data.yumen.decision

query_base := data.testing["query.run"]

query_refusals := {
	"BJ-OPS-21a SUB-002: the account has no person": {"set": {"/subject/person": ""}, "refuses": {"SUB-002"}},
	"BJ-OPS-21a SUB-002: a wildcard for a person": {"set": {"/subject/person": "*"}, "refuses": {"SUB-002"}},
	"BJ-OPS-21a SUB-002: no account": {"set": {"/subject/account": ""}, "refuses": {"SUB-002"}},
	"BJ-OPS-21a SUB-002: no legal group": {"set": {"/subject/legal_group": ""}, "refuses": {"SUB-002"}},
	"BJ-OPS-21a SUB-002: no organization anywhere": {
		"set": {"/grant/organization": "", "/organization/name": "", "/subject/organization": ""},
		"refuses": {"AUT-002", "AUT-009", "SUB-002"},
	},
	"BJ-OPS-21b SUB-002: a time before all terms": {
		"set": {"/grant/not_before": 0, "/now": 0},
		"refuses": {"SUB-002"},
	},
	"BJ-FIN-29 SUB-001: the role is not in effect": {
		"set": {"/subject/effective": false},
		"refuses": {"SUB-001"},
	},
	"BJ-OPS-32a AUT-001: no grant at all": {
		"set": {"/grant": null},
		"refuses": {
			"AUT-001",
			"AUT-002",
			"AUT-003",
			"AUT-004",
			"AUT-005",
			"AUT-006",
			"AUT-007",
			"AUT-008",
			"AUT-011",
			"AUT-019",
			"AUT-022",
		},
	},
	"BJ-OPS-32a AUT-001: a grant without a name": {"set": {"/grant/id": ""}, "refuses": {"AUT-001"}},
	"SJZ-17b AUT-002: another organization's grant": {
		"set": {"/grant/organization": "bank_b"},
		"refuses": {"AUT-002"},
	},
	"BJ-FIN-35b AUT-003: a suspended grant": {"set": {"/grant/state": "suspended"}, "refuses": {"AUT-003"}},
	"BJ-FIN-22a AUT-004: at the end of its term": {"set": {"/now": 2000000}, "refuses": {"AUT-004"}},
	"BJ-FIN-22a AUT-004: before its term": {"set": {"/now": 899999}, "refuses": {"AUT-004"}},
	"BJ-FIN-22a AUT-004: an expired grant": {"set": {"/grant/state": "expired"}, "refuses": {"AUT-004"}},
	"BJ-FIN-35b AUT-004: a terminated grant": {"set": {"/grant/state": "terminated"}, "refuses": {"AUT-004"}},
	"BJ-FIN-22a AUT-004: a term of text": {"set": {"/grant/not_after": "zzz"}, "refuses": {"AUT-004"}},
	"BJ-FIN-22a AUT-004: a beginning of null": {"set": {"/grant/not_before": null}, "refuses": {"AUT-004"}},
	"BJ-FIN-22a AUT-005: another purpose": {"set": {"/call/purpose": "marketing"}, "refuses": {"AUT-005"}},
	"BJ-OPS-25d AUT-005: a bundled purpose": {"set": {"/grant/purposes/*": {}}, "refuses": {"AUT-005"}},
	"BJ-OPS-25d AUT-005: purpose and grant are both empty text": {
		"set": {"/call/purpose": "", "/grant/purposes": {"": {}}},
		"refuses": {"AUT-005"},
	},
	"BJ-OPS-25d AUT-005: purposes as an array": {"set": {"/grant/purposes": ["credit"]}, "refuses": {"AUT-005"}},
	"XC-24 AUT-005: a public body asks for another purpose": {
		"set": {
			"/call/purpose": "credit_sale",
			"/grant/organization": "tax_office",
			"/organization/name": "tax_office",
			"/subject/organization": "tax_office",
			"/subject/legal_group": "tax_office",
		},
		"refuses": {"AUT-005"},
	},
	"XM-30 AUT-006: no scenario to go on with": {"set": {"/grant/scenario": null}, "refuses": {"AUT-006"}},
	"XM-30 AUT-007: the same application and one column more": {
		"set": {
			"/footprint/tables/persons/columns/2/birth": {},
			"/footprint/tables/persons/uses/key/birth": {},
		},
		"refuses": {"AUT-007"},
	},
	"BJ-OPS-25c AUT-021: without an authorization": {
		"set": {"/datasets/persons/consent/state": "none"},
		"refuses": {"AUT-021"},
	},
	"BJ-OPS-25c AUT-021: expired": {"set": {"/datasets/persons/consent/state": "expired"}, "refuses": {"AUT-021"}},
	"BJ-OPS-25c AUT-021: withdrawn": {"set": {"/datasets/persons/consent/state": "withdrawn"}, "refuses": {"AUT-021"}},
	"BJ-OPS-25c AUT-021: nobody knows": {"remove": {"/datasets/persons/consent"}, "refuses": {"AUT-021"}},
	"BJ-OPS-25c AUT-021: a category that asks for it": {
		"set": {"/datasets/persons/consent": {
			"required": false,
			"categories": {"biometric": {}},
			"state": "none",
		}},
		"refuses": {"AUT-021"},
	},
	"BJ-OPS-25c AUT-021: a category that strict asks for": {
		"set": {
			"/datasets/persons/consent": {"required": false, "categories": {"health": {}}, "state": "none"},
			"/zone/jurisdiction": "strict",
		},
		"refuses": {"AUT-021"},
	},
	"BJ-OPS-25c AUT-021: categories as an array": {
		"set": {"/datasets/persons/consent": {
			"required": false,
			"categories": ["biometric"],
			"state": "none",
		}},
		"refuses": {"AUT-021"},
	},
	"XM-20a AUT-011: a second run where one batch was approved": {
		"set": {"/grant/runs": {"unlimited": false, "max": 1, "used": 1}},
		"refuses": {"AUT-011"},
	},
	"XM-23d AUT-019: a statement where computations alone were approved": {
		"set": {"/call/kind": "free", "/computation": null, "/grant/modes": {"computation": {}}, "/zone/jurisdiction": "lab"},
		"refuses": {"AUT-019"},
	},
	"XM-23d AUT-019: a computation where statements alone were approved": {
		"set": {"/grant/modes": {"query": {}}},
		"refuses": {"AUT-019"},
	},
	"XM-23d AUT-019: verification alone was approved": {
		"set": {"/grant/modes": {"verification": {}}},
		"refuses": {"AUT-019"},
	},
	"XM-23d AUT-019: no way was approved": {"set": {"/grant/modes": {}}, "refuses": {"AUT-019"}},
	"XM-23d AUT-019: every way": {"set": {"/grant/modes/*": {}}, "refuses": {"AUT-019"}},
	"BJ-OPS-23b AUT-020: level D reaches to grade 2": {
		"set": {"/organization/credit": "D"},
		"refuses": {"AUT-020"},
	},
	"BJ-OPS-23b AUT-020: a level that nobody knows": {
		"set": {"/organization/credit": "E"},
		"refuses": {"AUT-020", "AUT-022"},
	},
	"BJ-OPS-23b AUT-020: the lack of a level as a level": {
		"set": {"/organization/credit": "unrated"},
		"refuses": {"AUT-020", "AUT-022"},
	},
	"BJ-OPS-23b AUT-022: the day's runs of level C": {
		"set": {"/organization/credit": "C", "/grant/today": 20},
		"refuses": {"AUT-022"},
	},
	"BJ-OPS-23b AUT-022: runs of text": {
		"set": {"/organization/credit": "C", "/grant/today": "none"},
		"refuses": {"AUT-022"},
	},
	"BJ-OPS-23b AUT-022: runs below zero": {
		"set": {"/organization/credit": "C", "/grant/today": -1},
		"refuses": {"AUT-022"},
	},
	"BJ-OPS-20c AUT-006: no scenario": {"set": {"/grant/scenario": ""}, "refuses": {"AUT-006"}},
	"BJ-OPS-25d AUT-006: every scenario": {"set": {"/grant/scenario": "*"}, "refuses": {"AUT-006"}},
	"BJ-FIN-23a AUT-007: a column outside the grant": {
		"set": {
			"/footprint/tables/persons/columns/2/id_card": {},
			"/footprint/tables/persons/uses/count": {"id_card": {}},
		},
		"refuses": {"AUT-007"},
	},
	"BJ-FIN-23a AUT-007: a table outside the grant": {
		"remove": {"/grant/tables/insurance"},
		"refuses": {"AUT-007"},
	},
	"BJ-FIN-23a AUT-007: no tables": {
		"set": {"/footprint/tables": {}},
		"refuses": {"AUT-007", "CLS-001", "CLS-003"},
	},
	"BJ-FIN-23a AUT-007: tables as text": {
		"set": {"/footprint/tables": "persons"},
		"refuses": {"AUT-007", "AUT-015", "AUT-016", "AUT-017", "AUT-021", "CLS-001", "CLS-003", "ENV-002"},
	},
	"BJ-FIN-23a AUT-007: a reference without a column to a table outside the grant": {
		"remove": {"/grant/tables/persons"},
		"set": {"/footprint/tables/persons": {"grade": 2, "columns": {}, "uses": {}, "guarded": {}}},
		"refuses": {"AUT-007"},
	},
	"BJ-FIN-23a AUT-008: a method outside the grant": {
		"set": {"/footprint/methods/stddev": {}},
		"refuses": {"AUT-008"},
	},
	"BJ-FIN-23a AUT-008: methods unknown": {"remove": {"/footprint/methods"}, "refuses": {"AUT-008"}},
	"BJ-FIN-7 AUT-009: not admitted": {"set": {"/organization/admitted": false}, "refuses": {"AUT-009"}},
	"BJ-FIN-7 AUT-009: facts of another organization": {
		"set": {"/organization/name": "bank_b"},
		"refuses": {"AUT-009"},
	},
	"BJ-FIN-35b AUT-010: suspended": {"set": {"/organization/suspended": true}, "refuses": {"AUT-010"}},
	"BJ-FIN-22a AUT-011: no runs left": {"set": {"/grant/runs/used": 10}, "refuses": {"AUT-011"}},
	"BJ-FIN-22a AUT-011: a negative count": {"set": {"/grant/runs/used": -1}, "refuses": {"AUT-011"}},
	"BJ-FIN-22a AUT-011: limits of null": {"set": {"/grant/runs": null}, "refuses": {"AUT-011"}},
	"BJ-FIN-22a AUT-011: unlimited as text": {"set": {"/grant/runs/unlimited": "yes"}, "refuses": {"AUT-011"}},
	"BJ-FIN-3 AUT-012: the role administrator": {
		"set": {"/subject/role": "administrator"},
		"refuses": {"AUT-012"},
	},
	"BJ-FIN-3 AUT-012: the role security_administrator": {
		"set": {"/subject/role": "security_administrator"},
		"refuses": {"AUT-012"},
	},
	"BJ-FIN-3 AUT-012: the role auditor": {"set": {"/subject/role": "auditor"}, "refuses": {"AUT-012"}},
	"BJ-FIN-3 AUT-012: the role provider": {"set": {"/subject/role": "provider"}, "refuses": {"AUT-012"}},
	"BJ-FIN-3 AUT-012: the role steward": {"set": {"/subject/role": "steward"}, "refuses": {"AUT-012"}},
	"BJ-FIN-3 AUT-012: the role egress_reviewer": {
		"set": {"/subject/role": "egress_reviewer"},
		"refuses": {"AUT-012"},
	},
	"BJ-FIN-3 AUT-012: the role regulator": {"set": {"/subject/role": "regulator"}, "refuses": {"AUT-012"}},
	"BJ-FIN-3 AUT-012: the role self": {"set": {"/subject/role": "self"}, "refuses": {"AUT-012"}},
	"BJ-FIN-3 AUT-012: the role of nobody": {"set": {"/subject/role": ""}, "refuses": {"AUT-012"}},
	"BJ-OPS-27d AUT-014: the computation is not approved": {
		"set": {"/computation/state": "submitted"},
		"refuses": {"AUT-014"},
	},
	"BJ-FIN-22b AUT-014: another text": {"set": {"/computation/digest": "sha256:bb"}, "refuses": {"AUT-014"}},
	"BJ-FIN-22b AUT-014: no digests": {
		"set": {"/computation/approved": "", "/computation/digest": ""},
		"refuses": {"AUT-014"},
	},
	"BJ-FIN-22b AUT-014: no name": {"set": {"/computation/name": ""}, "refuses": {"AUT-014"}},
	"BJ-FIN-22b AUT-014: nobody approved it": {"set": {"/computation/approver": ""}, "refuses": {"AUT-014"}},
	"BJ-FIN-22b AUT-014: no computation": {"set": {"/computation": null}, "refuses": {"AUT-014", "AUT-018", "DES-001"}},
	"BJ-FIN-22b AUT-014: an unknown kind of call": {
		"set": {"/call/kind": "other"},
		"refuses": {"AUT-014", "AUT-018", "AUT-019", "CLS-004", "DES-001"},
	},
	"SJZ-15a AUT-015: a dataset is not approved": {
		"set": {"/datasets/persons/state": "submitted"},
		"refuses": {"AUT-015"},
	},
	"SJZ-15a AUT-015: a dataset is unknown": {
		"remove": {"/datasets/persons"},
		"refuses": {"AUT-015", "AUT-016", "AUT-017", "AUT-021", "ENV-002"},
	},
	"XC-26 AUT-016: opened to nobody": {"set": {"/datasets/insurance/opening": "none"}, "refuses": {"AUT-016"}},
	"XC-26 AUT-016: an unknown opening": {"set": {"/datasets/insurance/opening": "some"}, "refuses": {"AUT-016"}},
	"XM-22 AUT-016: a sealed dataset": {"set": {"/datasets/insurance/market": "sealed"}, "refuses": {"AUT-016"}},
	"XM-14c AUT-016: no market class": {"set": {"/datasets/insurance/market": ""}, "refuses": {"AUT-016"}},
	"XC-19a AUT-016: a dataset that is not shared": {
		"set": {"/datasets/insurance/sharing": "none"},
		"refuses": {"AUT-016"},
	},
	"XC-19a AUT-016: no sharing type": {"set": {"/datasets/insurance/sharing": ""}, "refuses": {"AUT-016"}},
	"BJ-FIN-11 AUT-017: no snapshot": {"set": {"/datasets/insurance/loaded": false}, "refuses": {"AUT-017"}},
	"BJ-OPS-27a CLS-001: the grade is missing": {
		"remove": {"/footprint/grade"},
		"refuses": {"AUT-020", "CLS-001", "CLS-002", "DES-001"},
	},
	"BJ-OPS-27a CLS-001: a grade of zero": {
		"set": {"/footprint/grade": 0},
		"refuses": {"CLS-001", "CLS-002", "DES-001"},
	},
	"BJ-OPS-27a CLS-001: a grade between two": {
		"set": {"/footprint/grade": 2.5},
		"refuses": {"CLS-001", "DES-001"},
	},
	"BJ-OPS-27a CLS-001: a grade of text": {
		"set": {"/footprint/grade": "2"},
		"refuses": {"AUT-020", "CLS-001", "CLS-002", "DES-001"},
	},
	"BJ-OPS-27a CLS-001: below a table": {"set": {"/footprint/grade": 2}, "refuses": {"CLS-001"}},
	"BJ-OPS-27a CLS-001: a table below a column": {
		"set": {"/footprint/tables/insurance/grade": 2},
		"refuses": {"CLS-001"},
	},
	"BJ-OPS-27a CLS-001: a table without a grade": {
		"remove": {"/footprint/tables/insurance/grade"},
		"refuses": {"CLS-001"},
	},
	"BJ-OPS-27a CLS-001: a table with a grade of a half": {
		"set": {"/footprint/tables/persons/grade": 2.5},
		"refuses": {"CLS-001"},
	},
	"BJ-OPS-27a CLS-001: a column of no known grade": {
		"set": {"/footprint/tables/persons/columns": {"9": {"district": {}}, "2": {"person_id": {}}}},
		"refuses": {"CLS-001"},
	},
	"BJ-OPS-27a CLS-001: a column that is not used": {
		"set": {"/footprint/tables/persons/columns/2/gender": {}},
		"refuses": {"CLS-001"},
	},
	"BJ-OPS-27a CLS-001: a use of a column that is not named": {
		"set": {"/footprint/tables/persons/uses/condition": {"gender": {}}},
		"refuses": {"CLS-001"},
	},
	"BJ-OPS-27d CLS-002: a computation at grade 4 in sjz": {
		"set": {"/footprint/grade": 4, "/zone/jurisdiction": "sjz"},
		"refuses": {"CLS-002"},
	},
	"BJ-OPS-27d CLS-002: a computation at grade 4 in xm": {
		"set": {"/footprint/grade": 4, "/zone/jurisdiction": "xm"},
		"refuses": {"CLS-002"},
	},
	"BJ-OPS-27d CLS-002: a computation at grade 4 in strict": {
		"set": {"/footprint/grade": 4, "/zone/jurisdiction": "strict"},
		"refuses": {"CLS-002"},
	},
	"BJ-OPS-27d CLS-004: free SQL at grade 4": {
		"set": {"/call/kind": "free", "/computation": null, "/footprint/grade": 4},
		"refuses": {"CLS-004", "DES-001"},
	},
	"BJ-OPS-27d CLS-004: free SQL at grade 4 in xc": {
		"set": {"/call/kind": "free", "/computation": null, "/footprint/grade": 4, "/zone/jurisdiction": "xc"},
		"refuses": {"CLS-004", "DES-001"},
	},
	"BJ-OPS-27d CLS-004: free SQL at grade 4 in sjz": {
		"set": {"/call/kind": "free", "/computation": null, "/footprint/grade": 4, "/zone/jurisdiction": "sjz"},
		"refuses": {"CLS-002", "CLS-004", "DES-001"},
	},
	"BJ-OPS-27d AUT-014: a computation at grade 4 that nobody approved": {
		"set": {"/computation/certified": false, "/computation/state": "submitted", "/footprint/grade": 4},
		"refuses": {"AUT-014"},
	},
	"BJ-OPS-27d AUT-014: a computation at grade 4 of another text": {
		"set": {"/computation/certified": false, "/computation/digest": "sha256:bb", "/footprint/grade": 4},
		"refuses": {"AUT-014"},
	},
	"BJ-OPS-23b AUT-020: level C at grade 4": {
		"set": {"/footprint/grade": 4, "/organization/credit": "C"},
		"refuses": {"AUT-020"},
	},
	"BJ-OPS-32b CLS-003: an entity key in a condition": {
		"set": {"/footprint/tables/persons/uses/condition": {"person_id": {}}},
		"refuses": {"CLS-003"},
	},
	"BJ-OPS-32b CLS-003: an entity key as a group key": {
		"set": {"/footprint/tables/persons/uses/key/person_id": {}},
		"refuses": {"CLS-003"},
	},
	"BJ-OPS-32b CLS-003: an entity key as a measure": {
		"set": {"/footprint/tables/persons/uses/measure": {"person_id": {}}},
		"refuses": {"CLS-003"},
	},
	"BJ-FIN-23a AUT-007: tables as an empty array": {
		"set": {"/footprint/tables": []},
		"refuses": {"AUT-007", "CLS-001", "CLS-003"},
	},
	"BJ-FIN-23a AUT-007: columns as an empty array": {
		"set": {"/footprint/tables/persons/columns": [], "/footprint/tables/persons/uses": {}},
		"refuses": {"AUT-007", "CLS-001"},
	},
	"BJ-OPS-27a CLS-001: uses as an empty array": {
		"set": {"/footprint/tables/persons/columns": {}, "/footprint/tables/persons/uses": []},
		"refuses": {"CLS-001", "CLS-003"},
	},
	"BJ-OPS-27a CLS-001: a grade between two, above every table": {
		"remove": {"/footprint/tables/insurance"},
		"set": {"/footprint/grade": 2.5},
		"refuses": {"CLS-001", "DES-001"},
	},
	"BJ-OPS-27a CLS-001: a reference of grade zero": {
		"set": {"/footprint/tables/persons": {"grade": 0, "columns": {}, "uses": {}, "guarded": {}}},
		"refuses": {"CLS-001"},
	},
	"BJ-OPS-32b CLS-003: keys as an empty array": {
		"set": {"/footprint/tables/persons/guarded": []},
		"refuses": {"CLS-003"},
	},
	"BJ-OPS-32b CLS-003: an unknown use": {
		"set": {"/footprint/tables/persons/uses/show": {"district": {}}},
		"refuses": {"CLS-003"},
	},
	"BJ-OPS-32b CLS-003: it is not known which columns are keys": {
		"remove": {"/footprint/tables/persons/guarded"},
		"refuses": {"CLS-003"},
	},
	"BJ-OPS-27d AUT-018: a computation that is not certified": {
		"set": {"/computation/certified": false},
		"refuses": {"AUT-018", "DES-001"},
	},
	"BJ-FIN-22b AUT-018: an unknown kind of call at grade 1": {
		"remove": {"/footprint/tables/insurance"},
		"set": {
			"/call/kind": "other",
			"/footprint/grade": 1,
			"/footprint/tables/persons": persons_of_grade_1,
		},
		"refuses": {"AUT-014", "AUT-018", "AUT-019", "CLS-004", "DES-001"},
	},
	"SJZ-13a ENV-002: a twin in production": {
		"set": {"/datasets/insurance/origin": "twin"},
		"refuses": {"ENV-002"},
	},
	"SJZ-13a ENV-002: real data in development": {
		"set": {"/zone/environment": "development"},
		"refuses": {"ENV-002"},
	},
	"SJZ-13a ENV-002: real data beside a twin in development": {
		"set": {"/datasets/persons/origin": "twin", "/zone/environment": "development"},
		"refuses": {"ENV-002"},
	},
	"SJZ-13a ENV-002: it is not known what the data are": {
		"remove": {"/datasets/persons/origin"},
		"refuses": {"ENV-002"},
	},
	"SJZ-13a ENV-002: no environment": {
		"remove": {"/zone/environment"},
		"refuses": {"AUT-020", "AUT-022", "CLS-002", "DES-001", "ENV-002"},
	},
	"SJZ-13a ENV-002: an unknown environment with twins": {
		"set": {
			"/datasets/insurance/origin": "twin",
			"/datasets/persons/origin": "twin",
			"/zone/environment": "test",
		},
		"refuses": {"AUT-020", "AUT-022", "CLS-002", "DES-001", "ENV-002"},
	},
	"SJZ-13a DES-001: free SQL on twins in production of sjz": {
		"set": {
			"/call/kind": "free",
			"/computation": null,
			"/datasets/insurance/origin": "twin",
			"/datasets/persons/origin": "twin",
			"/zone/jurisdiction": "sjz",
		},
		"refuses": {"DES-001", "ENV-002"},
	},
	"SJZ-13a DES-001: free SQL on real data in development of sjz": {
		"set": {
			"/call/kind": "free",
			"/computation": null,
			"/datasets/persons/origin": "twin",
			"/zone/environment": "development",
			"/zone/jurisdiction": "sjz",
		},
		"refuses": {"DES-001", "ENV-002"},
	},
	"SJZ-13a DES-001: a computation that is not certified in development": {
		"set": {
			"/computation/certified": false,
			"/datasets/insurance/origin": "twin",
			"/datasets/persons/origin": "twin",
			"/zone/environment": "development",
		},
		"refuses": {"AUT-018", "DES-001"},
	},
	"SJZ-13a DES-001: a computation that is not certified in development of sjz": {
		"set": {
			"/computation/certified": false,
			"/datasets/insurance/origin": "twin",
			"/datasets/persons/origin": "twin",
			"/zone/environment": "development",
			"/zone/jurisdiction": "sjz",
		},
		"refuses": {"AUT-018", "DES-001"},
	},
	"SJZ-13a ENV-002: no data at all in development": {
		"set": {"/footprint/tables": {}, "/zone/environment": "development"},
		"refuses": {"AUT-007", "CLS-001", "CLS-003", "ENV-002"},
	},
	"SJZ-13a DES-001: free SQL at grade 1 in sjz": {
		"remove": {"/footprint/tables/insurance"},
		"set": {
			"/call/kind": "free",
			"/computation": null,
			"/footprint/grade": 1,
			"/footprint/tables/persons": persons_of_grade_1,
			"/zone/jurisdiction": "sjz",
		},
		"refuses": {"DES-001"},
	},
	"SJZ-13a DES-001: free SQL at grade 2 in sjz": {
		"remove": {"/footprint/tables/insurance"},
		"set": {
			"/call/kind": "free",
			"/computation": null,
			"/footprint/grade": 2,
			"/footprint/tables/persons": persons_of_grade_2,
			"/zone/jurisdiction": "sjz",
		},
		"refuses": {"DES-001"},
	},
	"SJZ-13a DES-001: free SQL at grade 3 in sjz": {
		"remove": {"/footprint/tables/insurance"},
		"set": {
			"/call/kind": "free",
			"/computation": null,
			"/footprint/grade": 3,
			"/footprint/tables/persons": persons_of_grade_3,
			"/zone/jurisdiction": "sjz",
		},
		"refuses": {"DES-001"},
	},
	"SJZ-13a DES-001: free SQL at grade 1 in xm": {
		"remove": {"/footprint/tables/insurance"},
		"set": {
			"/call/kind": "free",
			"/computation": null,
			"/footprint/grade": 1,
			"/footprint/tables/persons": persons_of_grade_1,
			"/zone/jurisdiction": "xm",
		},
		"refuses": {"DES-001"},
	},
	"SJZ-13a DES-001: free SQL at grade 2 in xm": {
		"remove": {"/footprint/tables/insurance"},
		"set": {
			"/call/kind": "free",
			"/computation": null,
			"/footprint/grade": 2,
			"/footprint/tables/persons": persons_of_grade_2,
			"/zone/jurisdiction": "xm",
		},
		"refuses": {"DES-001"},
	},
	"SJZ-13a DES-001: free SQL at grade 3 in xm": {
		"remove": {"/footprint/tables/insurance"},
		"set": {
			"/call/kind": "free",
			"/computation": null,
			"/footprint/grade": 3,
			"/footprint/tables/persons": persons_of_grade_3,
			"/zone/jurisdiction": "xm",
		},
		"refuses": {"DES-001"},
	},
	"SJZ-13a DES-001: free SQL at grade 1 in strict": {
		"remove": {"/footprint/tables/insurance"},
		"set": {
			"/call/kind": "free",
			"/computation": null,
			"/footprint/grade": 1,
			"/footprint/tables/persons": persons_of_grade_1,
			"/zone/jurisdiction": "strict",
		},
		"refuses": {"DES-001"},
	},
	"SJZ-13a DES-001: free SQL at grade 2 in strict": {
		"remove": {"/footprint/tables/insurance"},
		"set": {
			"/call/kind": "free",
			"/computation": null,
			"/footprint/grade": 2,
			"/footprint/tables/persons": persons_of_grade_2,
			"/zone/jurisdiction": "strict",
		},
		"refuses": {"DES-001"},
	},
	"SJZ-13a DES-001: free SQL at grade 3 in strict": {
		"remove": {"/footprint/tables/insurance"},
		"set": {
			"/call/kind": "free",
			"/computation": null,
			"/footprint/grade": 3,
			"/footprint/tables/persons": persons_of_grade_3,
			"/zone/jurisdiction": "strict",
		},
		"refuses": {"DES-001"},
	},
	"BJ-OPS-27d CLS-004: free SQL at grade 4 in lab": {
		"set": {"/call/kind": "free", "/computation": null, "/footprint/grade": 4, "/zone/jurisdiction": "lab"},
		"refuses": {"CLS-004", "DES-001"},
	},
	"BJ-FIN-15a: an unknown jurisdiction": {
		"set": {"/zone/jurisdiction": "mars"},
		"refuses": {"AUT-020", "AUT-022", "CLS-002", "DES-001"},
	},
}

test_query_refusals[note] if {
	some note, case in query_refusals
	d := decision.query_run with input as patched(query_base, case)
	object.keys(d.details) == case.refuses
}

test_BJ_OPS_32a_query_of_an_empty_input_refuses_everything if {
	d := decision.query_run with input as {}
	object.keys(d.details) == object.keys(data.yumen.required["query.run"])
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
