package yumen.decision_test

# A case says how it differs from the permitted input of its action: pointers that are removed, pointers that are set.
patched(base, case) := json.patch(
	json.patch(base, [op | some path in object.get(case, "remove", set()); op := {"op": "remove", "path": path}]),
	[op | some path, value in object.get(case, "set", {}); op := {"op": "add", "path": path, "value": value}],
)

persons_of_grade_1 := {
	"grade": 1,
	"columns": {"1": {"district": {}}},
	"uses": {"key": {"district": {}}},
	"guarded": {},
}

persons_of_grade_2 := {
	"grade": 2,
	"columns": {"2": {"district": {}}},
	"uses": {"key": {"district": {}}},
	"guarded": {},
}

persons_of_grade_3 := {
	"grade": 3,
	"columns": {"3": {"district": {}}},
	"uses": {"key": {"district": {}}},
	"guarded": {},
}

grade_1 := {
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
	"review": "auto",
	"mask": "display",
}

grade_2 := {
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
	"review": "auto",
	"mask": "display",
}

grade_3 := {
	"mode": "exact",
	"grade": 3,
	"lab": false,
	"k": 10,
	"complement": 10,
	"sensitive": 10,
	"dominance": [{"n": 2, "percent": 85}],
	"p": 15,
	"homogeneity": 90,
	"jitter": 3,
	"round": 5,
	"cells_max": 1000,
	"tick_ms": 15000,
	"noise": null,
	"review": "one",
	"mask": "strict",
}

other_vote := {
	"voter": {
		"account": "reviewer_2",
		"person": "p-reviewer-2",
		"organization": "operator",
		"legal_group": "operator",
		"role": "egress_reviewer",
		"effective": true,
	},
	"value": "approve",
	"key_confirmed": true,
	"binding": {"artefact": "sha256:a1", "report": "sha256:b2", "policy": "sha256:c3"},
}

uncounted_vote := {
	"voter": {
		"account": "reviewer_2",
		"person": "p-reviewer-2",
		"organization": "operator",
		"legal_group": "operator",
		"role": "egress_reviewer",
		"effective": true,
	},
	"value": "approve",
	"key_confirmed": false,
	"binding": {"artefact": "sha256:a1", "report": "sha256:b2", "policy": "sha256:c3"},
}

the_analyst_not_yet := {
	"account": "wang",
	"person": "p-wang",
	"organization": "bank_a",
	"legal_group": "group_a",
	"role": "analyst",
	"effective": false,
}

the_analyst := {
	"account": "wang",
	"person": "p-wang",
	"organization": "bank_a",
	"legal_group": "group_a",
	"role": "analyst",
	"effective": true,
}

the_provider := {
	"account": "hrss_1",
	"person": "p-li",
	"organization": "hrss",
	"legal_group": "hrss",
	"role": "provider",
	"effective": true,
}

the_steward := {
	"account": "steward",
	"person": "p-steward",
	"organization": "operator",
	"legal_group": "operator",
	"role": "steward",
	"effective": true,
}

requested_taxes := {
	"state": "approved",
	"provider": "tax",
	"market": "ordinary",
	"opening": "conditional",
	"sharing": "conditional",
	"grade": 2,
	"columns": {"year": {}},
	"necessity": {"year": {}},
}

the_operator_s := {{"name": "operator", "organization": ""}}

the_provider_s := {{"name": "provider", "organization": "hrss"}}

the_authority_s := {{"name": "authority", "organization": ""}}

# Grade 4 leaves with two people of two organizations and one of each provider.
three_parties := [operators_vote, authoritys_vote, polices_vote, hrss_vote]

operators_vote := approval("p-operator", "operator")

authoritys_vote := approval("p-authority", "authority")

polices_vote := approval("p-police", "police")

hrss_vote := approval("p-hrss", "hrss")

approval(person, organization) := {
	"voter": {
		"account": person,
		"person": person,
		"organization": organization,
		"legal_group": organization,
		"role": "egress_reviewer",
		"effective": true,
	},
	"value": "approve",
	"key_confirmed": true,
	"binding": {"artefact": "sha256:a1", "report": "sha256:b2", "policy": "sha256:c3"},
}

rejection(person, organization) := object.union_n([approval(person, organization), {"value": "reject"}])
