package yumen.decision_test

import future.keywords.not

import data.yumen.decision

collect_base := data.testing["release.collect"]

collect_refusals := {
	"BJ-FIN-29 SUB-001: the role is not in effect": {
		"patch": [
			{"op": "replace", "path": "/subject/effective", "value": false},
		],
		"refuses": {"SUB-001"},
	},
	"BJ-FIN-3 EGR-011: another role": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "steward"},
		],
		"refuses": {"EGR-011"},
	},
	"BJ-FIN-22c EGR-012: another organization's release": {
		"patch": [
			{"op": "replace", "path": "/release/recipient", "value": "bank_b"},
		],
		"refuses": {"EGR-012"},
	},
	"BJ-FIN-22c EGR-012: no release": {
		"patch": [
			{"op": "replace", "path": "/release/id", "value": ""},
		],
		"refuses": {"EGR-012"},
	},
	"SJZ-13c EGR-013: not issued": {
		"patch": [
			{"op": "replace", "path": "/release/state", "value": "in_review"},
		],
		"refuses": {"EGR-013"},
	},
	"SJZ-13c EGR-013: revoked": {
		"patch": [
			{"op": "replace", "path": "/release/state", "value": "revoked"},
		],
		"refuses": {"EGR-013"},
	},
	"XM-50 EGR-013: over": {
		"patch": [
			{"op": "replace", "path": "/release/not_after", "value": 1000000},
		],
		"refuses": {"EGR-013"},
	},
	"XM-50 EGR-013: no end": {
		"patch": [
			{"op": "replace", "path": "/release/not_after", "value": null},
		],
		"refuses": {"EGR-013"},
	},
	"BJ-FIN-35b EGR-014: the grant is suspended": {
		"patch": [
			{"op": "replace", "path": "/grant_state", "value": "suspended"},
		],
		"refuses": {"EGR-014"},
	},
	"BJ-FIN-35b EGR-014: the grant is terminated": {
		"patch": [
			{"op": "replace", "path": "/grant_state", "value": "terminated"},
		],
		"refuses": {"EGR-014"},
	},
	"BJ-FIN-35b EGR-015: the organization is suspended": {
		"patch": [
			{"op": "replace", "path": "/organization/suspended", "value": true},
		],
		"refuses": {"EGR-015"},
	},
	"BJ-FIN-35b EGR-015: facts of another organization": {
		"patch": [
			{"op": "replace", "path": "/organization/name", "value": "bank_b"},
		],
		"refuses": {"EGR-015"},
	},
	"BJ-FIN-7 EGR-016: no longer admitted": {
		"patch": [
			{"op": "replace", "path": "/organization/admitted", "value": false},
		],
		"refuses": {"EGR-016"},
	},
	"XM-50 SUB-002,EGR-013: no time": {
		"patch": [
			{"op": "replace", "path": "/now", "value": "zzz"},
		],
		"refuses": {"EGR-013", "SUB-002"},
	},
}

test_collect_refusals[note] if {
	some note, case in collect_refusals
	d := decision.release_collect with input as json.patch(collect_base, case.patch)
	object.keys(d.details) == case.refuses
}

collect_permits := {
	"XM-39c EGR-102: issued, valid, authorised data": {
		"patch": [
		],
		"obligations": {"retention_years": 5},
	},
	"XM-39b EGR-102: ordinary data of grade 2": {
		"patch": [
			{"op": "replace", "path": "/release/grade", "value": 2},
			{"op": "replace", "path": "/release/markets", "value": {"ordinary": {}}},
		],
		"obligations": {"retention_years": 3},
	},
	"XM-39c EGR-102: an unknown grade is kept longest": {
		"patch": [
			{"op": "replace", "path": "/release/grade", "value": 0},
			{"op": "replace", "path": "/release/markets", "value": {"ordinary": {}}},
		],
		"obligations": {"retention_years": 5},
	},
	"XM-39c EGR-102: grade 3": {
		"patch": [
			{"op": "replace", "path": "/release/markets", "value": {"ordinary": {}}},
		],
		"obligations": {"retention_years": 5},
	},
	"XM-39b EGR-102: a lab dataset without a class": {
		"patch": [
			{"op": "replace", "path": "/release/grade", "value": 1},
			{"op": "replace", "path": "/release/markets", "value": {"": {}}},
		],
		"obligations": {"retention_years": 3},
	},
	"XM-50 EGR-014: the term is over, the release is not": {
		"patch": [
			{"op": "replace", "path": "/grant_state", "value": "expired"},
		],
		"obligations": {"retention_years": 5},
	},
	"XM-50 EGR-013: the last second": {
		"patch": [
			{"op": "replace", "path": "/release/not_after", "value": 1000001},
		],
		"obligations": {"retention_years": 5},
	},
}

test_collect_permits[note] if {
	some note, case in collect_permits
	d := decision.release_collect with input as json.patch(collect_base, case.patch)
	object.keys(case.obligations) - object.keys(d.obligations) == set()
	every key, value in case.obligations {
		within(value, d.obligations[key])
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
