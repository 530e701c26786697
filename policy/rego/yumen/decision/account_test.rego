package yumen.decision_test

import data.yumen.decision

account_base := data.testing["account.change"]

account_refusals := {
	"BJ-FIN-29 SEP-001: the administrator confirms": {
		"set": {"/subject/role": "administrator"},
		"refuses": {"SEP-001"},
	},
	"BJ-FIN-29 SEP-001: the security administrator creates": {
		"set": {"/op": "create", "/target/state": "none"},
		"refuses": {"SEP-001"},
	},
	"BJ-FIN-29 SEP-001: his role is not in effect": {
		"set": {"/subject/effective": false},
		"refuses": {"SEP-001"},
	},
	"BJ-FIN-29 SEP-001: the account confirms its own role": {
		"set": {"/subject": the_analyst},
		"refuses": {"SEP-001", "SEP-003"},
	},
	"BJ-FIN-29 SEP-001: an unknown act": {
		"set": {"/op": "promote"},
		"refuses": {"SEP-001", "SEP-003", "SEP-005"},
	},
	"BJ-FIN-29 SEP-001: another activates": {"set": {"/op": "activate"}, "refuses": {"SEP-001"}},
	"BJ-FIN-29 SEP-001: another registers a key": {"set": {"/op": "register_key"}, "refuses": {"SEP-001"}},
	"BJ-FIN-29 SEP-001: the account without the person": {
		"set": {"/op": "activate", "/subject/account": "wang"},
		"refuses": {"SEP-001"},
	},
	"BJ-FIN-29 SEP-001: the person without the account": {
		"set": {"/op": "activate", "/subject/person": "p-wang"},
		"refuses": {"SEP-001"},
	},
	"BJ-FIN-3 SEP-002: an unknown role is held": {"set": {"/held": {"friend": {}}}, "refuses": {"SEP-002"}},
	"BJ-FIN-3 SEP-002: it is not known what is held": {"set": {"/held": null}, "refuses": {"SEP-002"}},
	"BJ-FIN-3 SEP-002,SEP-004: an unknown role": {
		"set": {"/target/role": "friend"},
		"refuses": {"SEP-002", "SEP-004"},
	},
	"BJ-FIN-29 SEP-003: confirm_role of his own account": {
		"set": {"/op": "confirm_role", "/target/account": "sec", "/target/state": "active"},
		"refuses": {"SEP-003"},
	},
	"BJ-FIN-29 SEP-003: confirm_role of himself under another account": {
		"set": {"/op": "confirm_role", "/target/person": "p-sec", "/target/state": "active"},
		"refuses": {"SEP-003"},
	},
	"BJ-FIN-29 SEP-003: confirm_role of what he created": {
		"set": {"/op": "confirm_role", "/target/creator": "p-sec", "/target/state": "active"},
		"refuses": {"SEP-003"},
	},
	"BJ-FIN-29 SEP-001: an auditor confirms a reviewer's key": {
		"set": {"/op": "confirm_key", "/subject/role": "auditor"},
		"refuses": {"SEP-001"},
	},
	"BJ-FIN-29 SEP-001: a steward confirms the security administrator's key": {
		"set": {"/op": "confirm_key", "/subject/role": "steward", "/target/role": "security_administrator"},
		"refuses": {"SEP-001"},
	},
	"BJ-FIN-29 SEP-001: an auditor confirms the security administrator's role": {
		"set": {"/subject/role": "auditor", "/target/role": "security_administrator"},
		"refuses": {"SEP-001"},
	},
	"BJ-FIN-29 SEP-001: an auditor whose role is not in effect": {
		"set": {
			"/op": "confirm_key",
			"/subject/role": "auditor",
			"/subject/effective": false,
			"/target/role": "security_administrator",
		},
		"refuses": {"SEP-001"},
	},
	"BJ-FIN-29 SEP-003: confirm_key of his own account": {
		"set": {"/op": "confirm_key", "/target/account": "sec", "/target/state": "active"},
		"refuses": {"SEP-003"},
	},
	"BJ-FIN-29 SEP-003: confirm_key of himself under another account": {
		"set": {"/op": "confirm_key", "/target/person": "p-sec", "/target/state": "active"},
		"refuses": {"SEP-003"},
	},
	"BJ-FIN-29 SEP-003: confirm_key of what he created": {
		"set": {"/op": "confirm_key", "/target/creator": "p-sec", "/target/state": "active"},
		"refuses": {"SEP-003"},
	},
	"BJ-FIN-29 SEP-003: resume of his own account": {
		"set": {"/op": "resume", "/target/account": "sec", "/target/state": "suspended"},
		"refuses": {"SEP-003"},
	},
	"BJ-FIN-29 SEP-003: resume of himself under another account": {
		"set": {"/op": "resume", "/target/person": "p-sec", "/target/state": "suspended"},
		"refuses": {"SEP-003"},
	},
	"BJ-FIN-29 SEP-003: resume of what he created": {
		"set": {"/op": "resume", "/target/creator": "p-sec", "/target/state": "suspended"},
		"refuses": {"SEP-003"},
	},
	"BJ-FIN-29 SEP-001: a steward resets a second factor": {
		"set": {"/op": "reset_factor", "/subject/role": "steward"},
		"refuses": {"SEP-001"},
	},
	"BJ-FIN-29 SEP-003: reset of his own second factor": {
		"set": {"/op": "reset_factor", "/target/account": "sec"},
		"refuses": {"SEP-003"},
	},
	"BJ-FIN-29 SEP-001: the security administrator resets": {"set": {"/op": "reset"}, "refuses": {"SEP-001"}},
	"BJ-FIN-29 SEP-003: the administrator resets his own account": {
		"set": {
			"/op": "reset",
			"/subject/account": "root",
			"/subject/person": "p-root",
			"/subject/role": "administrator",
			"/target/account": "root",
		},
		"refuses": {"SEP-003"},
	},
	"BJ-FIN-30 SEP-005: reset a suspended account": {
		"set": {
			"/op": "reset",
			"/subject/account": "root",
			"/subject/person": "p-root",
			"/subject/role": "administrator",
			"/target/state": "suspended",
		},
		"refuses": {"SEP-005"},
	},
	"BJ-FIN-29 SEP-003: suspend of his own account": {
		"set": {"/op": "suspend", "/target/account": "sec", "/target/state": "active"},
		"refuses": {"SEP-003"},
	},
	"BJ-FIN-29 SEP-003: suspend of himself under another account": {
		"set": {"/op": "suspend", "/target/person": "p-sec", "/target/state": "active"},
		"refuses": {"SEP-003"},
	},
	"BJ-FIN-29 SEP-003: the administrator creates an account for himself": {
		"set": {
			"/op": "create",
			"/subject/account": "root",
			"/subject/person": "p-root",
			"/subject/role": "administrator",
			"/target/creator": "",
			"/target/person": "p-root",
			"/target/state": "none",
		},
		"refuses": {"SEP-003"},
	},
	"BJ-FIN-29 SEP-003: the administrator creates his own account again": {
		"set": {
			"/op": "create",
			"/subject/account": "root",
			"/subject/person": "p-root",
			"/subject/role": "administrator",
			"/target/account": "root",
			"/target/creator": "",
			"/target/state": "none",
		},
		"refuses": {"SEP-003"},
	},
	"BJ-FIN-29 SEP-003: nobody created it": {"set": {"/target/creator": ""}, "refuses": {"SEP-003"}},
	"BJ-OPS-21a SEP-004: no person": {"set": {"/target/person": ""}, "refuses": {"SEP-003", "SEP-004"}},
	"BJ-OPS-21a SEP-004: no organization": {"set": {"/target/organization": ""}, "refuses": {"SEP-004"}},
	"BJ-OPS-21a SEP-004: no account": {"set": {"/target/account": ""}, "refuses": {"SEP-003", "SEP-004"}},
	"BJ-FIN-30 SEP-005: create what exists": {
		"set": {
			"/op": "create",
			"/subject/account": "root",
			"/subject/person": "p-root",
			"/subject/role": "administrator",
			"/target/creator": "",
			"/target/state": "active",
		},
		"refuses": {"SEP-005"},
	},
	"BJ-FIN-30 SEP-005: confirm a suspended account": {
		"set": {"/target/state": "suspended"},
		"refuses": {"SEP-005"},
	},
	"BJ-FIN-30 SEP-005: confirm what does not exist": {"set": {"/target/state": "none"}, "refuses": {"SEP-005"}},
	"BJ-FIN-30 SEP-005: resume what is active": {"set": {"/op": "resume"}, "refuses": {"SEP-005"}},
	"BJ-FIN-29 SEP-006: it is not known who is in office": {"set": {"/offices": null}, "refuses": {"SEP-006"}},
	"BJ-FIN-29 SEP-006: a negative count of auditors": {
		"set": {"/offices/auditors": -1},
		"refuses": {"SEP-006"},
	},
	"BJ-FIN-29 SEP-006: a negative count of security administrators": {
		"set": {"/offices/security_administrators": -1},
		"refuses": {"SEP-006"},
	},
	"BJ-FIN-29 SEP-006: active as text": {
		"set": {"/offices/security_administrator_active": "no"},
		"refuses": {"SEP-006"},
	},
}

test_account_refusals[note] if {
	some note, case in account_refusals
	d := decision.account_change with input as patched(account_base, case)
	object.keys(d.details) == case.refuses
}

account_permits := {
	"BJ-FIN-29 SEP-101: the first auditor registers a key": {
		"set": {
			"/offices": {"auditors": 0, "security_administrator_active": false, "security_administrators": 0},
			"/op": "register_key",
			"/subject": the_analyst_not_yet,
			"/target/role": "auditor",
		},
		"obligations": {"account": {"confirmation": "required"}},
	},
	"BJ-FIN-29 SEP-101: the first security administrator registers a key": {
		"set": {
			"/offices": {"auditors": 0, "security_administrator_active": false, "security_administrators": 0},
			"/op": "register_key",
			"/subject": the_analyst_not_yet,
			"/target/role": "security_administrator",
		},
		"obligations": {"account": {"confirmation": "required"}},
	},
	"BJ-FIN-29 SEP-101: the security administrator confirms a role": {
		"obligations": {"account": {"confirmation": "none"}, "retention_years": 3},
	},
	"XM-43 SEP-101: the security administrator confirms a key": {
		"set": {"/op": "confirm_key"},
		"obligations": {"account": {"confirmation": "none"}, "retention_years": 3},
	},
	"BJ-FIN-29 SEP-001: an auditor confirms the security administrator's key": {
		"set": {"/op": "confirm_key", "/subject/role": "auditor", "/target/role": "security_administrator"},
		"obligations": {"account": {"confirmation": "none"}, "retention_years": 3},
	},
	"BJ-FIN-29 SEP-101: the administrator creates": {
		"set": {
			"/op": "create",
			"/subject/account": "root",
			"/subject/person": "p-root",
			"/subject/role": "administrator",
			"/target/creator": "",
			"/target/state": "none",
		},
		"obligations": {"account": {"confirmation": "required"}, "retention_years": 3},
	},
	"BJ-FIN-29 SEP-101: a person activates his own account": {
		"set": {"/op": "activate", "/subject": the_analyst_not_yet},
		"obligations": {"account": {"confirmation": "none"}, "retention_years": 3},
	},
	"XM-43 SEP-101: a person registers a key": {
		"set": {"/op": "register_key", "/subject": the_analyst_not_yet},
		"obligations": {"account": {"confirmation": "required"}, "retention_years": 3},
	},
	"BJ-FIN-29 SEP-001: the administrator resets": {
		"set": {
			"/op": "reset",
			"/subject/account": "root",
			"/subject/person": "p-root",
			"/subject/role": "administrator",
		},
		"obligations": {"account": {"confirmation": "none"}},
	},
	"BJ-FIN-29 SEP-001: the security administrator resets a second factor": {
		"set": {"/op": "reset_factor"},
		"obligations": {"account": {"confirmation": "none"}},
	},
	"BJ-FIN-35b SEP-001: the administrator suspends": {
		"set": {"/op": "suspend", "/subject/role": "administrator"},
		"obligations": {"account": {"confirmation": "none"}, "retention_years": 3},
	},
	"BJ-FIN-35b SEP-001: the security administrator suspends": {
		"set": {"/op": "suspend"},
		"obligations": {"account": {"confirmation": "none"}, "retention_years": 3},
	},
	"BJ-FIN-35b SEP-001: the creator may suspend": {
		"set": {"/op": "suspend", "/target/creator": "p-sec"},
		"obligations": {"account": {"confirmation": "none"}, "retention_years": 3},
	},
	"BJ-FIN-35b SEP-001: the security administrator resumes": {
		"set": {"/op": "resume", "/target/state": "suspended"},
		"obligations": {"account": {"confirmation": "none"}, "retention_years": 3},
	},
	"BJ-FIN-3 SEP-002: a steward beside provider": {
		"set": {"/held": {"provider": {}}, "/target/role": "steward"},
		"obligations": {"account": {"confirmation": "none"}, "retention_years": 3},
	},
	"BJ-FIN-3 SEP-002: a provider beside steward": {
		"set": {"/held": {"steward": {}}, "/target/role": "provider"},
		"obligations": {"account": {"confirmation": "none"}, "retention_years": 3},
	},
	"BJ-FIN-29 SEP-101: naming a security_administrator with 0 security administrators (not active) and 0 auditors": {
		"set": {
			"/offices": {"security_administrator_active": false, "security_administrators": 0, "auditors": 0},
			"/op": "create",
			"/subject/account": "root",
			"/subject/person": "p-root",
			"/subject/role": "administrator",
			"/target/creator": "",
			"/target/role": "security_administrator",
			"/target/state": "none",
		},
		"obligations": {"account": {"confirmation": "waived"}, "retention_years": 3},
	},
	"BJ-FIN-29 SEP-101: naming a security_administrator with 0 security administrators (not active) and 1 auditors": {
		"set": {
			"/offices": {"security_administrator_active": false, "security_administrators": 0, "auditors": 1},
			"/op": "create",
			"/subject/account": "root",
			"/subject/person": "p-root",
			"/subject/role": "administrator",
			"/target/creator": "",
			"/target/role": "security_administrator",
			"/target/state": "none",
		},
		"obligations": {"account": {"confirmation": "waived"}, "retention_years": 3},
	},
	"BJ-FIN-29 SEP-101: naming a security_administrator with 1 security administrators (not active) and 0 auditors": {
		"set": {
			"/offices": {"security_administrator_active": false, "security_administrators": 1, "auditors": 0},
			"/op": "create",
			"/subject/account": "root",
			"/subject/person": "p-root",
			"/subject/role": "administrator",
			"/target/creator": "",
			"/target/role": "security_administrator",
			"/target/state": "none",
		},
		"obligations": {"account": {"confirmation": "required"}, "retention_years": 3},
	},
	"BJ-FIN-29 SEP-101: naming a security_administrator with 1 security administrators (active) and 0 auditors": {
		"set": {
			"/offices": {"security_administrator_active": true, "security_administrators": 1, "auditors": 0},
			"/op": "create",
			"/subject/account": "root",
			"/subject/person": "p-root",
			"/subject/role": "administrator",
			"/target/creator": "",
			"/target/role": "security_administrator",
			"/target/state": "none",
		},
		"obligations": {"account": {"confirmation": "required"}, "retention_years": 3},
	},
	"BJ-FIN-29 SEP-101: naming a security_administrator with 0 security administrators (active) and 0 auditors": {
		"set": {
			"/offices": {"security_administrator_active": true, "security_administrators": 0, "auditors": 0},
			"/op": "create",
			"/subject/account": "root",
			"/subject/person": "p-root",
			"/subject/role": "administrator",
			"/target/creator": "",
			"/target/role": "security_administrator",
			"/target/state": "none",
		},
		"obligations": {"account": {"confirmation": "required"}, "retention_years": 3},
	},
	"BJ-FIN-29 SEP-101: naming a auditor with 1 security administrators (not active) and 0 auditors": {
		"set": {
			"/offices": {"security_administrator_active": false, "security_administrators": 1, "auditors": 0},
			"/op": "create",
			"/subject/account": "root",
			"/subject/person": "p-root",
			"/subject/role": "administrator",
			"/target/creator": "",
			"/target/role": "auditor",
			"/target/state": "none",
		},
		"obligations": {"account": {"confirmation": "waived"}, "retention_years": 3},
	},
	"BJ-FIN-29 SEP-101: naming a auditor with 0 security administrators (not active) and 0 auditors": {
		"set": {
			"/offices": {"security_administrator_active": false, "security_administrators": 0, "auditors": 0},
			"/op": "create",
			"/subject/account": "root",
			"/subject/person": "p-root",
			"/subject/role": "administrator",
			"/target/creator": "",
			"/target/role": "auditor",
			"/target/state": "none",
		},
		"obligations": {"account": {"confirmation": "waived"}, "retention_years": 3},
	},
	"BJ-FIN-29 SEP-101: naming a auditor with 0 security administrators (not active) and 1 auditors": {
		"set": {
			"/offices": {"security_administrator_active": false, "security_administrators": 0, "auditors": 1},
			"/op": "create",
			"/subject/account": "root",
			"/subject/person": "p-root",
			"/subject/role": "administrator",
			"/target/creator": "",
			"/target/role": "auditor",
			"/target/state": "none",
		},
		"obligations": {"account": {"confirmation": "required"}, "retention_years": 3},
	},
	"BJ-FIN-29 SEP-101: naming a auditor with 1 security administrators (active) and 0 auditors": {
		"set": {
			"/offices": {"security_administrator_active": true, "security_administrators": 1, "auditors": 0},
			"/op": "create",
			"/subject/account": "root",
			"/subject/person": "p-root",
			"/subject/role": "administrator",
			"/target/creator": "",
			"/target/role": "auditor",
			"/target/state": "none",
		},
		"obligations": {"account": {"confirmation": "required"}, "retention_years": 3},
	},
	"BJ-FIN-29 SEP-101: naming a steward with 0 security administrators (not active) and 0 auditors": {
		"set": {
			"/offices": {"security_administrator_active": false, "security_administrators": 0, "auditors": 0},
			"/op": "create",
			"/subject/account": "root",
			"/subject/person": "p-root",
			"/subject/role": "administrator",
			"/target/creator": "",
			"/target/role": "steward",
			"/target/state": "none",
		},
		"obligations": {"account": {"confirmation": "required"}, "retention_years": 3},
	},
	"BJ-FIN-29 SEP-101: naming a administrator with 0 security administrators (not active) and 0 auditors": {
		"set": {
			"/offices": {"security_administrator_active": false, "security_administrators": 0, "auditors": 0},
			"/op": "create",
			"/subject/account": "root",
			"/subject/person": "p-root",
			"/subject/role": "administrator",
			"/target/creator": "",
			"/target/role": "administrator",
			"/target/state": "none",
		},
		"obligations": {"account": {"confirmation": "required"}, "retention_years": 3},
	},
}

test_account_permits[note] if {
	some note, case in account_permits
	d := decision.account_change with input as patched(account_base, case)
	object.keys(case.obligations) - object.keys(d.obligations) == set()
	every key, value in case.obligations {
		value == d.obligations[key]
	}
}

test_BJ_OPS_32a_account_of_an_empty_input_refuses_everything if {
	d := decision.account_change with input as {}
	object.keys(d.details) == object.keys(data.yumen.required["account.change"])
}

# Every two roles exclude each other, a role itself included, but for provider and steward.
test_BJ_FIN_3_roles_exclude_each_other[note] if {
	some held, _ in data.yumen.exclusive
	some wanted, _ in data.yumen.exclusive
	note := sprintf("%s beside %s", [wanted, held])
	case := {"set": {"/held": {held: {}}, "/target/role": wanted}}
	d := decision.account_change with input as patched(account_base, case)
	excluded({held, wanted}) == refused(d, "SEP-002")
}

excluded(roles) := roles != {"provider", "steward"}

refused(d, rule) := rule in object.keys(object.get(d, "details", {}))

test_BJ_FIN_3_there_are_eight_roles if count(data.yumen.exclusive) == 8
