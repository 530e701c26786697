package yumen.decision_test

import data.yumen.decision

grant_base := data.testing["grant.change"]

grant_refusals := {
	"BJ-FIN-29 SUB-001: the role is not in effect": {
		"set": {"/subject/effective": false},
		"refuses": {"SUB-001"},
	},
	"BJ-FIN-3 GRA-001: a administrator resumes": {
		"set": {"/subject/role": "administrator"},
		"refuses": {"GRA-001", "GRA-002"},
	},
	"BJ-FIN-3 GRA-001: a auditor resumes": {
		"set": {"/subject/role": "auditor"},
		"refuses": {"GRA-001", "GRA-002"},
	},
	"BJ-FIN-3 GRA-001: a provider resumes": {
		"set": {"/subject/role": "provider"},
		"refuses": {"GRA-001", "GRA-002"},
	},
	"BJ-FIN-3 GRA-001: a egress_reviewer resumes": {
		"set": {"/subject/role": "egress_reviewer"},
		"refuses": {"GRA-001", "GRA-002"},
	},
	"BJ-FIN-3 GRA-001: a regulator resumes": {
		"set": {"/subject/role": "regulator"},
		"refuses": {"GRA-001", "GRA-002"},
	},
	"BJ-FIN-3 GRA-001: a analyst resumes": {
		"set": {"/subject/role": "analyst"},
		"refuses": {"GRA-001", "GRA-002"},
	},
	"BJ-FIN-3 GRA-001: an unknown act": {
		"set": {"/op": "extend"},
		"refuses": {"GRA-001", "GRA-003", "GRA-004"},
	},
	"BJ-FIN-29 GRA-001: an unknown act of the security administrator": {
		"set": {"/op": "extend", "/subject/role": "security_administrator"},
		"refuses": {"GRA-001", "GRA-003", "GRA-004"},
	},
	"BJ-FIN-35b GRA-002: providers as a text": {
		"set": {
			"/caller/type": "provider",
			"/grant/providers": "hrss",
			"/grant/suspender": "hrss",
			"/subject/organization": "hrss",
		},
		"refuses": {"GRA-002"},
	},
	"BJ-FIN-3 GRA-001: an analyst suspends": {
		"set": {"/grant/state": "active", "/op": "suspend", "/subject": the_analyst},
		"refuses": {"GRA-001", "GRA-002"},
	},
	"BJ-OPS-4 GRA-002: an analyst terminates another organization's": {
		"set": {"/grant/organization": "bank_b", "/op": "terminate", "/subject": the_analyst},
		"refuses": {"GRA-002"},
	},
	"BJ-FIN-35b GRA-002: a provider of other data": {
		"set": {"/caller/type": "provider", "/grant/suspender": "tax", "/subject/organization": "tax"},
		"refuses": {"GRA-002"},
	},
	"BJ-FIN-35b GRA-002: an institution": {"set": {"/caller/type": "institution"}, "refuses": {"GRA-002"}},
	"BJ-FIN-3 GRA-002: the grant's own organization": {
		"set": {"/grant/organization": "operator"},
		"refuses": {"GRA-002"},
	},
	"BJ-FIN-3 GRA-002: a steward terminates a grant of his own organization": {
		"set": {"/grant/organization": "operator", "/op": "terminate"},
		"refuses": {"GRA-002"},
	},
	"BJ-FIN-3 GRA-002: the grant's own legal group": {
		"set": {"/grant/legal_group": "operator"},
		"refuses": {"GRA-002"},
	},
	"BJ-FIN-35b GRA-003: resume what is active": {"set": {"/grant/state": "active"}, "refuses": {"GRA-003"}},
	"BJ-FIN-35b GRA-003: resume what is terminated": {"set": {"/grant/state": "terminated"}, "refuses": {"GRA-003"}},
	"BJ-FIN-35b GRA-003: suspend what is suspended": {"set": {"/op": "suspend"}, "refuses": {"GRA-003"}},
	"BJ-FIN-35b GRA-003: terminate what is terminated": {
		"set": {"/grant/state": "terminated", "/op": "terminate"},
		"refuses": {"GRA-003"},
	},
	"BJ-FIN-35b GRA-003: no grant": {"set": {"/grant/id": ""}, "refuses": {"GRA-003"}},
	"XM-50 GRA-003: its term is over": {"set": {"/grant/not_after": 1000000}, "refuses": {"GRA-003"}},
	"XM-50 GRA-003: a term without an end": {"set": {"/grant/not_after": null}, "refuses": {"GRA-003"}},
	"BJ-FIN-29 GRA-004: a steward resumes what the security administrator suspended": {
		"set": {"/grant/suspended_by": "security_administrator"},
		"refuses": {"GRA-004"},
	},
	"BJ-FIN-29 GRA-004: the operator's steward resumes what a provider suspended": {
		"set": {"/grant/suspender": "hrss"},
		"refuses": {"GRA-004"},
	},
	"BJ-FIN-29 GRA-004: a provider's steward resumes what the operator suspended": {
		"set": {"/caller/type": "provider", "/subject/organization": "hrss"},
		"refuses": {"GRA-004"},
	},
	"BJ-FIN-29 GRA-004: nobody knows whose steward suspended it": {
		"set": {"/grant/suspender": ""},
		"refuses": {"GRA-004"},
	},
	"BJ-FIN-35b GRA-003: the security administrator suspends what he suspended": {
		"set": {
			"/grant/suspended_by": "security_administrator",
			"/op": "suspend",
			"/subject/role": "security_administrator",
		},
		"refuses": {"GRA-003"},
	},
	"XM-50 GRA-003: the security administrator suspends what was suspended and is over": {
		"set": {"/grant/not_after": 1000000, "/op": "suspend", "/subject/role": "security_administrator"},
		"refuses": {"GRA-003"},
	},
	"BJ-FIN-35b GRA-003: the security administrator suspends no grant": {
		"set": {"/grant/id": "", "/op": "suspend", "/subject/role": "security_administrator"},
		"refuses": {"GRA-003"},
	},
	"BJ-FIN-35b GRA-003: the security administrator suspends what is terminated": {
		"set": {"/grant/state": "terminated", "/op": "suspend", "/subject/role": "security_administrator"},
		"refuses": {"GRA-003"},
	},
	"BJ-FIN-29 GRA-004: nobody knows who suspended it": {"set": {"/grant/suspended_by": ""}, "refuses": {"GRA-004"}},
}

test_grant_refusals[note] if {
	some note, case in grant_refusals
	d := decision.grant_change with input as patched(grant_base, case)
	object.keys(d.details) == case.refuses
}

grant_permits := {
	"BJ-FIN-35b GRA-101: a steward resumes": {},
	"BJ-FIN-35b GRA-003: a steward suspends": {"set": {"/grant/state": "active", "/op": "suspend"}},
	"BJ-FIN-35b GRA-003: a steward terminates": {"set": {"/grant/state": "active", "/op": "terminate"}},
	"BJ-FIN-35b GRA-003: a steward terminates what is suspended": {"set": {"/op": "terminate"}},
	"BJ-FIN-29 GRA-004: the security administrator resumes what he suspended": {"set": {
		"/grant/suspended_by": "security_administrator",
		"/subject/role": "security_administrator",
	}},
	"BJ-FIN-29 GRA-003: the security administrator takes over what a steward suspended": {"set": {
		"/grant/suspender": "hrss",
		"/op": "suspend",
		"/subject/role": "security_administrator",
	}},
	"BJ-FIN-29 GRA-004: the security administrator resumes what a provider suspended": {"set": {
		"/grant/suspender": "hrss",
		"/subject/role": "security_administrator",
	}},
	"BJ-FIN-29 GRA-004: a provider's steward resumes what his organization suspended": {"set": {
		"/caller/type": "provider",
		"/grant/suspender": "hrss",
		"/subject/organization": "hrss",
	}},
	"BJ-FIN-35b GRA-002: the provider's steward suspends": {"set": {
		"/caller/type": "provider",
		"/grant/state": "active",
		"/op": "suspend",
		"/subject/organization": "hrss",
	}},
	"BJ-FIN-35b GRA-002: the regulator's steward suspends": {"set": {
		"/caller/type": "regulator",
		"/grant/state": "active",
		"/op": "suspend",
		"/subject/organization": "authority",
	}},
	"BJ-OPS-15 GRA-002: an institution gives its own back": {"set": {
		"/caller/type": "institution",
		"/op": "terminate",
		"/subject": the_analyst,
	}},
}

test_grant_permits[note] if {
	some note, case in grant_permits
	d := decision.grant_change with input as patched(grant_base, case)
	d.obligations == {"retention_years": 5}
}

test_BJ_OPS_32a_grant_of_an_empty_input_refuses_everything if {
	d := decision.grant_change with input as {}
	object.keys(d.details) == object.keys(data.yumen.required["grant.change"])
}
