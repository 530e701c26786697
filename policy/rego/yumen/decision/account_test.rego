package yumen.decision_test

import data.yumen.decision

account_base := data.testing["account.change"]

account_refusals := {
	"BJ-FIN-29 SEP-001: the administrator confirms": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "administrator"},
		],
		"refuses": {"SEP-001"},
	},
	"BJ-FIN-29 SEP-001: the security administrator creates": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "create"},
			{"op": "replace", "path": "/target/state", "value": "none"},
		],
		"refuses": {"SEP-001"},
	},
	"BJ-FIN-29 SEP-001: his role is not in effect": {
		"patch": [
			{"op": "replace", "path": "/subject/effective", "value": false},
		],
		"refuses": {"SEP-001"},
	},
	"BJ-FIN-29 SEP-001: an unknown act": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "promote"},
		],
		"refuses": {"SEP-001", "SEP-003", "SEP-005"},
	},
	"BJ-FIN-29 SEP-001: another activates": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "activate"},
		],
		"refuses": {"SEP-001"},
	},
	"BJ-FIN-29 SEP-001: another registers a key": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "register_key"},
		],
		"refuses": {"SEP-001"},
	},
	"BJ-FIN-29 SEP-001: the account without the person": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "activate"},
			{"op": "replace", "path": "/subject/account", "value": "wang"},
		],
		"refuses": {"SEP-001"},
	},
	"BJ-FIN-29 SEP-001: the person without the account": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "activate"},
			{"op": "replace", "path": "/subject/person", "value": "p-wang"},
		],
		"refuses": {"SEP-001"},
	},
	"BJ-FIN-3 SEP-002: administrator beside administrator": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "administrator"},
			{"op": "replace", "path": "/held", "value": {"administrator": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: security_administrator beside administrator": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "security_administrator"},
			{"op": "replace", "path": "/held", "value": {"administrator": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: auditor beside administrator": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "auditor"},
			{"op": "replace", "path": "/held", "value": {"administrator": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: provider beside administrator": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "provider"},
			{"op": "replace", "path": "/held", "value": {"administrator": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: steward beside administrator": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "steward"},
			{"op": "replace", "path": "/held", "value": {"administrator": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: analyst beside administrator": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "analyst"},
			{"op": "replace", "path": "/held", "value": {"administrator": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: egress_reviewer beside administrator": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "egress_reviewer"},
			{"op": "replace", "path": "/held", "value": {"administrator": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: regulator beside administrator": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "regulator"},
			{"op": "replace", "path": "/held", "value": {"administrator": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: administrator beside security_administrator": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "administrator"},
			{"op": "replace", "path": "/held", "value": {"security_administrator": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: security_administrator beside security_administrator": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "security_administrator"},
			{"op": "replace", "path": "/held", "value": {"security_administrator": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: auditor beside security_administrator": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "auditor"},
			{"op": "replace", "path": "/held", "value": {"security_administrator": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: provider beside security_administrator": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "provider"},
			{"op": "replace", "path": "/held", "value": {"security_administrator": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: steward beside security_administrator": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "steward"},
			{"op": "replace", "path": "/held", "value": {"security_administrator": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: analyst beside security_administrator": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "analyst"},
			{"op": "replace", "path": "/held", "value": {"security_administrator": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: egress_reviewer beside security_administrator": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "egress_reviewer"},
			{"op": "replace", "path": "/held", "value": {"security_administrator": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: regulator beside security_administrator": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "regulator"},
			{"op": "replace", "path": "/held", "value": {"security_administrator": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: administrator beside auditor": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "administrator"},
			{"op": "replace", "path": "/held", "value": {"auditor": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: security_administrator beside auditor": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "security_administrator"},
			{"op": "replace", "path": "/held", "value": {"auditor": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: auditor beside auditor": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "auditor"},
			{"op": "replace", "path": "/held", "value": {"auditor": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: provider beside auditor": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "provider"},
			{"op": "replace", "path": "/held", "value": {"auditor": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: steward beside auditor": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "steward"},
			{"op": "replace", "path": "/held", "value": {"auditor": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: analyst beside auditor": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "analyst"},
			{"op": "replace", "path": "/held", "value": {"auditor": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: egress_reviewer beside auditor": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "egress_reviewer"},
			{"op": "replace", "path": "/held", "value": {"auditor": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: regulator beside auditor": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "regulator"},
			{"op": "replace", "path": "/held", "value": {"auditor": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: administrator beside provider": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "administrator"},
			{"op": "replace", "path": "/held", "value": {"provider": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: security_administrator beside provider": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "security_administrator"},
			{"op": "replace", "path": "/held", "value": {"provider": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: auditor beside provider": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "auditor"},
			{"op": "replace", "path": "/held", "value": {"provider": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: provider beside provider": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "provider"},
			{"op": "replace", "path": "/held", "value": {"provider": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: analyst beside provider": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "analyst"},
			{"op": "replace", "path": "/held", "value": {"provider": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: egress_reviewer beside provider": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "egress_reviewer"},
			{"op": "replace", "path": "/held", "value": {"provider": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: regulator beside provider": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "regulator"},
			{"op": "replace", "path": "/held", "value": {"provider": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: administrator beside steward": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "administrator"},
			{"op": "replace", "path": "/held", "value": {"steward": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: security_administrator beside steward": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "security_administrator"},
			{"op": "replace", "path": "/held", "value": {"steward": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: auditor beside steward": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "auditor"},
			{"op": "replace", "path": "/held", "value": {"steward": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: steward beside steward": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "steward"},
			{"op": "replace", "path": "/held", "value": {"steward": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: analyst beside steward": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "analyst"},
			{"op": "replace", "path": "/held", "value": {"steward": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: egress_reviewer beside steward": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "egress_reviewer"},
			{"op": "replace", "path": "/held", "value": {"steward": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: regulator beside steward": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "regulator"},
			{"op": "replace", "path": "/held", "value": {"steward": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: administrator beside analyst": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "administrator"},
			{"op": "replace", "path": "/held", "value": {"analyst": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: security_administrator beside analyst": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "security_administrator"},
			{"op": "replace", "path": "/held", "value": {"analyst": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: auditor beside analyst": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "auditor"},
			{"op": "replace", "path": "/held", "value": {"analyst": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: provider beside analyst": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "provider"},
			{"op": "replace", "path": "/held", "value": {"analyst": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: steward beside analyst": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "steward"},
			{"op": "replace", "path": "/held", "value": {"analyst": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: analyst beside analyst": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "analyst"},
			{"op": "replace", "path": "/held", "value": {"analyst": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: egress_reviewer beside analyst": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "egress_reviewer"},
			{"op": "replace", "path": "/held", "value": {"analyst": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: regulator beside analyst": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "regulator"},
			{"op": "replace", "path": "/held", "value": {"analyst": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: administrator beside egress_reviewer": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "administrator"},
			{"op": "replace", "path": "/held", "value": {"egress_reviewer": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: security_administrator beside egress_reviewer": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "security_administrator"},
			{"op": "replace", "path": "/held", "value": {"egress_reviewer": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: auditor beside egress_reviewer": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "auditor"},
			{"op": "replace", "path": "/held", "value": {"egress_reviewer": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: provider beside egress_reviewer": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "provider"},
			{"op": "replace", "path": "/held", "value": {"egress_reviewer": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: steward beside egress_reviewer": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "steward"},
			{"op": "replace", "path": "/held", "value": {"egress_reviewer": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: analyst beside egress_reviewer": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "analyst"},
			{"op": "replace", "path": "/held", "value": {"egress_reviewer": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: egress_reviewer beside egress_reviewer": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "egress_reviewer"},
			{"op": "replace", "path": "/held", "value": {"egress_reviewer": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: regulator beside egress_reviewer": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "regulator"},
			{"op": "replace", "path": "/held", "value": {"egress_reviewer": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: administrator beside regulator": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "administrator"},
			{"op": "replace", "path": "/held", "value": {"regulator": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: security_administrator beside regulator": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "security_administrator"},
			{"op": "replace", "path": "/held", "value": {"regulator": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: auditor beside regulator": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "auditor"},
			{"op": "replace", "path": "/held", "value": {"regulator": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: provider beside regulator": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "provider"},
			{"op": "replace", "path": "/held", "value": {"regulator": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: steward beside regulator": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "steward"},
			{"op": "replace", "path": "/held", "value": {"regulator": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: analyst beside regulator": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "analyst"},
			{"op": "replace", "path": "/held", "value": {"regulator": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: egress_reviewer beside regulator": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "egress_reviewer"},
			{"op": "replace", "path": "/held", "value": {"regulator": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: regulator beside regulator": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "regulator"},
			{"op": "replace", "path": "/held", "value": {"regulator": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: an unknown role is held": {
		"patch": [
			{"op": "replace", "path": "/held", "value": {"friend": {}}},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002: it is not known what is held": {
		"patch": [
			{"op": "replace", "path": "/held", "value": null},
		],
		"refuses": {"SEP-002"},
	},
	"BJ-FIN-3 SEP-002,SEP-004: an unknown role": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "friend"},
		],
		"refuses": {"SEP-002", "SEP-004"},
	},
	"BJ-FIN-29 SEP-003: confirm_role of his own account": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "confirm_role"},
			{"op": "replace", "path": "/target/state", "value": "active"},
			{"op": "replace", "path": "/target/account", "value": "sec"},
		],
		"refuses": {"SEP-003"},
	},
	"BJ-FIN-29 SEP-003: confirm_role of himself under another account": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "confirm_role"},
			{"op": "replace", "path": "/target/state", "value": "active"},
			{"op": "replace", "path": "/target/person", "value": "p-sec"},
		],
		"refuses": {"SEP-003"},
	},
	"BJ-FIN-29 SEP-003: confirm_role of what he created": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "confirm_role"},
			{"op": "replace", "path": "/target/state", "value": "active"},
			{"op": "replace", "path": "/target/creator", "value": "p-sec"},
		],
		"refuses": {"SEP-003"},
	},
	"BJ-FIN-29 SEP-003: confirm_key of his own account": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "confirm_key"},
			{"op": "replace", "path": "/target/state", "value": "active"},
			{"op": "replace", "path": "/target/account", "value": "sec"},
		],
		"refuses": {"SEP-003"},
	},
	"BJ-FIN-29 SEP-003: confirm_key of himself under another account": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "confirm_key"},
			{"op": "replace", "path": "/target/state", "value": "active"},
			{"op": "replace", "path": "/target/person", "value": "p-sec"},
		],
		"refuses": {"SEP-003"},
	},
	"BJ-FIN-29 SEP-003: confirm_key of what he created": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "confirm_key"},
			{"op": "replace", "path": "/target/state", "value": "active"},
			{"op": "replace", "path": "/target/creator", "value": "p-sec"},
		],
		"refuses": {"SEP-003"},
	},
	"BJ-FIN-29 SEP-003: resume of his own account": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "resume"},
			{"op": "replace", "path": "/target/state", "value": "suspended"},
			{"op": "replace", "path": "/target/account", "value": "sec"},
		],
		"refuses": {"SEP-003"},
	},
	"BJ-FIN-29 SEP-003: resume of himself under another account": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "resume"},
			{"op": "replace", "path": "/target/state", "value": "suspended"},
			{"op": "replace", "path": "/target/person", "value": "p-sec"},
		],
		"refuses": {"SEP-003"},
	},
	"BJ-FIN-29 SEP-003: resume of what he created": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "resume"},
			{"op": "replace", "path": "/target/state", "value": "suspended"},
			{"op": "replace", "path": "/target/creator", "value": "p-sec"},
		],
		"refuses": {"SEP-003"},
	},
	"BJ-FIN-29 SEP-003: suspend of his own account": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "suspend"},
			{"op": "replace", "path": "/target/state", "value": "active"},
			{"op": "replace", "path": "/target/account", "value": "sec"},
		],
		"refuses": {"SEP-003"},
	},
	"BJ-FIN-29 SEP-003: suspend of himself under another account": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "suspend"},
			{"op": "replace", "path": "/target/state", "value": "active"},
			{"op": "replace", "path": "/target/person", "value": "p-sec"},
		],
		"refuses": {"SEP-003"},
	},
	"BJ-FIN-29 SEP-003: the administrator creates an account for himself": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "administrator"},
			{"op": "replace", "path": "/subject/account", "value": "root"},
			{"op": "replace", "path": "/subject/person", "value": "p-root"},
			{"op": "replace", "path": "/op", "value": "create"},
			{"op": "replace", "path": "/target/state", "value": "none"},
			{"op": "replace", "path": "/target/creator", "value": ""},
			{"op": "replace", "path": "/target/person", "value": "p-root"},
		],
		"refuses": {"SEP-003"},
	},
	"BJ-FIN-29 SEP-003: the administrator creates his own account again": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "administrator"},
			{"op": "replace", "path": "/subject/account", "value": "root"},
			{"op": "replace", "path": "/subject/person", "value": "p-root"},
			{"op": "replace", "path": "/op", "value": "create"},
			{"op": "replace", "path": "/target/state", "value": "none"},
			{"op": "replace", "path": "/target/creator", "value": ""},
			{"op": "replace", "path": "/target/account", "value": "root"},
		],
		"refuses": {"SEP-003"},
	},
	"BJ-FIN-29 SEP-003: nobody created it": {
		"patch": [
			{"op": "replace", "path": "/target/creator", "value": ""},
		],
		"refuses": {"SEP-003"},
	},
	"BJ-OPS-21a SEP-004: no person": {
		"patch": [
			{"op": "replace", "path": "/target/person", "value": ""},
		],
		"refuses": {"SEP-003", "SEP-004"},
	},
	"BJ-OPS-21a SEP-004: no organization": {
		"patch": [
			{"op": "replace", "path": "/target/organization", "value": ""},
		],
		"refuses": {"SEP-004"},
	},
	"BJ-OPS-21a SEP-004: no account": {
		"patch": [
			{"op": "replace", "path": "/target/account", "value": ""},
		],
		"refuses": {"SEP-003", "SEP-004"},
	},
	"BJ-FIN-30 SEP-005: create what exists": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "administrator"},
			{"op": "replace", "path": "/subject/account", "value": "root"},
			{"op": "replace", "path": "/subject/person", "value": "p-root"},
			{"op": "replace", "path": "/op", "value": "create"},
			{"op": "replace", "path": "/target/state", "value": "none"},
			{"op": "replace", "path": "/target/creator", "value": ""},
			{"op": "replace", "path": "/target/state", "value": "active"},
		],
		"refuses": {"SEP-005"},
	},
	"BJ-FIN-30 SEP-005: confirm a suspended account": {
		"patch": [
			{"op": "replace", "path": "/target/state", "value": "suspended"},
		],
		"refuses": {"SEP-005"},
	},
	"BJ-FIN-30 SEP-005: confirm what does not exist": {
		"patch": [
			{"op": "replace", "path": "/target/state", "value": "none"},
		],
		"refuses": {"SEP-005"},
	},
	"BJ-FIN-30 SEP-005: resume what is active": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "resume"},
		],
		"refuses": {"SEP-005"},
	},
	"BJ-FIN-29 SEP-006: it is not known who is in office": {
		"patch": [
			{"op": "replace", "path": "/offices", "value": null},
		],
		"refuses": {"SEP-006"},
	},
	"BJ-FIN-29 SEP-006: a negative count of auditors": {
		"patch": [
			{"op": "replace", "path": "/offices/auditors", "value": -1},
		],
		"refuses": {"SEP-006"},
	},
	"BJ-FIN-29 SEP-006: a negative count of security administrators": {
		"patch": [
			{"op": "replace", "path": "/offices/security_administrators", "value": -1},
		],
		"refuses": {"SEP-006"},
	},
	"BJ-FIN-29 SEP-006: active as text": {
		"patch": [
			{"op": "replace", "path": "/offices/security_administrator_active", "value": "no"},
		],
		"refuses": {"SEP-006"},
	},
}

test_account_refusals[note] if {
	some note, case in account_refusals
	d := decision.account_change with input as json.patch(account_base, case.patch)
	object.keys(d.details) == case.refuses
}

account_permits := {
	"BJ-FIN-29 SEP-101: the security administrator confirms a role": {
		"patch": [
		],
		"obligations": {"account": {"confirmation": "none"}, "retention_years": 3},
	},
	"XM-43 SEP-101: the security administrator confirms a key": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "confirm_key"},
		],
		"obligations": {"account": {"confirmation": "none"}, "retention_years": 3},
	},
	"BJ-FIN-29 SEP-101: the administrator creates": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "administrator"},
			{"op": "replace", "path": "/subject/account", "value": "root"},
			{"op": "replace", "path": "/subject/person", "value": "p-root"},
			{"op": "replace", "path": "/op", "value": "create"},
			{"op": "replace", "path": "/target/state", "value": "none"},
			{"op": "replace", "path": "/target/creator", "value": ""},
		],
		"obligations": {"account": {"confirmation": "required"}, "retention_years": 3},
	},
	"BJ-FIN-29 SEP-101: a person activates his own account": {
		"patch": [
			{"op": "replace", "path": "/subject", "value": {"account": "wang", "person": "p-wang", "organization": "bank_a", "legal_group": "group_a", "role": "analyst", "effective": false}},
			{"op": "replace", "path": "/op", "value": "activate"},
		],
		"obligations": {"account": {"confirmation": "none"}, "retention_years": 3},
	},
	"XM-43 SEP-101: a person registers a key": {
		"patch": [
			{"op": "replace", "path": "/subject", "value": {"account": "wang", "person": "p-wang", "organization": "bank_a", "legal_group": "group_a", "role": "analyst", "effective": false}},
			{"op": "replace", "path": "/op", "value": "register_key"},
		],
		"obligations": {"account": {"confirmation": "required"}, "retention_years": 3},
	},
	"BJ-FIN-35b SEP-001: the administrator suspends": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "administrator"},
			{"op": "replace", "path": "/op", "value": "suspend"},
		],
		"obligations": {"account": {"confirmation": "none"}, "retention_years": 3},
	},
	"BJ-FIN-35b SEP-001: the security administrator suspends": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "suspend"},
		],
		"obligations": {"account": {"confirmation": "none"}, "retention_years": 3},
	},
	"BJ-FIN-35b SEP-001: the creator may suspend": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "suspend"},
			{"op": "replace", "path": "/target/creator", "value": "p-sec"},
		],
		"obligations": {"account": {"confirmation": "none"}, "retention_years": 3},
	},
	"BJ-FIN-35b SEP-001: the security administrator resumes": {
		"patch": [
			{"op": "replace", "path": "/op", "value": "resume"},
			{"op": "replace", "path": "/target/state", "value": "suspended"},
		],
		"obligations": {"account": {"confirmation": "none"}, "retention_years": 3},
	},
	"BJ-FIN-3 SEP-002: a steward beside provider": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "steward"},
			{"op": "replace", "path": "/held", "value": {"provider": {}}},
		],
		"obligations": {"account": {"confirmation": "none"}, "retention_years": 3},
	},
	"BJ-FIN-3 SEP-002: a provider beside steward": {
		"patch": [
			{"op": "replace", "path": "/target/role", "value": "provider"},
			{"op": "replace", "path": "/held", "value": {"steward": {}}},
		],
		"obligations": {"account": {"confirmation": "none"}, "retention_years": 3},
	},
	"BJ-FIN-29 SEP-101: naming a security_administrator with 0 security administrators (not active) and 0 auditors": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "administrator"},
			{"op": "replace", "path": "/subject/account", "value": "root"},
			{"op": "replace", "path": "/subject/person", "value": "p-root"},
			{"op": "replace", "path": "/op", "value": "create"},
			{"op": "replace", "path": "/target/state", "value": "none"},
			{"op": "replace", "path": "/target/creator", "value": ""},
			{"op": "replace", "path": "/target/role", "value": "security_administrator"},
			{"op": "replace", "path": "/offices", "value": {"security_administrator_active": false, "security_administrators": 0, "auditors": 0}},
		],
		"obligations": {"account": {"confirmation": "waived"}, "retention_years": 3},
	},
	"BJ-FIN-29 SEP-101: naming a security_administrator with 0 security administrators (not active) and 1 auditors": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "administrator"},
			{"op": "replace", "path": "/subject/account", "value": "root"},
			{"op": "replace", "path": "/subject/person", "value": "p-root"},
			{"op": "replace", "path": "/op", "value": "create"},
			{"op": "replace", "path": "/target/state", "value": "none"},
			{"op": "replace", "path": "/target/creator", "value": ""},
			{"op": "replace", "path": "/target/role", "value": "security_administrator"},
			{"op": "replace", "path": "/offices", "value": {"security_administrator_active": false, "security_administrators": 0, "auditors": 1}},
		],
		"obligations": {"account": {"confirmation": "waived"}, "retention_years": 3},
	},
	"BJ-FIN-29 SEP-101: naming a security_administrator with 1 security administrators (not active) and 0 auditors": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "administrator"},
			{"op": "replace", "path": "/subject/account", "value": "root"},
			{"op": "replace", "path": "/subject/person", "value": "p-root"},
			{"op": "replace", "path": "/op", "value": "create"},
			{"op": "replace", "path": "/target/state", "value": "none"},
			{"op": "replace", "path": "/target/creator", "value": ""},
			{"op": "replace", "path": "/target/role", "value": "security_administrator"},
			{"op": "replace", "path": "/offices", "value": {"security_administrator_active": false, "security_administrators": 1, "auditors": 0}},
		],
		"obligations": {"account": {"confirmation": "required"}, "retention_years": 3},
	},
	"BJ-FIN-29 SEP-101: naming a security_administrator with 1 security administrators (active) and 0 auditors": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "administrator"},
			{"op": "replace", "path": "/subject/account", "value": "root"},
			{"op": "replace", "path": "/subject/person", "value": "p-root"},
			{"op": "replace", "path": "/op", "value": "create"},
			{"op": "replace", "path": "/target/state", "value": "none"},
			{"op": "replace", "path": "/target/creator", "value": ""},
			{"op": "replace", "path": "/target/role", "value": "security_administrator"},
			{"op": "replace", "path": "/offices", "value": {"security_administrator_active": true, "security_administrators": 1, "auditors": 0}},
		],
		"obligations": {"account": {"confirmation": "required"}, "retention_years": 3},
	},
	"BJ-FIN-29 SEP-101: naming a security_administrator with 0 security administrators (active) and 0 auditors": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "administrator"},
			{"op": "replace", "path": "/subject/account", "value": "root"},
			{"op": "replace", "path": "/subject/person", "value": "p-root"},
			{"op": "replace", "path": "/op", "value": "create"},
			{"op": "replace", "path": "/target/state", "value": "none"},
			{"op": "replace", "path": "/target/creator", "value": ""},
			{"op": "replace", "path": "/target/role", "value": "security_administrator"},
			{"op": "replace", "path": "/offices", "value": {"security_administrator_active": true, "security_administrators": 0, "auditors": 0}},
		],
		"obligations": {"account": {"confirmation": "required"}, "retention_years": 3},
	},
	"BJ-FIN-29 SEP-101: naming a auditor with 1 security administrators (not active) and 0 auditors": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "administrator"},
			{"op": "replace", "path": "/subject/account", "value": "root"},
			{"op": "replace", "path": "/subject/person", "value": "p-root"},
			{"op": "replace", "path": "/op", "value": "create"},
			{"op": "replace", "path": "/target/state", "value": "none"},
			{"op": "replace", "path": "/target/creator", "value": ""},
			{"op": "replace", "path": "/target/role", "value": "auditor"},
			{"op": "replace", "path": "/offices", "value": {"security_administrator_active": false, "security_administrators": 1, "auditors": 0}},
		],
		"obligations": {"account": {"confirmation": "waived"}, "retention_years": 3},
	},
	"BJ-FIN-29 SEP-101: naming a auditor with 0 security administrators (not active) and 0 auditors": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "administrator"},
			{"op": "replace", "path": "/subject/account", "value": "root"},
			{"op": "replace", "path": "/subject/person", "value": "p-root"},
			{"op": "replace", "path": "/op", "value": "create"},
			{"op": "replace", "path": "/target/state", "value": "none"},
			{"op": "replace", "path": "/target/creator", "value": ""},
			{"op": "replace", "path": "/target/role", "value": "auditor"},
			{"op": "replace", "path": "/offices", "value": {"security_administrator_active": false, "security_administrators": 0, "auditors": 0}},
		],
		"obligations": {"account": {"confirmation": "waived"}, "retention_years": 3},
	},
	"BJ-FIN-29 SEP-101: naming a auditor with 0 security administrators (not active) and 1 auditors": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "administrator"},
			{"op": "replace", "path": "/subject/account", "value": "root"},
			{"op": "replace", "path": "/subject/person", "value": "p-root"},
			{"op": "replace", "path": "/op", "value": "create"},
			{"op": "replace", "path": "/target/state", "value": "none"},
			{"op": "replace", "path": "/target/creator", "value": ""},
			{"op": "replace", "path": "/target/role", "value": "auditor"},
			{"op": "replace", "path": "/offices", "value": {"security_administrator_active": false, "security_administrators": 0, "auditors": 1}},
		],
		"obligations": {"account": {"confirmation": "required"}, "retention_years": 3},
	},
	"BJ-FIN-29 SEP-101: naming a auditor with 1 security administrators (active) and 0 auditors": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "administrator"},
			{"op": "replace", "path": "/subject/account", "value": "root"},
			{"op": "replace", "path": "/subject/person", "value": "p-root"},
			{"op": "replace", "path": "/op", "value": "create"},
			{"op": "replace", "path": "/target/state", "value": "none"},
			{"op": "replace", "path": "/target/creator", "value": ""},
			{"op": "replace", "path": "/target/role", "value": "auditor"},
			{"op": "replace", "path": "/offices", "value": {"security_administrator_active": true, "security_administrators": 1, "auditors": 0}},
		],
		"obligations": {"account": {"confirmation": "required"}, "retention_years": 3},
	},
	"BJ-FIN-29 SEP-101: naming a steward with 0 security administrators (not active) and 0 auditors": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "administrator"},
			{"op": "replace", "path": "/subject/account", "value": "root"},
			{"op": "replace", "path": "/subject/person", "value": "p-root"},
			{"op": "replace", "path": "/op", "value": "create"},
			{"op": "replace", "path": "/target/state", "value": "none"},
			{"op": "replace", "path": "/target/creator", "value": ""},
			{"op": "replace", "path": "/target/role", "value": "steward"},
			{"op": "replace", "path": "/offices", "value": {"security_administrator_active": false, "security_administrators": 0, "auditors": 0}},
		],
		"obligations": {"account": {"confirmation": "required"}, "retention_years": 3},
	},
	"BJ-FIN-29 SEP-101: naming a administrator with 0 security administrators (not active) and 0 auditors": {
		"patch": [
			{"op": "replace", "path": "/subject/role", "value": "administrator"},
			{"op": "replace", "path": "/subject/account", "value": "root"},
			{"op": "replace", "path": "/subject/person", "value": "p-root"},
			{"op": "replace", "path": "/op", "value": "create"},
			{"op": "replace", "path": "/target/state", "value": "none"},
			{"op": "replace", "path": "/target/creator", "value": ""},
			{"op": "replace", "path": "/target/role", "value": "administrator"},
			{"op": "replace", "path": "/offices", "value": {"security_administrator_active": false, "security_administrators": 0, "auditors": 0}},
		],
		"obligations": {"account": {"confirmation": "required"}, "retention_years": 3},
	},
}

test_account_permits[note] if {
	some note, case in account_permits
	d := decision.account_change with input as json.patch(account_base, case.patch)
	object.keys(case.obligations) - object.keys(d.obligations) == set()
	every key, value in case.obligations {
		within(value, d.obligations[key])
	}
}

test_BJ_OPS_32a_account_of_an_empty_input_refuses_everything if {
	d := decision.account_change with input as {}
	object.keys(d.details) == object.keys(data.yumen.required["account.change"])
}
