package yumen.decision_test

import data.yumen.decision

computation_base := data.testing["computation.review"]

the_author := {
	"account": "wang",
	"person": "p-wang",
	"organization": "bank_a",
	"legal_group": "group_a",
	"role": "analyst",
	"effective": true,
}

computation_refusals := {
	"BJ-FIN-29 SUB-001: the role is not in effect": {"set": {"/subject/effective": false}, "refuses": {"SUB-001"}},
	"BJ-FIN-32a SUB-003: runs are frozen": {"set": {"/frozen": {"runs": {}}}, "refuses": {"SUB-003"}},
	"BJ-FIN-3 COM-001: a steward approves": {"set": {"/subject/role": "steward"}, "refuses": {"COM-001"}},
	"BJ-FIN-3 COM-001: the security administrator approves": {
		"set": {"/subject/role": "security_administrator"},
		"refuses": {"COM-001"},
	},
	"BJ-FIN-3 COM-001: a reviewer declares": {"set": {"/op": "declare"}, "refuses": {"COM-001", "COM-002"}},
	"BJ-FIN-3 COM-001: the author approves": {"set": {"/subject": the_author}, "refuses": {"COM-001", "COM-002"}},
	"BJ-FIN-3 COM-001: the author certifies": {
		"set": {"/op": "certify", "/subject": the_author},
		"refuses": {"COM-001", "COM-002"},
	},
	"BJ-FIN-3 COM-001: an unknown act": {
		"set": {"/op": "run"},
		"refuses": {"COM-001", "COM-002", "COM-003", "COM-004", "COM-005", "COM-007", "ENV-003"},
	},
	"SJZ-13a ENV-003: an unknown act where nothing is promoted": {
		"set": {"/op": "run", "/promotion": {"demanded": false, "digest": ""}},
		"refuses": {"COM-001", "COM-002", "COM-003", "COM-004", "COM-005", "COM-007", "ENV-003"},
	},
	"SJZ-13a ENV-003: an unknown act in development": {
		"set": {"/op": "run", "/zone/environment": "development"},
		"refuses": {"COM-001", "COM-002", "COM-003", "COM-004", "COM-005", "COM-007", "ENV-003"},
	},
	"SJZ-13a ENV-003: an unknown act in lab": {
		"set": {"/op": "run", "/zone/jurisdiction": "lab"},
		"refuses": {"COM-001", "COM-002", "COM-003", "COM-004", "COM-005", "COM-007", "ENV-003"},
	},
	"BJ-FIN-3 COM-004: an unknown act at grade 4": {
		"set": {"/computation/grade": 4, "/op": "run"},
		"refuses": {"COM-001", "COM-002", "COM-003", "COM-004", "COM-005", "COM-007", "ENV-003"},
	},
	"SJZ-13c COM-002: the author's other account": {
		"set": {"/subject/person": "p-wang"},
		"refuses": {"COM-002"},
	},
	"SJZ-13c COM-002: the author's account": {"set": {"/subject/account": "wang"}, "refuses": {"COM-002"}},
	"BJ-OPS-4 COM-002: the author's institution": {
		"set": {"/subject/organization": "bank_a"},
		"refuses": {"COM-002"},
	},
	"BJ-OPS-4 COM-002: the author's legal group": {
		"set": {"/subject/legal_group": "group_a"},
		"refuses": {"COM-002"},
	},
	"BJ-FIN-3 COM-002: declared in another's name": {
		"set": {"/computation/author/account": "li", "/op": "declare", "/subject": the_author},
		"refuses": {"COM-002"},
	},
	"BJ-FIN-3 COM-002: declared for another organization": {
		"set": {"/computation/author/organization": "bank_b", "/op": "declare", "/subject": the_author},
		"refuses": {"COM-002"},
	},
	"XM-22,XM-31 COM-006: a sealed dataset": {
		"set": {"/computation/markets": {"authorised": {}, "sealed": {}}},
		"refuses": {"COM-006"},
	},
	"XM-22 COM-006: a sealed dataset is certified": {
		"set": {"/computation/markets": {"sealed": {}}, "/op": "certify"},
		"refuses": {"COM-006"},
	},
	"XM-22 COM-006: it is not known which classes": {"set": {"/computation/markets": []}, "refuses": {"COM-006"}},
	"BJ-FIN-30 COM-003: what is approved is approved": {
		"set": {"/computation/state": "approved"},
		"refuses": {"COM-003"},
	},
	"BJ-FIN-30 COM-003: what is rejected is certified": {
		"set": {"/computation/state": "rejected", "/op": "certify"},
		"refuses": {"COM-003"},
	},
	"BJ-FIN-22b COM-003: no text": {
		"set": {"/computation/digest": ""},
		"refuses": {"COM-003", "COM-004", "ENV-003"},
	},
	"SJZ-13a ENV-003: nobody promoted it": {"set": {"/promotion/digest": ""}, "refuses": {"ENV-003"}},
	"SJZ-13a ENV-003: another version was promoted": {
		"set": {"/promotion/digest": "sha256:bb"},
		"refuses": {"ENV-003"},
	},
	"SJZ-13a ENV-003: it is not known whether that is demanded": {
		"set": {"/promotion/demanded": null},
		"refuses": {"ENV-003"},
	},
	"SJZ-13a ENV-003: it is not known what was promoted": {
		"set": {"/promotion": {"demanded": false, "digest": null}},
		"refuses": {"ENV-003"},
	},
	"SJZ-13a ENV-003: promoted into development": {
		"set": {"/op": "declare", "/subject": the_author, "/zone/environment": "development"},
		"refuses": {"ENV-003"},
	},
	"SJZ-13a ENV-003: declared as another version than was promoted": {
		"set": {"/op": "declare", "/promotion/digest": "sha256:bb", "/subject": the_author},
		"refuses": {"ENV-003"},
	},
	"SJZ-13a ENV-003: promoted out of production": {
		"set": {"/computation/state": "approved", "/op": "promote", "/subject": the_author},
		"refuses": {"ENV-003"},
	},
	"SJZ-13a COM-001,COM-002: a reviewer promotes": {
		"set": {"/computation/state": "approved", "/op": "promote", "/zone/environment": "development"},
		"refuses": {"COM-001", "COM-002"},
	},
	"SJZ-13a COM-003: promoted before it is approved": {
		"set": {"/op": "promote", "/subject": the_author, "/zone/environment": "development"},
		"refuses": {"COM-003"},
	},
	"SJZ-13a COM-004: promoted on a stale certificate": {
		"set": {
			"/certificate/state": "stale",
			"/computation/state": "approved",
			"/op": "promote",
			"/subject": the_author,
			"/zone/environment": "development",
		},
		"refuses": {"COM-004"},
	},
	"BJ-FIN-22b COM-003: no name": {"set": {"/computation/name": ""}, "refuses": {"COM-003"}},
	"BJ-OPS-27d COM-004: no certificate": {
		"set": {"/certificate": {"state": "none", "computation": ""}},
		"refuses": {"COM-004"},
	},
	"BJ-OPS-27d COM-004: it failed": {"set": {"/certificate/state": "failed"}, "refuses": {"COM-004"}},
	"BJ-OPS-27d COM-004: of other data": {"set": {"/certificate/state": "stale"}, "refuses": {"COM-004"}},
	"BJ-OPS-32b COM-004: of another text": {
		"set": {"/certificate/computation": "sha256:bb"},
		"refuses": {"COM-004"},
	},
	"BJ-OPS-27d COM-005: grade 4 in sjz": {
		"set": {"/computation/grade": 4, "/zone/jurisdiction": "sjz"},
		"refuses": {"COM-005"},
	},
	"BJ-OPS-27d COM-005: declared at grade 4 in xm": {
		"set": {"/computation/grade": 4, "/op": "declare", "/subject": the_author, "/zone/jurisdiction": "xm"},
		"refuses": {"COM-005"},
	},
	"BJ-OPS-27d COM-005,COM-007: certified at grade 4 in strict": {
		"set": {"/computation/grade": 4, "/op": "certify", "/zone/jurisdiction": "strict"},
		"refuses": {"COM-005", "COM-007"},
	},
	"BJ-OPS-27d COM-007: certified at grade 4": {
		"set": {"/computation/grade": 4, "/op": "certify"},
		"refuses": {"COM-007"},
	},
	"BJ-OPS-27d COM-002: the author's group approves at grade 4": {
		"set": {"/computation/grade": 4, "/subject/legal_group": "group_a"},
		"refuses": {"COM-002"},
	},
	"BJ-OPS-27c COM-005: no grade": {"set": {"/computation/grade": 0}, "refuses": {"COM-005"}},
	"BJ-OPS-27c COM-005: certified without a grade": {
		"set": {"/computation/grade": 0, "/op": "certify"},
		"refuses": {"COM-005", "COM-007"},
	},
}

test_computation_refusals[note] if {
	some note, case in computation_refusals
	d := decision.computation_review with input as patched(computation_base, case)
	object.keys(d.details) == case.refuses
}

computation_permits := {
	"BJ-OPS-27d COM-101 COM-102: a reviewer approves": {},
	"BJ-OPS-27d COM-004: a reviewer certifies": {"set": {
		"/certificate": {"state": "none", "computation": ""},
		"/op": "certify",
	}},
	"BJ-OPS-27d COM-003: what is approved is certified again": {"set": {
		"/certificate/state": "stale",
		"/computation/state": "approved",
		"/op": "certify",
	}},
	"BJ-FIN-22b COM-003: an approval is taken back": {"set": {"/computation/state": "approved", "/op": "reject"}},
	"BJ-OPS-27d COM-005: grade 3 is opened to what is certified": {"set": {"/op": "certify"}},
	"SJZ-13a ENV-003: approved where nothing is promoted": {"set": {"/promotion": {"demanded": false, "digest": ""}}},
	"SJZ-13a ENV-003: declared here": {"set": {
		"/op": "declare",
		"/promotion/digest": "",
		"/subject": the_author,
	}},
	"SJZ-13a ENV-003: promoted out of development": {"set": {
		"/computation/state": "approved",
		"/op": "promote",
		"/subject": the_author,
		"/zone/environment": "development",
	}},
	"SJZ-13a ENV-003: a lab shows how it is done": {"set": {
		"/computation/state": "approved",
		"/op": "promote",
		"/subject": the_author,
		"/zone/jurisdiction": "lab",
	}},
	"BJ-FIN-3 COM-001: an analyst declares": {"set": {
		"/certificate": {"state": "none", "computation": ""},
		"/computation/state": "none",
		"/op": "declare",
		"/subject": the_author,
	}},
}

test_computation_permits[note] if {
	some note, case in computation_permits
	d := decision.computation_review with input as patched(computation_base, case)
	d.obligations.retention_years == 5
	d.obligations.run.k == 10
	d.obligations.run.round == 5
	d.obligations.run.mode == "exact"
}

# What is answered with noise is declared, approved and promoted without a certificate.
noisy_computation_permits := {
	"BJ-OPS-27d COM-004,COM-101: a reviewer approves at grade 4": {},
	"XC-27a COM-004,COM-005: a reviewer approves at grade 4 in xc": {"set": {"/zone/jurisdiction": "xc"}},
	"BJ-FIN-3 COM-005,COM-007: an analyst declares at grade 4": {"set": {
		"/computation/state": "none",
		"/op": "declare",
		"/subject": the_author,
	}},
	"SJZ-13a COM-004,COM-007: promoted out of development at grade 4": {"set": {
		"/computation/state": "approved",
		"/op": "promote",
		"/subject": the_author,
		"/zone/environment": "development",
	}},
}

test_noisy_computation_permits[note] if {
	some note, case in noisy_computation_permits
	uncertified := patched(
		computation_base,
		{"set": {"/certificate": {"state": "none", "computation": ""}, "/computation/grade": 4}},
	)
	d := decision.computation_review with input as patched(uncertified, case)
	d.obligations.run.mode == "noisy"
	d.obligations.run.round == 0
	d.obligations.run.noise[3].sigma == 40
	d.obligations.run.review == "parties"
}

test_BJ_OPS_27d_a_computation_of_grade_4_may_be_rejected_where_it_never_runs if {
	d := decision.computation_review with input as patched(
		computation_base,
		{"set": {"/computation/grade": 4, "/op": "reject", "/zone/jurisdiction": "sjz"}},
	)
	d.obligations.run.grade == 4
}

test_BJ_OPS_27d_a_computation_of_grade_4_may_be_rejected if {
	d := decision.computation_review with input as patched(
		computation_base,
		{"set": {"/computation/grade": 4, "/op": "reject"}},
	)
	d.obligations.run.grade == 4
}

test_BJ_FIN_22b_computation_of_an_empty_input_refuses_everything if {
	d := decision.computation_review with input as {}
	object.keys(d.details) == object.keys(data.yumen.required["computation.review"])
}
