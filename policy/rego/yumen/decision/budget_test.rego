package yumen.decision_test

import data.yumen.decision

topup_base := data.testing["budget.topup"]

nobody_proposed := {
	"/op": "propose", "/proposer/account": "", "/proposer/person": "", "/proposer/organization": "",
	"/proposer/legal_group": "",
}

proposing := object.union_n([nobody_proposed, {
	"/subject/role": "security_administrator", "/subject/organization": "operator",
	"/subject/legal_group": "operator",
}])

topup_refusals := {
	"BJ-FIN-29 SUB-001: the role is not in effect": {"set": {"/subject/effective": false}, "refuses": {"SUB-001"}},
	"BJ-FIN-29 BUD-001: the security administrator confirms": {
		"set": {"/subject/role": "security_administrator"},
		"refuses": {"BUD-001"},
	},
	"BJ-FIN-29 BUD-001: an analyst confirms": {"set": {"/subject/role": "analyst"}, "refuses": {"BUD-001"}},
	"BJ-FIN-29 BUD-001: a provider proposes": {"set": nobody_proposed, "refuses": {"BUD-001"}},
	"BJ-FIN-29 BUD-001,BUD-003,BUD-006: another act": {
		"set": {"/op": "renew"},
		"refuses": {"BUD-001", "BUD-003", "BUD-006"},
	},
	"BJ-OPS-27c BUD-001,BUD-003,BUD-006: another act of the regulator": {
		"set": {"/op": "renew", "/subject/role": "regulator"},
		"refuses": {"BUD-001", "BUD-003", "BUD-006"},
	},
	"BJ-OPS-27c BUD-002: no entity": {"set": {"/target/entity": ""}, "refuses": {"BUD-002"}},
	"BJ-OPS-27c BUD-002,BUD-004: every group": {"set": {"/target/legal_group": ""}, "refuses": {"BUD-002", "BUD-004"}},
	"BJ-OPS-27c BUD-002: no reason": {"set": {"/reason": false}, "refuses": {"BUD-002"}},
	"BJ-OPS-27c BUD-002: nothing is added": {"set": {"/target/units": 0}, "refuses": {"BUD-002"}},
	"BJ-OPS-27c BUD-002: less is added": {"set": {"/target/units": -5}, "refuses": {"BUD-002"}},
	"BJ-OPS-27c BUD-002,BUD-005: another window": {"set": {"/target/days": 60}, "refuses": {"BUD-002", "BUD-005"}},
	"BJ-OPS-27c BUD-002,BUD-005: another grade": {"set": {"/target/grade": 5}, "refuses": {"BUD-002", "BUD-005"}},
	"BJ-FIN-29 BUD-003: one account twice": {"set": {"/proposer/account": "prov"}, "refuses": {"BUD-003"}},
	"BJ-FIN-29 BUD-003: one person twice": {"set": {"/proposer/person": "p-prov"}, "refuses": {"BUD-003"}},
	"BJ-FIN-29 BUD-003: one organization twice": {"set": {"/proposer/organization": "hrss"}, "refuses": {"BUD-003"}},
	"BJ-FIN-29 BUD-003: one group twice": {"set": {"/proposer/legal_group": "hrss"}, "refuses": {"BUD-003"}},
	"BJ-FIN-29 BUD-003: nobody proposed it": {
		"set": {"/proposer/account": "", "/proposer/person": ""},
		"refuses": {"BUD-003"},
	},
	"BJ-FIN-29 BUD-004: its own group": {"set": {"/target/legal_group": "hrss"}, "refuses": {"BUD-004"}},
	"BJ-OPS-27c BUD-005: a month beyond its bound": {"set": {"/target/units": 31}, "refuses": {"BUD-005"}},
	"BJ-OPS-27c BUD-005: a year beyond its bound": {
		"set": {"/target/days": 365, "/target/units": 81},
		"refuses": {"BUD-005"},
	},
	"BJ-OPS-27c BUD-005: grade 4 has none": {
		"set": {"/target/grade": 4, "/target/standing": 0, "/target/units": 1},
		"refuses": {"BUD-005"},
	},
	"BJ-OPS-27c BUD-005: less than nothing stands": {"set": {"/target/standing": -30}, "refuses": {"BUD-005"}},
	"BJ-OPS-27c BUD-006: a provider of other entities": {
		"set": {"/target/providers": {"court": {}}},
		"refuses": {"BUD-006"},
	},
}

test_budget_topup_refusals[note] if {
	some note, case in topup_refusals
	d := decision.budget_topup with input as patched(topup_base, case)
	object.keys(d.details) == case.refuses
}

topup_permits := {
	"BJ-OPS-27c BUD-001: the security administrator proposes": {"set": proposing},
	"BJ-OPS-27c BUD-006: the regulator confirms": {
		"set": {"/subject/role": "regulator", "/target/providers": {}},
	},
	"XM-39c BUD-101: up to the bound": {"set": {"/target/units": 30}},
	"BJ-OPS-27c BUD-002: a year": {"set": {"/target/days": 365, "/target/units": 80}},
}

test_budget_topup_permits[note] if {
	some note, case in topup_permits
	d := decision.budget_topup with input as patched(topup_base, case)
	d.obligations == {"retention_years": 5}
}

test_BJ_OPS_32a_topup_of_an_empty_input_refuses_everything if {
	d := decision.budget_topup with input as {}
	object.keys(d.details) == object.keys(data.yumen.required["budget.topup"])
}
