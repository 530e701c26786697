package yumen.decision_test

import future.keywords.not

import data.yumen.decision

collect_base := data.testing["release.collect"]

collect_refusals := {
	"BJ-FIN-29 SUB-001: the role is not in effect": {
		"set": {"/subject/effective": false},
		"refuses": {"SUB-001"},
	},
	"BJ-FIN-3 EGR-011: another role": {"set": {"/subject/role": "steward"}, "refuses": {"EGR-011"}},
	"BJ-FIN-22c EGR-012: another organization's release": {
		"set": {"/release/recipients": {"bank_b": {"everybody": true, "persons": {}}}},
		"refuses": {"EGR-012", "EGR-017"},
	},
	"BJ-FIN-22c EGR-012: another legal group's release": {
		"set": {"/release/legal_group": "group_b"},
		"refuses": {"EGR-012"},
	},
	"BJ-FIN-22c EGR-012: recipients as a text": {
		"set": {"/release/recipients/bank_a": "p-wang"},
		"refuses": {"EGR-012", "EGR-017"},
	},
	"BJ-FIN-22c EGR-012: nobody's organization is a recipient": {
		"set": {
			"/subject/organization": "",
			"/organization/name": "",
			"/release/recipients": {"": {"everybody": true, "persons": {}}},
		},
		"refuses": {"EGR-012", "EGR-015", "SUB-002"},
	},
	"BJ-FIN-22c EGR-017: nobody of the organization": {
		"set": {"/release/recipients/bank_a/persons": {}},
		"refuses": {"EGR-017"},
	},
	"BJ-FIN-22c EGR-017: persons as a text": {
		"set": {"/release/recipients/bank_a/persons": "p-wang"},
		"refuses": {"EGR-017"},
	},
	"BJ-FIN-22c EGR-017: a person without a name": {
		"set": {"/release/recipients/bank_a/persons": {"": {}}, "/subject/person": ""},
		"refuses": {"EGR-017", "SUB-002"},
	},
	"BJ-FIN-22c EGR-017: everybody and somebody": {
		"set": {"/release/recipients/bank_a/everybody": "yes"},
		"refuses": {"EGR-017"},
	},
	"BJ-FIN-22c EGR-017: another person of the organization": {
		"set": {"/release/recipients/bank_a/persons": {"p-li": {}}},
		"refuses": {"EGR-017"},
	},
	"BJ-FIN-22c EGR-012: no release": {"set": {"/release/id": ""}, "refuses": {"EGR-012"}},
	"SJZ-13c EGR-013: not issued": {"set": {"/release/state": "in_review"}, "refuses": {"EGR-013"}},
	"SJZ-13c EGR-013: revoked": {"set": {"/release/state": "revoked"}, "refuses": {"EGR-013"}},
	"XM-50 EGR-013: over": {"set": {"/release/not_after": 1000000}, "refuses": {"EGR-013"}},
	"XM-50 EGR-013: no end": {"set": {"/release/not_after": null}, "refuses": {"EGR-013"}},
	"BJ-FIN-35b EGR-014: the grant is suspended": {"set": {"/grant_state": "suspended"}, "refuses": {"EGR-014"}},
	"BJ-FIN-35b EGR-014: the grant is terminated": {
		"set": {"/grant_state": "terminated"},
		"refuses": {"EGR-014"},
	},
	"BJ-FIN-35b EGR-015: the organization is suspended": {
		"set": {"/organization/suspended": true},
		"refuses": {"EGR-015"},
	},
	"BJ-FIN-35b EGR-015: facts of another organization": {
		"set": {"/organization/name": "bank_b"},
		"refuses": {"EGR-015"},
	},
	"BJ-FIN-7 EGR-016: no longer admitted": {"set": {"/organization/admitted": false}, "refuses": {"EGR-016"}},
	"XM-50 SUB-002,EGR-013: no time": {"set": {"/now": "zzz"}, "refuses": {"EGR-013", "SUB-002"}},
}

test_collect_refusals[note] if {
	some note, case in collect_refusals
	d := decision.release_collect with input as patched(collect_base, case)
	object.keys(d.details) == case.refuses
}

collect_permits := {
	"SJZ-16a EGR-017: everybody of the organization": {
		"set": {"/release/recipients/bank_a": {"everybody": true, "persons": {}}},
		"obligations": {"retention_years": 5},
	},
	"XM-39c EGR-102: issued, valid, authorised data": {"obligations": {"retention_years": 5}},
	"XM-39b EGR-102: ordinary data of grade 2": {
		"set": {"/release/grade": 2, "/release/markets": {"ordinary": {}}},
		"obligations": {"retention_years": 3},
	},
	"XM-39c EGR-102: an unknown grade is kept longest": {
		"set": {"/release/grade": 0, "/release/markets": {"ordinary": {}}},
		"obligations": {"retention_years": 5},
	},
	"XM-39c EGR-102: grade 3": {
		"set": {"/release/markets": {"ordinary": {}}},
		"obligations": {"retention_years": 5},
	},
	"XM-39b EGR-102: a lab dataset without a class": {
		"set": {"/release/grade": 1, "/release/markets": {"": {}}},
		"obligations": {"retention_years": 3},
	},
	"XM-50 EGR-014: the term is over, the release is not": {
		"set": {"/grant_state": "expired"},
		"obligations": {"retention_years": 5},
	},
	"XM-50 EGR-013: the last second": {
		"set": {"/release/not_after": 1000001},
		"obligations": {"retention_years": 5},
	},
}

test_collect_permits[note] if {
	some note, case in collect_permits
	d := decision.release_collect with input as patched(collect_base, case)
	object.keys(case.obligations) - object.keys(d.obligations) == set()
	every key, value in case.obligations {
		value == d.obligations[key]
	}
}

test_BJ_OPS_32a_collect_of_an_empty_input_refuses_everything if {
	d := decision.release_collect with input as {}
	object.keys(d.details) == object.keys(data.yumen.required["release.collect"])
}

# An unknown market class has no retention, so the decision has no answer and the engine refuses.
test_XM_39c_a_class_that_is_unknown_or_missing_has_no_decision[note] if {
	some note, markets in {"unknown": {"other": {}}, "none": {}}
	patch := [{"op": "replace", "path": "/release/markets", "value": markets}]
	not decision.release_collect with input as json.patch(collect_base, patch)
}
