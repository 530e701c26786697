package yumen.decision_test

import data.yumen.decision

vote_base := data.testing["review.vote"]

vote_refusals := {
	"BJ-FIN-29 SUB-001: the role is not in effect": {
		"patch": [
			{"op": "replace", "path": "/subject/effective", "value": false},
		],
		"refuses": {"SUB-001"},
	},
	"SJZ-13c SEP-011: a analyst votes": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "analyst"},
		],
		"refuses": {"SEP-011"},
	},
	"SJZ-13c SEP-011: a steward votes": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "steward"},
		],
		"refuses": {"SEP-011"},
	},
	"SJZ-13c SEP-011: a administrator votes": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "administrator"},
		],
		"refuses": {"SEP-011"},
	},
	"SJZ-13c SEP-011: a regulator votes": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "regulator"},
		],
		"refuses": {"SEP-011"},
	},
	"SJZ-13c SEP-011: an unknown vote": {
		"patch": [
			{"op": "replace", "path": "/value", "value": "maybe"},
		],
		"refuses": {"SEP-011"},
	},
	"SJZ-13c SEP-012: the author's account": {
		"patch": [
			{"op": "replace", "path": "/run/author/account", "value": "reviewer_1"},
		],
		"refuses": {"SEP-012"},
	},
	"SJZ-13c SEP-012: the author under another account": {
		"patch": [
			{"op": "replace", "path": "/run/author/person", "value": "p-reviewer-1"},
		],
		"refuses": {"SEP-012"},
	},
	"SJZ-13c SEP-012: nobody is the author": {
		"patch": [
			{"op": "replace", "path": "/run/author/person", "value": ""},
		],
		"refuses": {"SEP-012"},
	},
	"SJZ-13c SEP-013: the author's institution, at grade 1": {
		"patch": [
			{"op": "replace", "path": "/run/grade", "value": 1},
			{"op": "replace", "path": "/run/author/organization", "value": "operator"},
		],
		"refuses": {"SEP-013"},
	},
	"SJZ-13c SEP-013: the author's legal group": {
		"patch": [
			{"op": "replace", "path": "/run/author/legal_group", "value": "operator"},
		],
		"refuses": {"SEP-013"},
	},
	"SJZ-13c SEP-013: no legal group": {
		"patch": [
			{"op": "replace", "path": "/run/author/legal_group", "value": ""},
		],
		"refuses": {"SEP-013"},
	},
	"XM-43 SEP-014: no confirmed key": {
		"patch": [
			{"op": "replace", "path": "/key_confirmed", "value": false},
		],
		"refuses": {"SEP-014"},
	},
	"SJZ-13c SEP-015: the run is issued": {
		"patch": [
			{"op": "replace", "path": "/run/state", "value": "issued"},
		],
		"refuses": {"SEP-015"},
	},
	"SJZ-13c SEP-015: the run is returned": {
		"patch": [
			{"op": "replace", "path": "/run/state", "value": "returned"},
		],
		"refuses": {"SEP-015"},
	},
	"SJZ-13c SEP-015: the run is rejected": {
		"patch": [
			{"op": "replace", "path": "/run/state", "value": "rejected"},
		],
		"refuses": {"SEP-015"},
	},
	"SJZ-13c SEP-015: the run is running": {
		"patch": [
			{"op": "replace", "path": "/run/state", "value": "running"},
		],
		"refuses": {"SEP-015"},
	},
	"SJZ-13c SEP-015: no run": {
		"patch": [
			{"op": "replace", "path": "/run/id", "value": ""},
		],
		"refuses": {"SEP-015"},
	},
	"SJZ-13c SEP-016: he approved the computation": {
		"patch": [
			{"op": "replace", "path": "/run/approver", "value": "p-reviewer-1"},
		],
		"refuses": {"SEP-016"},
	},
	"SJZ-13c SEP-016: he approved the computation at grade 4": {
		"patch": [
			{"op": "replace", "path": "/run/grade", "value": 4},
			{"op": "replace", "path": "/run/approver", "value": "p-reviewer-1"},
		],
		"refuses": {"SEP-016"},
	},
	"SJZ-13c SEP-016: it is not known who approved it": {
		"patch": [
			{"op": "replace", "path": "/run/approver", "value": null},
		],
		"refuses": {"SEP-016"},
	},
	"SJZ-13c SEP-016: the grade is not known": {
		"patch": [
			{"op": "replace", "path": "/run/grade", "value": 0},
		],
		"refuses": {"SEP-016"},
	},
	"SJZ-13c SEP-017: he voted already": {
		"patch": [
			{"op": "add", "path": "/voted/p-reviewer-1", "value": {}},
		],
		"refuses": {"SEP-017"},
	},
	"SJZ-13c SEP-017: it is not known who voted": {
		"patch": [
			{"op": "replace", "path": "/voted", "value": null},
		],
		"refuses": {"SEP-017"},
	},
	"SJZ-13c SEP-017: nobody votes": {
		"patch": [
			{"op": "replace", "path": "/subject/person", "value": ""},
		],
		"refuses": {"SEP-012", "SEP-017", "SUB-002"},
	},
}

test_vote_refusals[note] if {
	some note, case in vote_refusals
	d := decision.review_vote with input as json.patch(vote_base, case.patch)
	object.keys(d.details) == case.refuses
}

vote_permits := {
	"SJZ-13c SEP-011: he approves": {
		"patch": [
		],
		"obligations": {"retention_years": 5},
	},
	"SJZ-13c SEP-011: he returns": {
		"patch": [
			{"op": "replace", "path": "/value", "value": "return"},
		],
		"obligations": {"retention_years": 5},
	},
	"SJZ-13c SEP-011: he rejects": {
		"patch": [
			{"op": "replace", "path": "/value", "value": "reject"},
		],
		"obligations": {"retention_years": 5},
	},
	"SJZ-13c SEP-016: at grade 2 the approver of the computation may vote": {
		"patch": [
			{"op": "replace", "path": "/run/grade", "value": 2},
			{"op": "replace", "path": "/run/approver", "value": "p-reviewer-1"},
			{"op": "replace", "path": "/run/markets", "value": {"ordinary": {}}},
		],
		"obligations": {"retention_years": 3},
	},
	"SJZ-13c SEP-016: a free statement has no approver": {
		"patch": [
			{"op": "replace", "path": "/run/approver", "value": ""},
		],
		"obligations": {"retention_years": 5},
	},
}

test_vote_permits[note] if {
	some note, case in vote_permits
	d := decision.review_vote with input as json.patch(vote_base, case.patch)
	object.keys(case.obligations) - object.keys(d.obligations) == set()
	every key, value in case.obligations {
		within(value, d.obligations[key])
	}
}

test_BJ_OPS_32a_vote_of_an_empty_input_refuses_everything if {
	d := decision.review_vote with input as {}
	object.keys(d.details) == object.keys(data.yumen.required["review.vote"])
}
