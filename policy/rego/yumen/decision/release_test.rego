package yumen.decision_test

import data.yumen.decision

release_base := data.testing["release.decide"]

release_refusals := {
	"BJ-FIN-19a AUT-003: suspended since the run": {
		"patch": [
			{"op": "replace", "path": "/grant/state", "value": "suspended"},
		],
		"refuses": {"AUT-003"},
	},
	"BJ-FIN-19a AUT-004: over since the run": {
		"patch": [
			{"op": "replace", "path": "/now", "value": 2000000},
		],
		"refuses": {"AUT-004"},
	},
	"BJ-FIN-23a AUT-007: a column withdrawn since the run": {
		"patch": [
			{"op": "remove", "path": "/grant/tables/persons/columns/district"},
		],
		"refuses": {"AUT-007"},
	},
	"BJ-FIN-35b AUT-010: the organization suspended since the run": {
		"patch": [
			{"op": "replace", "path": "/organization/suspended", "value": true},
		],
		"refuses": {"AUT-010"},
	},
	"XM-22 AUT-016: sealed since the run": {
		"patch": [
			{"op": "replace", "path": "/datasets/insurance/market", "value": "sealed"},
		],
		"refuses": {"AUT-016"},
	},
	"BJ-OPS-27d EGR-001: grade 4 does not leave": {
		"patch": [
			{"op": "replace", "path": "/footprint/grade", "value": 4},
		],
		"refuses": {"CLS-002", "DES-001", "EGR-001", "EGR-005"},
	},
	"XC-27a EGR-002: another mode": {
		"patch": [
			{"op": "replace", "path": "/release/mode", "value": "noisy"},
		],
		"refuses": {"EGR-002"},
	},
	"XC-27a EGR-002: no run": {
		"patch": [
			{"op": "replace", "path": "/release/run", "value": ""},
		],
		"refuses": {"EGR-002"},
	},
	"XM-40b EGR-003: too many cells": {
		"patch": [
			{"op": "replace", "path": "/release/cells", "value": 1001},
		],
		"refuses": {"EGR-003"},
	},
	"XM-40b EGR-003: no cells": {
		"patch": [
			{"op": "replace", "path": "/release/cells", "value": 0},
		],
		"refuses": {"EGR-003"},
	},
	"XM-40b EGR-003: cells of text": {
		"patch": [
			{"op": "replace", "path": "/release/cells", "value": "9"},
		],
		"refuses": {"EGR-003"},
	},
	"SJZ-13c EGR-004: an unknown step": {
		"patch": [
			{"op": "replace", "path": "/step", "value": "other"},
		],
		"refuses": {"EGR-004", "EGR-005"},
	},
	"SJZ-13d EGR-004: no digest of the artefact": {
		"patch": [
			{"op": "replace", "path": "/release/binding/artefact", "value": ""},
			{"op": "replace", "path": "/release/votes/0/binding/artefact", "value": ""},
		],
		"refuses": {"EGR-004"},
	},
	"SJZ-13d EGR-004: no digest of the report": {
		"patch": [
			{"op": "replace", "path": "/release/binding/report", "value": ""},
			{"op": "replace", "path": "/release/votes/0/binding/report", "value": ""},
		],
		"refuses": {"EGR-004"},
	},
	"SJZ-13d EGR-004: no digest of the policy": {
		"patch": [
			{"op": "replace", "path": "/release/binding/policy", "value": ""},
			{"op": "replace", "path": "/release/votes/0/binding/policy", "value": ""},
		],
		"refuses": {"EGR-004"},
	},
	"SJZ-13c EGR-004: votes as an object": {
		"patch": [
			{"op": "replace", "path": "/release/votes", "value": {}},
		],
		"refuses": {"EGR-004", "EGR-005", "EGR-006", "EGR-007", "EGR-008"},
	},
	"SJZ-13c EGR-005: nobody voted": {
		"patch": [
			{"op": "replace", "path": "/release/votes", "value": []},
		],
		"refuses": {"EGR-005"},
	},
	"SJZ-13c EGR-005: one of two when flagged": {
		"patch": [
			{"op": "replace", "path": "/release/flags", "value": {"own_columns": {}}},
		],
		"refuses": {"EGR-005"},
	},
	"SJZ-13c EGR-005: one of two when large": {
		"patch": [
			{"op": "replace", "path": "/release/size", "value": "large"},
		],
		"refuses": {"EGR-005"},
	},
	"SJZ-13c EGR-005: one of two when the flags are unknown": {
		"patch": [
			{"op": "remove", "path": "/release/flags"},
		],
		"refuses": {"EGR-005"},
	},
	"BJ-FIN-3 EGR-005: one person votes twice": {
		"patch": [
			{"op": "replace", "path": "/release/flags", "value": {"x": {}}},
			{"op": "add", "path": "/release/votes/-", "value": {"voter": {"account": "reviewer_1", "person": "p-reviewer-1", "organization": "operator", "legal_group": "operator", "role": "egress_reviewer", "effective": true}, "value": "approve", "key_confirmed": true, "binding": {"artefact": "sha256:a1", "report": "sha256:b2", "policy": "sha256:c3"}}},
		],
		"refuses": {"EGR-005"},
	},
	"SJZ-13c EGR-005,EGR-006: a rejection": {
		"patch": [
			{"op": "replace", "path": "/release/votes", "value": [{"voter": {"account": "reviewer_1", "person": "p-reviewer-1", "organization": "operator", "legal_group": "operator", "role": "egress_reviewer", "effective": true}, "value": "reject", "key_confirmed": true, "binding": {"artefact": "sha256:a1", "report": "sha256:b2", "policy": "sha256:c3"}}]},
		],
		"refuses": {"EGR-005", "EGR-006"},
	},
	"XM-47a EGR-006: one approves, one rejects": {
		"patch": [
			{"op": "add", "path": "/release/votes/-", "value": {"voter": {"account": "reviewer_2", "person": "p-reviewer-2", "organization": "operator", "legal_group": "operator", "role": "egress_reviewer", "effective": true}, "value": "reject", "key_confirmed": true, "binding": {"artefact": "sha256:a1", "report": "sha256:b2", "policy": "sha256:c3"}}},
		],
		"refuses": {"EGR-006"},
	},
	"SJZ-13c EGR-006: one approves, one returns": {
		"patch": [
			{"op": "add", "path": "/release/votes/-", "value": {"voter": {"account": "reviewer_2", "person": "p-reviewer-2", "organization": "operator", "legal_group": "operator", "role": "egress_reviewer", "effective": true}, "value": "return", "key_confirmed": true, "binding": {"artefact": "sha256:a1", "report": "sha256:b2", "policy": "sha256:c3"}}},
		],
		"refuses": {"EGR-006"},
	},
	"BJ-FIN-3 EGR-007: a steward votes": {
		"patch": [
			{"op": "replace", "path": "/release/votes/0/voter/role", "value": "steward"},
		],
		"refuses": {"EGR-007"},
	},
	"BJ-FIN-29 EGR-007: his role is no longer in effect": {
		"patch": [
			{"op": "replace", "path": "/release/votes/0/voter/effective", "value": false},
		],
		"refuses": {"EGR-007"},
	},
	"XM-43 EGR-007: his key is not confirmed": {
		"patch": [
			{"op": "replace", "path": "/release/votes/0/key_confirmed", "value": false},
		],
		"refuses": {"EGR-007"},
	},
	"SJZ-13c EGR-007: the author's account": {
		"patch": [
			{"op": "replace", "path": "/release/votes/0/voter/account", "value": "wang"},
		],
		"refuses": {"EGR-007"},
	},
	"SJZ-13c EGR-007: the author under another account": {
		"patch": [
			{"op": "replace", "path": "/release/votes/0/voter/person", "value": "p-wang"},
		],
		"refuses": {"EGR-007"},
	},
	"SJZ-13c EGR-007: the author's institution": {
		"patch": [
			{"op": "replace", "path": "/release/votes/0/voter/organization", "value": "bank_a"},
		],
		"refuses": {"EGR-007"},
	},
	"SJZ-13c EGR-007: the author's legal group": {
		"patch": [
			{"op": "replace", "path": "/release/votes/0/voter/legal_group", "value": "group_a"},
		],
		"refuses": {"EGR-007"},
	},
	"SJZ-13c EGR-007: no legal group": {
		"patch": [
			{"op": "replace", "path": "/release/votes/0/voter/legal_group", "value": ""},
		],
		"refuses": {"EGR-007"},
	},
	"SJZ-13c EGR-007: the approver of the computation at grade 3": {
		"patch": [
			{"op": "replace", "path": "/release/votes/0/voter/person", "value": "p-zhou"},
		],
		"refuses": {"EGR-007"},
	},
	"SJZ-13c EGR-007: a second vote that does not count": {
		"patch": [
			{"op": "add", "path": "/release/votes/-", "value": {"voter": {"account": "reviewer_2", "person": "p-reviewer-2", "organization": "operator", "legal_group": "operator", "role": "egress_reviewer", "effective": true}, "value": "approve", "key_confirmed": false, "binding": {"artefact": "sha256:a1", "report": "sha256:b2", "policy": "sha256:c3"}}},
		],
		"refuses": {"EGR-007"},
	},
	"SJZ-13d EGR-008: a vote about another artefact": {
		"patch": [
			{"op": "replace", "path": "/release/votes/0/binding/artefact", "value": "sha256:zz"},
		],
		"refuses": {"EGR-008"},
	},
	"SJZ-13d EGR-008: a vote about another report": {
		"patch": [
			{"op": "replace", "path": "/release/votes/0/binding/report", "value": "sha256:zz"},
		],
		"refuses": {"EGR-008"},
	},
	"SJZ-13d EGR-008: a vote about another policy": {
		"patch": [
			{"op": "replace", "path": "/release/votes/0/binding/policy", "value": "sha256:zz"},
		],
		"refuses": {"EGR-008"},
	},
	"SJZ-13c EGR-005: grade 1 in strict needs a reviewer": {
		"patch": [
			{"op": "replace", "path": "/zone/jurisdiction", "value": "strict"},
			{"op": "remove", "path": "/footprint/tables/insurance"},
			{"op": "replace", "path": "/footprint/grade", "value": 1},
			{"op": "replace", "path": "/footprint/tables/persons", "value": {"grade": 1, "columns": {"1": {"district": {}}}, "uses": {"key": {"district": {}}}, "guarded": {}}},
			{"op": "replace", "path": "/release/votes", "value": []},
		],
		"refuses": {"EGR-005"},
	},
	"SJZ-13c EGR-005: grade 2 in strict needs a reviewer": {
		"patch": [
			{"op": "replace", "path": "/zone/jurisdiction", "value": "strict"},
			{"op": "remove", "path": "/footprint/tables/insurance"},
			{"op": "replace", "path": "/footprint/grade", "value": 2},
			{"op": "replace", "path": "/footprint/tables/persons", "value": {"grade": 2, "columns": {"2": {"district": {}}}, "uses": {"key": {"district": {}}}, "guarded": {}}},
			{"op": "replace", "path": "/release/votes", "value": []},
		],
		"refuses": {"EGR-005"},
	},
	"SJZ-13c EGR-005: grade 3 in strict needs a reviewer": {
		"patch": [
			{"op": "replace", "path": "/zone/jurisdiction", "value": "strict"},
			{"op": "remove", "path": "/footprint/tables/insurance"},
			{"op": "replace", "path": "/footprint/grade", "value": 3},
			{"op": "replace", "path": "/footprint/tables/persons", "value": {"grade": 3, "columns": {"3": {"district": {}}}, "uses": {"key": {"district": {}}}, "guarded": {}}},
			{"op": "replace", "path": "/release/votes", "value": []},
		],
		"refuses": {"EGR-005"},
	},
}

test_release_refusals[note] if {
	some note, case in release_refusals
	d := decision.release_decide with input as json.patch(release_base, case.patch)
	object.keys(d.details) == case.refuses
}

release_permits := {
	"SJZ-13c EGR-101: grade 3 with one approval": {
		"patch": [
		],
		"obligations": {"release": {"review": "one", "reviewers": 1, "sample_percent": 0}},
	},
	"SJZ-13c EGR-101: grade 3, flagged, two approvals": {
		"patch": [
			{"op": "replace", "path": "/release/flags", "value": {"x": {}}},
			{"op": "add", "path": "/release/votes/-", "value": {"voter": {"account": "reviewer_2", "person": "p-reviewer-2", "organization": "operator", "legal_group": "operator", "role": "egress_reviewer", "effective": true}, "value": "approve", "key_confirmed": true, "binding": {"artefact": "sha256:a1", "report": "sha256:b2", "policy": "sha256:c3"}}},
		],
		"obligations": {"release": {"review": "two", "reviewers": 2, "sample_percent": 0}},
	},
	"SJZ-13c EGR-101: grade 3 before the votes": {
		"patch": [
			{"op": "replace", "path": "/step", "value": "review"},
			{"op": "replace", "path": "/release/votes", "value": []},
		],
		"obligations": {"release": {"review": "one", "reviewers": 1, "sample_percent": 0}},
	},
	"SJZ-13c EGR-101: grade 3, large, before the votes": {
		"patch": [
			{"op": "replace", "path": "/step", "value": "review"},
			{"op": "replace", "path": "/release/votes", "value": []},
			{"op": "replace", "path": "/release/size", "value": "large"},
		],
		"obligations": {"release": {"review": "two", "reviewers": 2, "sample_percent": 0}},
	},
	"SJZ-13c EGR-101: grade 1 leaves by itself and is sampled": {
		"patch": [
			{"op": "remove", "path": "/footprint/tables/insurance"},
			{"op": "replace", "path": "/footprint/grade", "value": 1},
			{"op": "replace", "path": "/footprint/tables/persons", "value": {"grade": 1, "columns": {"1": {"district": {}}}, "uses": {"key": {"district": {}}}, "guarded": {}}},
			{"op": "replace", "path": "/release/votes", "value": []},
		],
		"obligations": {"release": {"review": "auto", "reviewers": 0, "sample_percent": 5}},
	},
	"SJZ-13c EGR-101: grade 1, flagged, leaves by itself": {
		"patch": [
			{"op": "remove", "path": "/footprint/tables/insurance"},
			{"op": "replace", "path": "/footprint/grade", "value": 1},
			{"op": "replace", "path": "/footprint/tables/persons", "value": {"grade": 1, "columns": {"1": {"district": {}}}, "uses": {"key": {"district": {}}}, "guarded": {}}},
			{"op": "replace", "path": "/release/votes", "value": []},
			{"op": "replace", "path": "/release/flags", "value": {"x": {}}},
		],
		"obligations": {"release": {"review": "auto", "reviewers": 0, "sample_percent": 5}},
	},
	"SJZ-13c EGR-101: grade 2 leaves by itself": {
		"patch": [
			{"op": "remove", "path": "/footprint/tables/insurance"},
			{"op": "replace", "path": "/footprint/grade", "value": 2},
			{"op": "replace", "path": "/footprint/tables/persons", "value": {"grade": 2, "columns": {"2": {"district": {}}}, "uses": {"key": {"district": {}}}, "guarded": {}}},
			{"op": "replace", "path": "/release/votes", "value": []},
		],
		"obligations": {"release": {"review": "auto", "reviewers": 0, "sample_percent": 0}},
	},
	"SJZ-13c EGR-101: grade 2, flagged": {
		"patch": [
			{"op": "remove", "path": "/footprint/tables/insurance"},
			{"op": "replace", "path": "/footprint/grade", "value": 2},
			{"op": "replace", "path": "/footprint/tables/persons", "value": {"grade": 2, "columns": {"2": {"district": {}}}, "uses": {"key": {"district": {}}}, "guarded": {}}},
			{"op": "replace", "path": "/release/flags", "value": {"x": {}}},
		],
		"obligations": {"release": {"review": "one", "reviewers": 1, "sample_percent": 0}},
	},
	"SJZ-13c EGR-101: grade 2, size unknown": {
		"patch": [
			{"op": "remove", "path": "/footprint/tables/insurance"},
			{"op": "replace", "path": "/footprint/grade", "value": 2},
			{"op": "replace", "path": "/footprint/tables/persons", "value": {"grade": 2, "columns": {"2": {"district": {}}}, "uses": {"key": {"district": {}}}, "guarded": {}}},
			{"op": "replace", "path": "/release/size", "value": "huge"},
		],
		"obligations": {"release": {"review": "one", "reviewers": 1, "sample_percent": 0}},
	},
	"SJZ-13c EGR-101: grade 1 in sjz needs a reviewer": {
		"patch": [
			{"op": "replace", "path": "/zone/jurisdiction", "value": "sjz"},
			{"op": "remove", "path": "/footprint/tables/insurance"},
			{"op": "replace", "path": "/footprint/grade", "value": 1},
			{"op": "replace", "path": "/footprint/tables/persons", "value": {"grade": 1, "columns": {"1": {"district": {}}}, "uses": {"key": {"district": {}}}, "guarded": {}}},
		],
		"obligations": {"release": {"review": "one", "reviewers": 1, "sample_percent": 0}},
	},
	"SJZ-13c EGR-101: grade 2 in sjz needs a reviewer": {
		"patch": [
			{"op": "replace", "path": "/zone/jurisdiction", "value": "sjz"},
			{"op": "remove", "path": "/footprint/tables/insurance"},
			{"op": "replace", "path": "/footprint/grade", "value": 2},
			{"op": "replace", "path": "/footprint/tables/persons", "value": {"grade": 2, "columns": {"2": {"district": {}}}, "uses": {"key": {"district": {}}}, "guarded": {}}},
		],
		"obligations": {"release": {"review": "one", "reviewers": 1, "sample_percent": 0}},
	},
	"SJZ-13c EGR-101: grade 3 in sjz, flagged": {
		"patch": [
			{"op": "replace", "path": "/zone/jurisdiction", "value": "sjz"},
			{"op": "replace", "path": "/step", "value": "review"},
			{"op": "replace", "path": "/release/flags", "value": {"x": {}}},
		],
		"obligations": {"release": {"review": "two", "reviewers": 2, "sample_percent": 0}},
	},
	"SJZ-13c EGR-101: grade 1 in xm needs a reviewer": {
		"patch": [
			{"op": "replace", "path": "/zone/jurisdiction", "value": "xm"},
			{"op": "remove", "path": "/footprint/tables/insurance"},
			{"op": "replace", "path": "/footprint/grade", "value": 1},
			{"op": "replace", "path": "/footprint/tables/persons", "value": {"grade": 1, "columns": {"1": {"district": {}}}, "uses": {"key": {"district": {}}}, "guarded": {}}},
		],
		"obligations": {"release": {"review": "one", "reviewers": 1, "sample_percent": 0}},
	},
	"SJZ-13c EGR-101: grade 2 in xm needs a reviewer": {
		"patch": [
			{"op": "replace", "path": "/zone/jurisdiction", "value": "xm"},
			{"op": "remove", "path": "/footprint/tables/insurance"},
			{"op": "replace", "path": "/footprint/grade", "value": 2},
			{"op": "replace", "path": "/footprint/tables/persons", "value": {"grade": 2, "columns": {"2": {"district": {}}}, "uses": {"key": {"district": {}}}, "guarded": {}}},
		],
		"obligations": {"release": {"review": "one", "reviewers": 1, "sample_percent": 0}},
	},
	"SJZ-13c EGR-101: grade 3 in xm, flagged": {
		"patch": [
			{"op": "replace", "path": "/zone/jurisdiction", "value": "xm"},
			{"op": "replace", "path": "/step", "value": "review"},
			{"op": "replace", "path": "/release/flags", "value": {"x": {}}},
		],
		"obligations": {"release": {"review": "two", "reviewers": 2, "sample_percent": 0}},
	},
	"SJZ-13c EGR-101: grade 1 in strict needs a reviewer": {
		"patch": [
			{"op": "replace", "path": "/zone/jurisdiction", "value": "strict"},
			{"op": "remove", "path": "/footprint/tables/insurance"},
			{"op": "replace", "path": "/footprint/grade", "value": 1},
			{"op": "replace", "path": "/footprint/tables/persons", "value": {"grade": 1, "columns": {"1": {"district": {}}}, "uses": {"key": {"district": {}}}, "guarded": {}}},
		],
		"obligations": {"release": {"review": "one", "reviewers": 1, "sample_percent": 0}},
	},
	"SJZ-13c EGR-101: grade 2 in strict needs a reviewer": {
		"patch": [
			{"op": "replace", "path": "/zone/jurisdiction", "value": "strict"},
			{"op": "remove", "path": "/footprint/tables/insurance"},
			{"op": "replace", "path": "/footprint/grade", "value": 2},
			{"op": "replace", "path": "/footprint/tables/persons", "value": {"grade": 2, "columns": {"2": {"district": {}}}, "uses": {"key": {"district": {}}}, "guarded": {}}},
		],
		"obligations": {"release": {"review": "one", "reviewers": 1, "sample_percent": 0}},
	},
	"SJZ-13c EGR-101: grade 3 in strict, flagged": {
		"patch": [
			{"op": "replace", "path": "/zone/jurisdiction", "value": "strict"},
			{"op": "replace", "path": "/step", "value": "review"},
			{"op": "replace", "path": "/release/flags", "value": {"x": {}}},
		],
		"obligations": {"release": {"review": "two", "reviewers": 2, "sample_percent": 0}},
	},
	"SJZ-13c EGR-007: the approver of the computation at grade 2": {
		"patch": [
			{"op": "remove", "path": "/footprint/tables/insurance"},
			{"op": "replace", "path": "/footprint/grade", "value": 2},
			{"op": "replace", "path": "/footprint/tables/persons", "value": {"grade": 2, "columns": {"2": {"district": {}}}, "uses": {"key": {"district": {}}}, "guarded": {}}},
			{"op": "replace", "path": "/release/votes/0/voter/person", "value": "p-zhou"},
		],
		"obligations": {"release": {"review": "auto", "reviewers": 0, "sample_percent": 0}},
	},
	"SJZ-13c EGR-007: free SQL at grade 3 in lab has no approver": {
		"patch": [
			{"op": "replace", "path": "/zone/jurisdiction", "value": "lab"},
			{"op": "replace", "path": "/call/kind", "value": "free"},
			{"op": "replace", "path": "/computation", "value": null},
		],
		"obligations": {"release": {"review": "one", "reviewers": 1, "sample_percent": 0}},
	},
}

test_release_permits[note] if {
	some note, case in release_permits
	d := decision.release_decide with input as json.patch(release_base, case.patch)
	object.keys(case.obligations) - object.keys(d.obligations) == set()
	every key, value in case.obligations {
		within(value, d.obligations[key])
	}
}

test_BJ_OPS_32a_release_of_an_empty_input_refuses_everything if {
	d := decision.release_decide with input as {}
	object.keys(d.details) == object.keys(data.yumen.required["release.decide"])
}
