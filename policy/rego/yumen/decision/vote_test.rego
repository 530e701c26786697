package yumen.decision_test

import data.yumen.decision

vote_base := data.testing["review.vote"]

vote_refusals := {
	"BJ-FIN-29 SUB-001: the role is not in effect": {
		"set": {"/subject/effective": false},
		"refuses": {"SUB-001"},
	},
	"SJZ-13c SEP-011: a analyst votes": {"set": {"/subject/role": "analyst"}, "refuses": {"SEP-011"}},
	"SJZ-13c SEP-011: a steward votes": {"set": {"/subject/role": "steward"}, "refuses": {"SEP-011"}},
	"SJZ-13c SEP-011: a administrator votes": {
		"set": {"/subject/role": "administrator"},
		"refuses": {"SEP-011"},
	},
	"SJZ-13c SEP-011: a regulator votes": {"set": {"/subject/role": "regulator"}, "refuses": {"SEP-011"}},
	"SJZ-13c SEP-011: an unknown vote": {"set": {"/value": "maybe"}, "refuses": {"SEP-011"}},
	"SJZ-13c SEP-012: the author's account": {
		"set": {"/run/author/account": "reviewer_1"},
		"refuses": {"SEP-012"},
	},
	"SJZ-13c SEP-012: the author under another account": {
		"set": {"/run/author/person": "p-reviewer-1"},
		"refuses": {"SEP-012"},
	},
	"SJZ-13c SEP-012: nobody is the author": {"set": {"/run/author/person": ""}, "refuses": {"SEP-012"}},
	"SJZ-13c SEP-013: the author's institution, at grade 1": {
		"set": {"/run/author/organization": "operator", "/run/grade": 1},
		"refuses": {"SEP-013"},
	},
	"SJZ-13c SEP-013: the author's legal group": {
		"set": {"/run/author/legal_group": "operator"},
		"refuses": {"SEP-013"},
	},
	"SJZ-13c SEP-013: no legal group": {"set": {"/run/author/legal_group": ""}, "refuses": {"SEP-013"}},
	"XM-43 SEP-014: no confirmed key": {"set": {"/key_confirmed": false}, "refuses": {"SEP-014"}},
	"SJZ-13c SEP-015: the run is issued": {"set": {"/run/state": "issued"}, "refuses": {"SEP-015"}},
	"SJZ-13c SEP-015: the run is returned": {"set": {"/run/state": "returned"}, "refuses": {"SEP-015"}},
	"SJZ-13c SEP-015: the run is rejected": {"set": {"/run/state": "rejected"}, "refuses": {"SEP-015"}},
	"SJZ-13c SEP-015: the run is running": {"set": {"/run/state": "running"}, "refuses": {"SEP-015"}},
	"SJZ-13c SEP-015: no run": {"set": {"/run/id": ""}, "refuses": {"SEP-015"}},
	"SJZ-13c SEP-016: he approved the computation": {
		"set": {"/run/approver": "p-reviewer-1"},
		"refuses": {"SEP-016"},
	},
	"SJZ-13c SEP-016: he approved the computation at grade 4": {
		"set": {"/run/approver": "p-reviewer-1", "/run/grade": 4},
		"refuses": {"SEP-016"},
	},
	"SJZ-13c SEP-016: it is not known who approved it": {"set": {"/run/approver": null}, "refuses": {"SEP-016"}},
	"SJZ-13c SEP-016: the grade is not known": {"set": {"/run/grade": 0}, "refuses": {"SEP-016"}},
	"SJZ-13c SEP-017: he voted already": {"set": {"/voted/p-reviewer-1": {}}, "refuses": {"SEP-017"}},
	"SJZ-13c SEP-017: it is not known who voted": {"set": {"/voted": null}, "refuses": {"SEP-017"}},
	"SJZ-13c SEP-017: nobody votes": {
		"set": {"/subject/person": ""},
		"refuses": {"SEP-012", "SEP-017", "SUB-002"},
	},
}

test_vote_refusals[note] if {
	some note, case in vote_refusals
	d := decision.review_vote with input as patched(vote_base, case)
	object.keys(d.details) == case.refuses
}

vote_permits := {
	"XM-39c SEP-102: he approves": {"obligations": {"retention_years": 5}},
	"SJZ-13c SEP-011: he returns": {"set": {"/value": "return"}, "obligations": {"retention_years": 5}},
	"SJZ-13c SEP-011: he rejects": {"set": {"/value": "reject"}, "obligations": {"retention_years": 5}},
	"SJZ-13c SEP-016: at grade 2 the approver of the computation may vote": {
		"set": {"/run/approver": "p-reviewer-1", "/run/grade": 2, "/run/markets": {"ordinary": {}}},
		"obligations": {"retention_years": 3},
	},
	"SJZ-13c SEP-016: a free statement has no approver": {
		"set": {"/run/approver": ""},
		"obligations": {"retention_years": 5},
	},
}

test_vote_permits[note] if {
	some note, case in vote_permits
	d := decision.review_vote with input as patched(vote_base, case)
	object.keys(case.obligations) - object.keys(d.obligations) == set()
	every key, value in case.obligations {
		value == d.obligations[key]
	}
}

test_BJ_OPS_32a_vote_of_an_empty_input_refuses_everything if {
	d := decision.review_vote with input as {}
	object.keys(d.details) == object.keys(data.yumen.required["review.vote"])
}
