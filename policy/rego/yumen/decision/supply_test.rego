package yumen.decision_test

import data.yumen.decision

supply_base := data.testing["supply.change"]

supply_refusals := {
	"SJZ-6a SUP-012: another provider's steward destroys": {
		"set": {"/op": "destroy", "/subject": the_steward, "/subject/organization": "court"},
		"refuses": {"SUP-012"},
	},
	"BJ-FIN-29 SUB-001: the role is not in effect": {"set": {"/subject/effective": false}, "refuses": {"SUB-001"}},
	"BJ-OPS-27d SUP-031: an analyst confirms": {
		"set": {"/subject/role": "analyst"},
		"refuses": {"SUP-012", "SUP-031"},
	},
	"BJ-OPS-27d SUP-031: another act": {
		"set": {"/op": "load"},
		"refuses": {"SUP-031", "SUP-033", "SUP-034"},
	},
	"BJ-OPS-27d SUP-034: another act upon what the provider proposed": {
		"set": {
			"/op": "load",
			"/proposer": {"account": "hrss_1", "person": "p-li", "organization": "hrss"},
			"/caller/type": "operator",
			"/subject": the_steward,
		},
		"refuses": {"SUP-031", "SUP-033", "SUP-034"},
	},
	"SJZ-6a SUP-012: another provider's batch": {
		"set": {"/op": "discard", "/subject/organization": "tax"},
		"refuses": {"SUP-012"},
	},
	"BJ-OPS-27d SUP-032: without a reason": {"set": {"/reason": false}, "refuses": {"SUP-032"}},
	"BJ-OPS-27d SUP-032: about nothing": {"set": {"/dataset/name": ""}, "refuses": {"SUP-032"}},
	"BJ-OPS-27d SUP-034: a person of nobody": {"set": {"/proposer/organization": ""}, "refuses": {"SUP-034"}},
	"BJ-OPS-27d SUP-033: one account twice": {"set": {"/proposer/account": "hrss_1"}, "refuses": {"SUP-033"}},
	"BJ-OPS-27d SUP-033: one person twice": {"set": {"/proposer/person": "p-li"}, "refuses": {"SUP-033"}},
	"BJ-OPS-27d SUP-033: nobody proposed it": {
		"set": {"/proposer/account": "", "/proposer/person": ""},
		"refuses": {"SUP-033"},
	},
	"BJ-OPS-27d SUP-034: two persons of the operator": {
		"set": {
			"/proposer/account": "steward_2",
			"/proposer/person": "p-steward-2",
			"/caller/type": "operator",
			"/subject": the_steward,
		},
		"refuses": {"SUP-034"},
	},
}

test_supply_refusals[note] if {
	some note, case in supply_refusals
	d := decision.supply_change with input as patched(supply_base, case)
	object.keys(d.details) == case.refuses
}

supply_permits := {
	"BJ-OPS-27d SUP-034: the provider confirms": {"obligations": {"retention_years": 5}},
	"BJ-OPS-27d SUP-034: a steward confirms what the provider proposed": {
		"set": {
			"/proposer": {"account": "hrss_1", "person": "p-li", "organization": "hrss"},
			"/caller/type": "operator",
			"/subject": the_steward,
		},
		"obligations": {"retention_years": 5},
	},
	"BJ-OPS-27d SUP-031: the provider proposes": {"set": {"/op": "propose"}},
	"BJ-OPS-27c SUP-031: a steward destroys": {
		"set": {"/op": "destroy", "/caller/type": "operator", "/subject": the_steward},
	},
	"SJZ-15e SUP-031: the provider discards": {"set": {"/op": "discard"}},
}

test_supply_permits[note] if {
	some note, case in supply_permits
	d := decision.supply_change with input as patched(supply_base, case)
	wanted := object.get(case, "obligations", {})
	object.keys(wanted) - object.keys(d.obligations) == set()
	every key, value in wanted {
		value == d.obligations[key]
	}
	object.get(d, "details", set()) == set()
}

test_BJ_OPS_27d_supply_change_of_an_empty_input_refuses_everything if {
	d := decision.supply_change with input as {}
	object.keys(d.details) == object.keys(data.yumen.required["supply.change"])
}
