package yumen.decision_test

import data.yumen.decision

activate_base := data.testing["policy.activate"]

activate_refusals := {
	"BJ-FIN-29 SUB-001: the role is not in effect": {"set": {"/subject/effective": false}, "refuses": {"SUB-001"}},
	"BJ-FIN-29 SUB-002: no person": {"set": {"/subject/person": ""}, "refuses": {"POL-002", "SUB-002"}},
	"BJ-FIN-29 POL-001: an analyst": {"set": {"/subject/role": "analyst"}, "refuses": {"POL-001"}},
	"BJ-FIN-29 POL-001: the auditor": {"set": {"/subject/role": "auditor"}, "refuses": {"POL-001"}},
	"BJ-FIN-29 POL-001,POL-002: another act": {"set": {"/op": "force"}, "refuses": {"POL-001", "POL-002"}},
	"BJ-FIN-29 POL-002: one account twice": {"set": {"/proposer/account": "reviewer"}, "refuses": {"POL-002"}},
	"BJ-FIN-29 POL-002: one person twice": {"set": {"/proposer/person": "p-reviewer"}, "refuses": {"POL-002"}},
	"BJ-FIN-29 POL-002: nobody proposed it": {
		"set": {"/proposer/account": "", "/proposer/person": ""},
		"refuses": {"POL-002"},
	},
	"BJ-FIN-29 POL-002: without the security administrator": {
		"set": {"/proposer/role": "administrator"},
		"refuses": {"POL-002"},
	},
	"BJ-OPS-21b POL-003: not signed": {"set": {"/signed": false}, "refuses": {"POL-003"}},
	"BJ-FIN-15b POL-004: it did not pass": {"set": {"/bundle/checked": false}, "refuses": {"POL-004"}},
	"BJ-FIN-15b POL-004,POL-005: a bundle without a digest": {
		"set": {"/bundle/digest": ""},
		"refuses": {"POL-004", "POL-005"},
	},
	"BJ-FIN-15b POL-004: back to a bundle without a digest": {
		"set": {"/bundle/digest": "", "/bundle/rollback": true, "/bundle/decided": true},
		"refuses": {"POL-004", "POL-005"},
	},
	"BJ-FIN-15b POL-005: the same revision": {"set": {"/bundle/order": 2026112100001}, "refuses": {"POL-005"}},
	"BJ-FIN-15b POL-005: an older revision": {"set": {"/bundle/order": 2026112000001}, "refuses": {"POL-005"}},
	"BJ-FIN-15b POL-005: what decides, under a higher revision": {
		"set": {"/active/digest": "sha256:bb"},
		"refuses": {"POL-005"},
	},
	"BJ-FIN-15b POL-005: one that decided, under a higher revision": {
		"set": {"/bundle/decided": true},
		"refuses": {"POL-005"},
	},
	"BJ-FIN-15b POL-005: a revision of text": {"set": {"/bundle/order": "9"}, "refuses": {"POL-005"}},
	"BJ-FIN-15b POL-005: it is not known what decided": {"set": {"/active/highest": null}, "refuses": {"POL-005"}},
	"BJ-FIN-15b POL-005: a negative order": {"set": {"/active/highest": -1}, "refuses": {"POL-005"}},
	"BJ-FIN-15b POL-005: back to what never decided": {"set": {"/bundle/rollback": true}, "refuses": {"POL-005"}},
	"BJ-FIN-15b POL-005: back to what decides": {
		"set": {"/bundle/rollback": true, "/bundle/decided": true, "/active/digest": "sha256:bb"},
		"refuses": {"POL-005"},
	},
	"BJ-FIN-15b POL-005: it is not said whether back": {"set": {"/bundle/rollback": null}, "refuses": {"POL-005"}},
	"BJ-FIN-15b POL-005: an older one that decided, without saying back": {
		"set": {"/bundle/decided": true, "/bundle/order": 2026112000001},
		"refuses": {"POL-005"},
	},
	"BJ-FIN-15b POL-006: no reason": {"set": {"/reason": false}, "refuses": {"POL-006"}},
}

test_policy_activate_refusals[note] if {
	some note, case in activate_refusals
	d := decision.policy_activate with input as patched(activate_base, case)
	object.keys(d.details) == case.refuses
}

activate_permits := {
	"BJ-FIN-15b POL-101: the second of two": {},
	"BJ-FIN-29 POL-002: the security administrator confirms": {"set": {
		"/subject/role": "security_administrator",
		"/proposer/role": "administrator",
	}},
	"BJ-FIN-29 POL-001: the first of two": {"set": {
		"/op": "propose",
		"/proposer/role": "",
		"/proposer/person": "",
		"/proposer/account": "",
	}},
	"BJ-FIN-29 POL-001: the regulator": {"set": {"/subject/role": "regulator"}},
	"BJ-FIN-29 POL-003: the administrator": {"set": {"/subject/role": "administrator"}},
	"BJ-FIN-15b POL-005: back to an older one": {"set": {
		"/bundle/rollback": true,
		"/bundle/decided": true,
		"/bundle/order": 2026112000001,
	}},
	"BJ-FIN-15b POL-005: the first bundle": {"set": {"/active/highest": 0}},
}

test_policy_activate_permits[note] if {
	some note, case in activate_permits
	d := decision.policy_activate with input as patched(activate_base, case)
	d.obligations == {"retention_years": 5}
}

test_BJ_OPS_32a_an_empty_change_of_rules_refuses_everything if {
	d := decision.policy_activate with input as {}
	object.keys(d.details) == object.keys(data.yumen.required["policy.activate"])
}
