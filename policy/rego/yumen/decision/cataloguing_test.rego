package yumen.decision_test

import data.yumen.decision

cataloguing_base := data.testing["catalog.change"]

cataloguing_refusals := {
	"XC-3a SUP-021: an orphan table": {"set": {"/dataset/unplaced": 1}, "refuses": {"SUP-021"}},
	"XC-3a SUP-021: no directory": {"set": {"/dataset/unplaced": 4}, "refuses": {"SUP-021"}},
	"XC-3a SUP-021: no number, in lab": {
		"set": {"/dataset/unplaced": null, "/zone/jurisdiction": "lab"},
		"refuses": {"SUP-021"},
	},
	"XC-3a SUP-021: a negative number": {"set": {"/dataset/unplaced": -1}, "refuses": {"SUP-021"}},
	"SJZ-2 SUP-022: not answered": {"set": {"/dataset/state_secret": null}, "refuses": {"SUP-022"}},
	"SJZ-2 SUP-022: not asked, in lab": {
		"set": {"/zone/jurisdiction": "lab"},
		"remove": {"/dataset/state_secret"},
		"refuses": {"SUP-022"},
	},
	"SJZ-2 SUP-022: a state secret": {"set": {"/dataset/state_secret": true}, "refuses": {"SUP-022"}},
	"SJZ-2 SUP-022: a state secret in lab": {
		"set": {"/dataset/state_secret": true, "/zone/jurisdiction": "lab"},
		"refuses": {"SUP-022"},
	},
	"SJZ-2 SUP-023: a marked text": {"set": {"/dataset/marked": 1}, "refuses": {"SUP-023"}},
	"SJZ-2 SUP-023: a marked text in lab": {
		"set": {"/dataset/marked": 1, "/zone/jurisdiction": "lab"},
		"refuses": {"SUP-023"},
	},
	"XC-19b SUP-024: not shared, and no law is cited": {"set": {"/dataset/sharing": "none"}, "refuses": {"SUP-024"}},
	"XC-19b SUP-024: not shared, and nothing is known of a law, in lab": {
		"set": {"/dataset/sharing": "none", "/dataset/basis": null, "/zone/jurisdiction": "lab"},
		"refuses": {"SUP-024"},
	},
	"XC-19b SUP-024: shared, and it is not known whether a law is cited": {
		"set": {"/dataset/basis": null},
		"refuses": {"SUP-024"},
	},
	"XC-27b SUP-025: a lower grade without a record": {"set": {"/dataset/lowered": 1}, "refuses": {"SUP-025"}},
	"XC-27b SUP-025: no number, in lab": {
		"set": {"/dataset/lowered": null, "/zone/jurisdiction": "lab"},
		"refuses": {"SUP-025"},
	},
}

test_cataloguing_refusals[note] if {
	some note, case in cataloguing_refusals
	d := decision.catalog_change with input as patched(cataloguing_base, case)
	object.keys(d.details) == case.refuses
}

cataloguing_permits := {
	"XC-19b SUP-024: not shared by law": {"set": {"/dataset/sharing": "none", "/dataset/basis": true}},
	"XC-3a SUP-021: a lab dataset without a directory": {"set": {
		"/dataset/basis": false,
		"/dataset/lowered": 2,
		"/dataset/sharing": "none",
		"/dataset/state_secret": null,
		"/dataset/unplaced": 4,
		"/zone/jurisdiction": "lab",
	}},
	"SJZ-2 SUP-022,SUP-023: what is marked is rejected": {"set": {
		"/dataset/lowered": 2,
		"/dataset/marked": 2,
		"/dataset/sharing": "none",
		"/dataset/state_secret": true,
		"/dataset/unplaced": 4,
		"/op": "reject",
	}},
	"XC-27b SUP-025: every lower grade has its record": {"set": {"/dataset/lowered": 0}},
}

test_cataloguing_permits[note] if {
	some note, case in cataloguing_permits
	d := decision.catalog_change with input as patched(cataloguing_base, case)
	d.obligations.retention_years == 5
}
