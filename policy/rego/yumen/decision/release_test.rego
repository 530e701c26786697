package yumen.decision_test

import data.yumen.decision

release_base := data.testing["release.decide"]

release_refusals := {
	"BJ-FIN-19a AUT-003: suspended since the run": {
		"set": {"/grant/state": "suspended"},
		"refuses": {"AUT-003"},
	},
	"BJ-FIN-19a AUT-004: over since the run": {"set": {"/now": 2000000}, "refuses": {"AUT-004"}},
	"BJ-FIN-23a AUT-007: a column withdrawn since the run": {
		"remove": {"/grant/tables/persons/columns/district"},
		"refuses": {"AUT-007"},
	},
	"BJ-FIN-35b AUT-010: the organization suspended since the run": {
		"set": {"/organization/suspended": true},
		"refuses": {"AUT-010"},
	},
	"XM-22 AUT-016: sealed since the run": {
		"set": {"/datasets/insurance/market": "sealed"},
		"refuses": {"AUT-016"},
	},
	"BJ-OPS-27d CLS-002: grade 4 does not leave in sjz": {
		"set": {"/footprint/grade": 4, "/release/mode": "noisy", "/zone/jurisdiction": "sjz"},
		"refuses": {"CLS-002", "EGR-005"},
	},
	"BJ-OPS-27d CLS-004: a free answer of grade 4 does not leave": {
		"set": {"/call/kind": "free", "/computation": null, "/footprint/grade": 4},
		"refuses": {"CLS-004", "DES-001", "EGR-002", "EGR-005"},
	},
	"BJ-OPS-27d EGR-002: an exact answer of grade 4 does not leave": {
		"set": {"/footprint/grade": 4, "/release/votes": three_parties},
		"refuses": {"EGR-002"},
	},
	"BJ-OPS-27d EGR-003: more cells than grade 4 allows": {
		"set": {
			"/footprint/grade": 4,
			"/release/cells": 101,
			"/release/mode": "noisy",
			"/release/votes": three_parties,
		},
		"refuses": {"EGR-003"},
	},
	"BJ-OPS-27d EGR-001: nobody provides the data": {
		"set": {
			"/datasets/insurance/provider": "",
			"/footprint/grade": 4,
			"/release/mode": "noisy",
			"/step": "review",
		},
		"refuses": {"EGR-001"},
	},
	"BJ-OPS-27d EGR-001: it is not known who provides the data": {
		"remove": {"/datasets/insurance/provider"},
		"set": {"/footprint/grade": 4, "/release/mode": "noisy", "/step": "review"},
		"refuses": {"AUT-015", "EGR-001"},
	},
	"BJ-OPS-27d EGR-001: no datasets": {
		"set": {"/datasets": {}, "/footprint/grade": 4, "/release/mode": "noisy", "/step": "review"},
		"refuses": {"AUT-015", "AUT-016", "AUT-021", "EGR-001", "ENV-002"},
	},
	"BJ-OPS-27d EGR-001: datasets as an empty array": {
		"set": {"/datasets": [], "/footprint/grade": 4, "/release/mode": "noisy", "/step": "review"},
		"refuses": {"AUT-015", "AUT-016", "AUT-021", "EGR-001", "ENV-002"},
	},
	"BJ-OPS-27d EGR-005: an unknown step with all votes": {
		"set": {
			"/footprint/grade": 4,
			"/release/mode": "noisy",
			"/release/votes": three_parties,
			"/step": "other",
		},
		"refuses": {"EGR-004", "EGR-005"},
	},
	"BJ-OPS-27d EGR-005: grade 4 with one reviewer": {
		"set": {"/footprint/grade": 4, "/release/mode": "noisy"},
		"refuses": {"EGR-005"},
	},
	"BJ-OPS-27d EGR-005: two people, and no provider": {
		"set": {
			"/footprint/grade": 4,
			"/release/mode": "noisy",
			"/release/votes": [operators_vote, authoritys_vote],
		},
		"refuses": {"EGR-005"},
	},
	"BJ-OPS-27d EGR-005: one of two providers": {
		"set": {
			"/footprint/grade": 4,
			"/release/mode": "noisy",
			"/release/votes": [operators_vote, authoritys_vote, polices_vote],
		},
		"refuses": {"EGR-005"},
	},
	"BJ-OPS-27d EGR-005: the providers, and one more": {
		"set": {
			"/footprint/grade": 4,
			"/release/mode": "noisy",
			"/release/votes": [authoritys_vote, polices_vote, hrss_vote],
		},
		"refuses": {"EGR-005"},
	},
	"BJ-OPS-27d EGR-005: two people of one organization": {
		"set": {
			"/footprint/grade": 4,
			"/release/mode": "noisy",
			"/release/votes": [authoritys_vote, polices_vote, hrss_vote, approval("p-2", "authority")],
		},
		"refuses": {"EGR-005"},
	},
	"BJ-OPS-27d EGR-005: one person for two organizations": {
		"set": {
			"/footprint/grade": 4,
			"/release/mode": "noisy",
			"/release/votes": [authoritys_vote, polices_vote, hrss_vote, approval("p-authority", "operator")],
		},
		"refuses": {"EGR-005"},
	},
	"BJ-OPS-27d EGR-006: a provider objects": {
		"set": {
			"/footprint/grade": 4,
			"/release/mode": "noisy",
			"/release/votes": [operators_vote, authoritys_vote, polices_vote, hrss_vote, rejection("p-9", "police")],
		},
		"refuses": {"EGR-006"},
	},
	"BJ-OPS-27d EGR-007: who approved the computation does not count at grade 4": {
		"set": {
			"/footprint/grade": 4,
			"/release/mode": "noisy",
			"/release/votes": [authoritys_vote, polices_vote, hrss_vote, approval("p-zhou", "operator")],
		},
		"refuses": {"EGR-007"},
	},
	"BJ-FIN-9 DES-002: a resident identity number in the answer": {
		"set": {"/release/identifiers": {"resident_id": {"grade": 3}}},
		"refuses": {"DES-002", "EGR-005"},
	},
	"BJ-FIN-9 DES-002: nobody looked for identifiers": {
		"remove": {"/release/identifiers"},
		"refuses": {"DES-002", "EGR-005"},
	},
	"BJ-FIN-9 DES-002: an identifier without a grade": {
		"set": {"/release/identifiers": {"uscc": {}}},
		"refuses": {"DES-002", "EGR-005"},
	},
	"BJ-FIN-9 DES-002: an identifier of grade 0": {
		"set": {"/release/identifiers": {"uscc": {"grade": 0}}},
		"refuses": {"DES-002", "EGR-005"},
	},
	"BJ-FIN-9 DES-002: identifiers as an array": {
		"set": {"/release/identifiers": []},
		"refuses": {"DES-002", "EGR-005"},
	},
	"BJ-FIN-9 EGR-005: one of two when a public identifier was found": {
		"set": {"/release/identifiers": {"uscc": {"grade": 1}}},
		"refuses": {"EGR-005"},
	},
	"BJ-FIN-9 DES-002: a name stops it where the rules are the strictest": {
		"set": {
			"/release/identifiers": {"person_name": {"grade": 2}},
			"/zone/jurisdiction": "strict",
		},
		"refuses": {"DES-002", "EGR-005"},
	},
	"XC-27a EGR-002: another mode": {"set": {"/release/mode": "noisy"}, "refuses": {"EGR-002"}},
	"XC-27a EGR-002: no run": {"set": {"/release/run": ""}, "refuses": {"EGR-002"}},
	"XM-40b EGR-003: too many cells": {"set": {"/release/cells": 1001}, "refuses": {"EGR-003"}},
	"XM-40b EGR-003: no cells": {"set": {"/release/cells": 0}, "refuses": {"EGR-003"}},
	"XM-40b EGR-003: cells of text": {"set": {"/release/cells": "9"}, "refuses": {"EGR-003"}},
	"SJZ-13c EGR-004: an unknown step": {"set": {"/step": "other"}, "refuses": {"EGR-004", "EGR-005"}},
	"SJZ-13d EGR-004: no digest of the artefact": {
		"set": {"/release/binding/artefact": "", "/release/votes/0/binding/artefact": ""},
		"refuses": {"EGR-004"},
	},
	"SJZ-13d EGR-004: no digest of the report": {
		"set": {"/release/binding/report": "", "/release/votes/0/binding/report": ""},
		"refuses": {"EGR-004"},
	},
	"SJZ-13d EGR-004: no digest of the policy": {
		"set": {"/release/binding/policy": "", "/release/votes/0/binding/policy": ""},
		"refuses": {"EGR-004"},
	},
	"SJZ-13c EGR-004: votes as an object": {
		"set": {"/release/votes": {}},
		"refuses": {"EGR-004", "EGR-005", "EGR-006", "EGR-007", "EGR-008"},
	},
	"SJZ-13c EGR-005: an unknown step where nobody has to vote": {
		"remove": {"/footprint/tables/insurance"},
		"set": {"/footprint/grade": 1, "/footprint/tables/persons": persons_of_grade_1, "/step": "other"},
		"refuses": {"EGR-004", "EGR-005"},
	},
	"SJZ-13c EGR-005: nobody voted": {"set": {"/release/votes": []}, "refuses": {"EGR-005"}},
	"SJZ-13c EGR-005: one of two when flagged": {
		"set": {"/release/flags": {"own_columns": {}}},
		"refuses": {"EGR-005"},
	},
	"SJZ-13c EGR-005: one of two when large": {"set": {"/release/size": "large"}, "refuses": {"EGR-005"}},
	"SJZ-13c EGR-005: one of two when the flags are unknown": {
		"remove": {"/release/flags"},
		"refuses": {"EGR-005"},
	},
	"BJ-FIN-3 EGR-005: one person votes twice": {
		"set": {
			"/release/flags": {"x": {}},
			"/release/votes/-": {
				"voter": {
					"account": "reviewer_1",
					"person": "p-reviewer-1",
					"organization": "operator",
					"legal_group": "operator",
					"role": "egress_reviewer",
					"effective": true,
				},
				"value": "approve",
				"key_confirmed": true,
				"binding": {"artefact": "sha256:a1", "report": "sha256:b2", "policy": "sha256:c3"},
			},
		},
		"refuses": {"EGR-005"},
	},
	"SJZ-13c EGR-005,EGR-006: a rejection": {
		"set": {
			"/release/votes": [
				{
					"voter": {
						"account": "reviewer_1",
						"person": "p-reviewer-1",
						"organization": "operator",
						"legal_group": "operator",
						"role": "egress_reviewer",
						"effective": true,
					},
					"value": "reject",
					"key_confirmed": true,
					"binding": {"artefact": "sha256:a1", "report": "sha256:b2", "policy": "sha256:c3"},
				},
			],
		},
		"refuses": {"EGR-005", "EGR-006"},
	},
	"XM-47a EGR-006: one approves, one rejects": {
		"set": {
			"/release/votes/-": {
				"voter": {
					"account": "reviewer_2",
					"person": "p-reviewer-2",
					"organization": "operator",
					"legal_group": "operator",
					"role": "egress_reviewer",
					"effective": true,
				},
				"value": "reject",
				"key_confirmed": true,
				"binding": {"artefact": "sha256:a1", "report": "sha256:b2", "policy": "sha256:c3"},
			},
		},
		"refuses": {"EGR-006"},
	},
	"SJZ-13c EGR-006: one approves, one returns": {
		"set": {
			"/release/votes/-": {
				"voter": {
					"account": "reviewer_2",
					"person": "p-reviewer-2",
					"organization": "operator",
					"legal_group": "operator",
					"role": "egress_reviewer",
					"effective": true,
				},
				"value": "return",
				"key_confirmed": true,
				"binding": {"artefact": "sha256:a1", "report": "sha256:b2", "policy": "sha256:c3"},
			},
		},
		"refuses": {"EGR-006"},
	},
	"BJ-FIN-3 EGR-007: a steward votes": {
		"set": {"/release/votes/0/voter/role": "steward"},
		"refuses": {"EGR-007"},
	},
	"BJ-FIN-29 EGR-007: his role is no longer in effect": {
		"set": {"/release/votes/0/voter/effective": false},
		"refuses": {"EGR-007"},
	},
	"XM-43 EGR-007: his key is not confirmed": {
		"set": {"/release/votes/0/key_confirmed": false},
		"refuses": {"EGR-007"},
	},
	"SJZ-13c EGR-007: the author's account": {
		"set": {"/release/votes/0/voter/account": "wang"},
		"refuses": {"EGR-007"},
	},
	"SJZ-13c EGR-007: the author under another account": {
		"set": {"/release/votes/0/voter/person": "p-wang"},
		"refuses": {"EGR-007"},
	},
	"SJZ-13c EGR-007: the author's institution": {
		"set": {"/release/votes/0/voter/organization": "bank_a"},
		"refuses": {"EGR-007"},
	},
	"SJZ-13c EGR-007: the author's legal group": {
		"set": {"/release/votes/0/voter/legal_group": "group_a"},
		"refuses": {"EGR-007"},
	},
	"SJZ-13c EGR-007: no legal group": {
		"set": {"/release/votes/0/voter/legal_group": ""},
		"refuses": {"EGR-007"},
	},
	"SJZ-13c EGR-007: the approver of the computation at grade 3": {
		"set": {"/release/votes/0/voter/person": "p-zhou"},
		"refuses": {"EGR-007"},
	},
	"SJZ-13c EGR-007: a second vote that does not count": {
		"set": {"/release/votes/-": uncounted_vote},
		"refuses": {"EGR-007"},
	},
	"SJZ-13d EGR-008: a vote about another artefact": {
		"set": {"/release/votes/0/binding/artefact": "sha256:zz"},
		"refuses": {"EGR-008"},
	},
	"SJZ-13d EGR-008: a vote about another report": {
		"set": {"/release/votes/0/binding/report": "sha256:zz"},
		"refuses": {"EGR-008"},
	},
	"SJZ-13d EGR-008: a vote about another policy": {
		"set": {"/release/votes/0/binding/policy": "sha256:zz"},
		"refuses": {"EGR-008"},
	},
	"SJZ-13c EGR-005: grade 1 in strict needs a reviewer": {
		"remove": {"/footprint/tables/insurance"},
		"set": {
			"/footprint/grade": 1,
			"/footprint/tables/persons": persons_of_grade_1,
			"/release/votes": [],
			"/zone/jurisdiction": "strict",
		},
		"refuses": {"EGR-005"},
	},
	"SJZ-13c EGR-005: grade 2 in strict needs a reviewer": {
		"remove": {"/footprint/tables/insurance"},
		"set": {
			"/footprint/grade": 2,
			"/footprint/tables/persons": persons_of_grade_2,
			"/release/votes": [],
			"/zone/jurisdiction": "strict",
		},
		"refuses": {"EGR-005"},
	},
	"SJZ-13c EGR-005: grade 3 in strict needs a reviewer": {
		"remove": {"/footprint/tables/insurance"},
		"set": {
			"/footprint/grade": 3,
			"/footprint/tables/persons": persons_of_grade_3,
			"/release/votes": [],
			"/zone/jurisdiction": "strict",
		},
		"refuses": {"EGR-005"},
	},
}

test_release_refusals[note] if {
	some note, case in release_refusals
	d := decision.release_decide with input as patched(release_base, case)
	object.keys(d.details) == case.refuses
}

release_permits := {
	"SJZ-13c EGR-101: grade 3 with one approval": {
		"obligations": {"release": {"review": "one", "reviewers": 1, "sample_percent": 0}},
	},
	"SJZ-13c EGR-101: grade 3, flagged, two approvals": {
		"set": {"/release/flags": {"x": {}}, "/release/votes/-": other_vote},
		"obligations": {"release": {"review": "two", "reviewers": 2, "sample_percent": 0}},
	},
	"SJZ-13c EGR-101: grade 3 before the votes": {
		"set": {"/release/votes": [], "/step": "review"},
		"obligations": {"release": {"review": "one", "reviewers": 1, "sample_percent": 0}},
	},
	"SJZ-13c EGR-101: grade 3, large, before the votes": {
		"set": {"/release/size": "large", "/release/votes": [], "/step": "review"},
		"obligations": {"release": {"review": "two", "reviewers": 2, "sample_percent": 0}},
	},
	"SJZ-13c EGR-101: grade 1 leaves by itself and is sampled": {
		"remove": {"/footprint/tables/insurance"},
		"set": {"/footprint/grade": 1, "/footprint/tables/persons": persons_of_grade_1, "/release/votes": []},
		"obligations": {"release": {"review": "auto", "reviewers": 0, "sample_percent": 5}},
	},
	"SJZ-13c EGR-101: grade 1, flagged, leaves by itself": {
		"remove": {"/footprint/tables/insurance"},
		"set": {
			"/footprint/grade": 1,
			"/footprint/tables/persons": persons_of_grade_1,
			"/release/flags": {"x": {}},
			"/release/votes": [],
		},
		"obligations": {"release": {"review": "auto", "reviewers": 0, "sample_percent": 5}},
	},
	"BJ-FIN-9 EGR-101: grade 1 with a public identifier is seen by a person": {
		"remove": {"/footprint/tables/insurance"},
		"set": {
			"/footprint/grade": 1,
			"/footprint/tables/persons": persons_of_grade_1,
			"/release/identifiers": {"uscc": {"grade": 1}},
		},
		"obligations": {"release": {"review": "one", "reviewers": 1, "sample_percent": 0}},
	},
	"SJZ-13c EGR-101: grade 2 leaves by itself": {
		"remove": {"/footprint/tables/insurance"},
		"set": {"/footprint/grade": 2, "/footprint/tables/persons": persons_of_grade_2, "/release/votes": []},
		"obligations": {"release": {"review": "auto", "reviewers": 0, "sample_percent": 0}},
	},
	"SJZ-13c EGR-101: grade 2, flagged": {
		"remove": {"/footprint/tables/insurance"},
		"set": {
			"/footprint/grade": 2,
			"/footprint/tables/persons": persons_of_grade_2,
			"/release/flags": {"x": {}},
		},
		"obligations": {"release": {"review": "one", "reviewers": 1, "sample_percent": 0}},
	},
	"SJZ-13c EGR-101: grade 2, size unknown": {
		"remove": {"/footprint/tables/insurance"},
		"set": {"/footprint/grade": 2, "/footprint/tables/persons": persons_of_grade_2, "/release/size": "huge"},
		"obligations": {"release": {"review": "one", "reviewers": 1, "sample_percent": 0}},
	},
	"SJZ-13c EGR-101: grade 1 in sjz needs a reviewer": {
		"remove": {"/footprint/tables/insurance"},
		"set": {
			"/footprint/grade": 1,
			"/footprint/tables/persons": persons_of_grade_1,
			"/zone/jurisdiction": "sjz",
		},
		"obligations": {"release": {"review": "one", "reviewers": 1, "sample_percent": 0}},
	},
	"SJZ-13c EGR-101: grade 2 in sjz needs a reviewer": {
		"remove": {"/footprint/tables/insurance"},
		"set": {
			"/footprint/grade": 2,
			"/footprint/tables/persons": persons_of_grade_2,
			"/zone/jurisdiction": "sjz",
		},
		"obligations": {"release": {"review": "one", "reviewers": 1, "sample_percent": 0}},
	},
	"SJZ-13c EGR-101: grade 3 in sjz, flagged": {
		"set": {"/release/flags": {"x": {}}, "/step": "review", "/zone/jurisdiction": "sjz"},
		"obligations": {"release": {"review": "two", "reviewers": 2, "sample_percent": 0}},
	},
	"SJZ-13c EGR-101: grade 1 in xm needs a reviewer": {
		"remove": {"/footprint/tables/insurance"},
		"set": {
			"/footprint/grade": 1,
			"/footprint/tables/persons": persons_of_grade_1,
			"/zone/jurisdiction": "xm",
		},
		"obligations": {"release": {"review": "one", "reviewers": 1, "sample_percent": 0}},
	},
	"SJZ-13c EGR-101: grade 2 in xm needs a reviewer": {
		"remove": {"/footprint/tables/insurance"},
		"set": {
			"/footprint/grade": 2,
			"/footprint/tables/persons": persons_of_grade_2,
			"/zone/jurisdiction": "xm",
		},
		"obligations": {"release": {"review": "one", "reviewers": 1, "sample_percent": 0}},
	},
	"SJZ-13c EGR-101: grade 3 in xm, flagged": {
		"set": {"/release/flags": {"x": {}}, "/step": "review", "/zone/jurisdiction": "xm"},
		"obligations": {"release": {"review": "two", "reviewers": 2, "sample_percent": 0}},
	},
	"SJZ-13c EGR-101: grade 1 in strict needs a reviewer": {
		"remove": {"/footprint/tables/insurance"},
		"set": {
			"/footprint/grade": 1,
			"/footprint/tables/persons": persons_of_grade_1,
			"/zone/jurisdiction": "strict",
		},
		"obligations": {"release": {"review": "one", "reviewers": 1, "sample_percent": 0}},
	},
	"SJZ-13c EGR-101: grade 2 in strict needs a reviewer": {
		"remove": {"/footprint/tables/insurance"},
		"set": {
			"/footprint/grade": 2,
			"/footprint/tables/persons": persons_of_grade_2,
			"/zone/jurisdiction": "strict",
		},
		"obligations": {"release": {"review": "one", "reviewers": 1, "sample_percent": 0}},
	},
	"SJZ-13c EGR-101: grade 3 in strict, flagged": {
		"set": {"/release/flags": {"x": {}}, "/step": "review", "/zone/jurisdiction": "strict"},
		"obligations": {"release": {"review": "two", "reviewers": 2, "sample_percent": 0}},
	},
	"SJZ-13c EGR-007: the approver of the computation at grade 2": {
		"remove": {"/footprint/tables/insurance"},
		"set": {
			"/footprint/grade": 2,
			"/footprint/tables/persons": persons_of_grade_2,
			"/release/votes/0/voter/person": "p-zhou",
		},
		"obligations": {"release": {"review": "auto", "reviewers": 0, "sample_percent": 0}},
	},
	"SJZ-13c EGR-007: free SQL at grade 3 in lab has no approver": {
		"set": {"/call/kind": "free", "/computation": null, "/zone/jurisdiction": "lab"},
		"obligations": {"release": {"review": "one", "reviewers": 1, "sample_percent": 0}},
	},
}

test_BJ_OPS_27d_EGR_101_grade_4_asks_for_three_parties if {
	every votes, step in {three_parties: "issue", []: "review"} {
		d := decision.release_decide with input as patched(release_base, {"set": {
			"/computation/certified": false,
			"/footprint/grade": 4,
			"/release/mode": "noisy",
			"/release/votes": votes,
			"/step": step,
		}})
		d.obligations.release == {
			"review": "parties",
			"reviewers": 2,
			"units": 2,
			"providers": {"hrss", "police"},
			"sample_percent": 0,
		}
		d.obligations.run.mode == "noisy"
	}
}

# A jurisdiction may let nothing of a grade leave: no votes help.
test_BJ_OPS_27d_EGR_001_a_jurisdiction_keeps_grade_4 if {
	stricter := json.patch(data.yumen.profiles.bj, [{
		"op": "replace",
		"path": "/grades/4/review/clean",
		"value": "never",
	}])
	d := decision.release_decide with input as patched(release_base, {"set": {
		"/computation/certified": false,
		"/footprint/grade": 4,
		"/release/mode": "noisy",
		"/release/votes": three_parties,
		"/step": "issue",
	}})
		with data.yumen.profiles.bj as stricter
	"EGR-001" in object.keys(d.details)
}

test_release_permits[note] if {
	some note, case in release_permits
	d := decision.release_decide with input as patched(release_base, case)
	object.keys(case.obligations) - object.keys(d.obligations) == set()
	every key, value in case.obligations {
		value == d.obligations[key]
	}
}

test_BJ_OPS_32a_release_of_an_empty_input_refuses_everything if {
	d := decision.release_decide with input as {}
	object.keys(d.details) == object.keys(data.yumen.required["release.decide"])
}
