package yumen.decision_test

import data.yumen.decision

reviewed_2 := object.union_n([grade_2, {"review": "one"}])

reviewed_3 := object.union_n([grade_3, {"review": "one"}])

noise := [
	{"sigma": 10, "month": 100, "year": 300, "more_month": 50, "more_year": 100, "sums": "factor", "factor": 10},
	{"sigma": 10, "month": 100, "year": 300, "more_month": 50, "more_year": 100, "sums": "factor", "factor": 10},
	{"sigma": 20, "month": 25, "year": 100, "more_month": 10, "more_year": 25, "sums": "clamp", "factor": 10},
	{"sigma": 40, "month": 25, "year": 25, "more_month": 0, "more_year": 0, "sums": "clamp", "factor": 10},
]

noisy_2 := object.union_n([grade_2, {"mode": "noisy", "round": 0, "noise": noise}])

noisy_3 := object.union_n([grade_3, {"mode": "noisy", "round": 0, "noise": noise}])

noisy_4 := {
	"mode": "noisy",
	"grade": 4,
	"lab": false,
	"k": 30,
	"complement": 30,
	"sensitive": 30,
	"dominance": [{"n": 1, "percent": 50}, {"n": 2, "percent": 67}],
	"p": 25,
	"homogeneity": 90,
	"jitter": 3,
	"round": 0,
	"cells_max": 100,
	"tick_ms": 15000,
	"noise": noise,
	"review": "parties",
	"mask": "hide",
}

query_permits := {
	"BJ-OPS-27d CLS-002,CLS-004,DES-001: an approved computation at grade 4 is covered with noise": {
		"set": {"/computation/certified": false, "/footprint/grade": 4},
		"obligations": {"run": noisy_4, "retention_years": 5},
	},
	"BJ-OPS-27d DES-001: a certificate of before changes nothing at grade 4": {
		"set": {"/footprint/grade": 4},
		"obligations": {"run": noisy_4},
	},
	"XC-27a CLS-002,DES-001: an approved computation at grade 4 in xc": {
		"set": {"/computation/certified": false, "/footprint/grade": 4, "/zone/jurisdiction": "xc"},
		"obligations": {"run": noisy_4},
	},
	"BJ-OPS-27c DES-101: free SQL at grade 2 is covered with noise": {
		"remove": {"/footprint/tables/insurance", "/datasets/insurance"},
		"set": {
			"/call/kind": "free",
			"/computation": null,
			"/footprint/grade": 2,
			"/footprint/tables/persons": persons_of_grade_2,
		},
		"obligations": {"run": noisy_2, "retention_years": 3},
	},
	"BJ-OPS-27c DES-101: free SQL at grade 3 is covered with more": {
		"set": {"/call/kind": "free", "/computation": null},
		"obligations": {"run": noisy_3, "retention_years": 5},
	},
	"SJZ-13a ENV-002: free SQL at grade 3 on twins in development of sjz": {
		"set": {
			"/call/kind": "free",
			"/computation": null,
			"/datasets/insurance/origin": "twin",
			"/datasets/persons/origin": "twin",
			"/zone/environment": "development",
			"/zone/jurisdiction": "sjz",
		},
		"obligations": {"run": object.union_n([reviewed_3, {"round": 0}]), "retention_years": 5},
	},
	"SJZ-13a ENV-002: free SQL at grade 3 on twins in development of bj is answered as it would be": {
		"set": {
			"/call/kind": "free",
			"/computation": null,
			"/datasets/insurance/origin": "twin",
			"/datasets/persons/origin": "twin",
			"/zone/environment": "development",
		},
		"obligations": {"run": noisy_3, "retention_years": 5},
	},
	"BJ-OPS-32b DES-101: a certified computation at grade 3": {
		"obligations": {"run": grade_3, "retention_years": 5},
	},
	"XM-39b DES-102: ordinary data of grade 2": {
		"remove": {"/footprint/tables/insurance", "/datasets/insurance"},
		"set": {"/footprint/grade": 2, "/footprint/tables/persons": persons_of_grade_2},
		"obligations": {"run": grade_2, "retention_years": 3},
	},
	"XM-39c DES-102: authorised data of grade 2": {
		"remove": {"/footprint/tables/insurance"},
		"set": {"/footprint/grade": 2, "/footprint/tables/persons": persons_of_grade_2},
		"obligations": {"run": grade_2, "retention_years": 5},
	},
	"BJ-OPS-32b DES-101: free SQL at grade 1": {
		"remove": {"/footprint/tables/insurance", "/datasets/insurance"},
		"set": {
			"/call/kind": "free",
			"/computation": null,
			"/footprint/grade": 1,
			"/footprint/tables/persons": persons_of_grade_1,
		},
		"obligations": {"run": grade_1, "retention_years": 3},
	},
	"BJ-OPS-32b DES-101: free SQL at grade 1 in xc": {
		"remove": {"/footprint/tables/insurance"},
		"set": {
			"/call/kind": "free",
			"/computation": null,
			"/footprint/grade": 1,
			"/footprint/tables/persons": persons_of_grade_1,
			"/zone/jurisdiction": "xc",
		},
		"obligations": {"run": grade_1},
	},
	"BJ-FIN-22b DES-001: a computation at grade 1 needs no certificate": {
		"remove": {"/footprint/tables/insurance"},
		"set": {
			"/computation/certified": false,
			"/footprint/grade": 1,
			"/footprint/tables/persons": persons_of_grade_1,
		},
		"obligations": {"run": grade_1},
	},
	"SJZ-13c DES-101: a computation at grade 1 in strict": {
		"remove": {"/footprint/tables/insurance"},
		"set": {
			"/footprint/grade": 1,
			"/footprint/tables/persons": persons_of_grade_1,
			"/zone/jurisdiction": "strict",
		},
		"obligations": {
			"run": {
				"mode": "exact",
				"grade": 1,
				"lab": false,
				"k": 3,
				"complement": 3,
				"sensitive": 3,
				"dominance": [],
				"p": 10,
				"homogeneity": 0,
				"jitter": 0,
				"round": 0,
				"cells_max": 5000,
				"tick_ms": 250,
				"noise": null,
				"review": "one",
				"mask": "display",
			},
		},
	},
	"SJZ-13c DES-101: a computation at grade 2 in strict": {
		"remove": {"/footprint/tables/insurance"},
		"set": {
			"/footprint/grade": 2,
			"/footprint/tables/persons": persons_of_grade_2,
			"/zone/jurisdiction": "strict",
		},
		"obligations": {
			"run": {
				"mode": "exact",
				"grade": 2,
				"lab": false,
				"k": 5,
				"complement": 5,
				"sensitive": 5,
				"dominance": [{"n": 2, "percent": 90}],
				"p": 10,
				"homogeneity": 90,
				"jitter": 0,
				"round": 0,
				"cells_max": 5000,
				"tick_ms": 250,
				"noise": null,
				"review": "one",
				"mask": "display",
			},
		},
	},
	"SJZ-13c DES-101: a computation at grade 3 in strict": {
		"remove": {"/footprint/tables/insurance"},
		"set": {
			"/footprint/grade": 3,
			"/footprint/tables/persons": persons_of_grade_3,
			"/zone/jurisdiction": "strict",
		},
		"obligations": {"run": grade_3},
	},
	"XC-38a DES-101: free SQL at grade 2 in lab": {
		"remove": {"/footprint/tables/insurance"},
		"set": {
			"/call/kind": "free",
			"/computation": null,
			"/footprint/grade": 2,
			"/footprint/tables/persons": persons_of_grade_2,
			"/zone/jurisdiction": "lab",
		},
		"obligations": {
			"run": {
				"mode": "exact",
				"grade": 2,
				"lab": true,
				"k": 5,
				"complement": 5,
				"sensitive": 5,
				"dominance": [{"n": 2, "percent": 90}],
				"p": 10,
				"homogeneity": 90,
				"jitter": 0,
				"round": 0,
				"cells_max": 5000,
				"tick_ms": 250,
				"noise": null,
				"review": "auto",
				"mask": "display",
			},
		},
	},
	"XC-38a DES-101: free SQL at grade 3 in lab": {
		"remove": {"/footprint/tables/insurance"},
		"set": {
			"/call/kind": "free",
			"/computation": null,
			"/footprint/grade": 3,
			"/footprint/tables/persons": persons_of_grade_3,
			"/zone/jurisdiction": "lab",
		},
		"obligations": {
			"run": {
				"mode": "exact",
				"grade": 3,
				"lab": true,
				"k": 10,
				"complement": 10,
				"sensitive": 10,
				"dominance": [{"n": 2, "percent": 85}],
				"p": 15,
				"homogeneity": 90,
				"jitter": 3,
				"round": 0,
				"cells_max": 1000,
				"tick_ms": 15000,
				"noise": null,
				"review": "one",
				"mask": "strict",
			},
		},
	},
	"XM-14c AUT-016: a lab dataset without classes": {
		"remove": {"/footprint/tables/insurance"},
		"set": {
			"/call/kind": "free",
			"/computation": null,
			"/datasets/persons/market": "",
			"/datasets/persons/sharing": "",
			"/footprint/grade": 2,
			"/footprint/tables/persons": persons_of_grade_2,
			"/zone/jurisdiction": "lab",
		},
		"obligations": {
			"run": {
				"mode": "exact",
				"grade": 2,
				"lab": true,
				"k": 5,
				"complement": 5,
				"sensitive": 5,
				"dominance": [{"n": 2, "percent": 90}],
				"p": 10,
				"homogeneity": 90,
				"jitter": 0,
				"round": 0,
				"cells_max": 5000,
				"tick_ms": 250,
				"noise": null,
				"review": "auto",
				"mask": "display",
			},
		},
	},
	"BJ-FIN-22a AUT-004: the first second of the term": {
		"set": {"/now": 900000},
		"obligations": {"run": grade_3},
	},
	"BJ-FIN-22a AUT-004: the last second of the term": {
		"set": {"/now": 1999999},
		"obligations": {"run": grade_3},
	},
	"BJ-FIN-22a AUT-011: the last run": {"set": {"/grant/runs/used": 9}, "obligations": {"run": grade_3}},
	"BJ-FIN-22a AUT-011: runs without a limit": {
		"set": {"/grant/runs": {"unlimited": true, "max": 0, "used": 99}},
		"obligations": {"run": grade_3},
	},
	"BJ-OPS-25c AUT-021: data that ask for no authorization": {
		"set": {"/datasets/persons/consent": {"required": false, "categories": {"identity": {}}, "state": "none"}},
		"obligations": {"run": grade_3},
	},
	"XM-30 AUT-006: the same scenario and scope, again and again": {
		"set": {"/grant/runs": {"unlimited": true, "max": 0, "used": 5000}, "/grant/today": 200},
		"obligations": {"run": grade_3, "per_day": 0},
	},
	"XM-23d AUT-019: the one way that was approved": {
		"set": {"/grant/modes": {"computation": {}}},
		"obligations": {"run": grade_3},
	},
	"BJ-OPS-23b AUT-020: a level that reaches just so far": {
		"set": {"/organization/credit": "C", "/grant/today": 19},
		"obligations": {"run": reviewed_3, "per_day": 20},
	},
	"BJ-OPS-23b AUT-101: a low level deepens the review": {
		"remove": {"/footprint/tables/insurance", "/datasets/insurance"},
		"set": {
			"/organization/credit": "D",
			"/footprint/grade": 2,
			"/footprint/tables/persons": persons_of_grade_2,
		},
		"obligations": {"run": reviewed_2, "per_day": 5},
	},
	"BJ-OPS-23b AUT-020: no level at all": {
		"set": {"/organization/credit": ""},
		"obligations": {"run": grade_3, "per_day": 0},
	},
	"BJ-FIN-23a AUT-007: a reference without a column": {
		"set": {"/footprint/tables/persons": {"grade": 2, "columns": {}, "uses": {}, "guarded": {}}},
		"obligations": {"run": grade_3},
	},
	"BJ-OPS-32b CLS-003: an entity key is joined, counted and rolled up": {
		"set": {
			"/footprint/tables/persons/uses/count": {"person_id": {}},
			"/footprint/tables/persons/uses/rollup_key": {"person_id": {}},
		},
		"obligations": {"run": grade_3},
	},
}

# A jurisdiction may have approved computations of a lower grade answered with noise: they need no certificate then.
test_BJ_OPS_27c_DES_001_a_jurisdiction_wants_noise_at_grade_3 if {
	stricter := json.patch(data.yumen.profiles.bj, [{
		"op": "replace",
		"path": "/grades/3/computations",
		"value": "noisy",
	}])
	d := decision.query_run with input as patched(query_base, {"set": {"/computation/certified": false}})
		with data.yumen.profiles.bj as stricter
	d.obligations.run == noisy_3
}

test_query_permits[note] if {
	some note, case in query_permits
	d := decision.query_run with input as patched(query_base, case)
	object.keys(case.obligations) - object.keys(d.obligations) == set()
	every key, value in case.obligations {
		value == d.obligations[key]
	}
}
