package yumen.decision_test

import data.yumen.decision

product_base := data.testing["product.file"]

product_refusals := {
	"BJ-FIN-29 SUB-001: the role is not in effect": {"set": {"/subject/effective": false}, "refuses": {"SUB-001"}},
	"BJ-FIN-3 PRD-001: an analyst offers": {"set": {"/subject/role": "analyst"}, "refuses": {"PRD-001"}},
	"BJ-OPS-20a PRD-001: a steward of a provider offers": {"set": {"/operator": false}, "refuses": {"PRD-001"}},
	"BJ-FIN-3 PRD-001: another act": {"set": {"/op": "sell"}, "refuses": {"PRD-001"}},
	"BJ-FIN-19c PRD-002: raw data as a product": {"set": {"/product/type": "raw"}, "refuses": {"PRD-002", "PRD-003"}},
	"BJ-FIN-19c PRD-002: no form": {"remove": {"/product/type"}, "refuses": {"PRD-002", "PRD-003"}},
	"BJ-OPS-5a PRD-002: several forms": {
		"set": {"/product/type": ["aggregate", "rows"]},
		"refuses": {"PRD-002", "PRD-003"},
	},
	"BJ-FIN-19c PRD-003: a dataset sold as an aggregate": {
		"set": {"/product/parts/by_city/kind": "dataset"},
		"refuses": {"PRD-003"},
	},
	"BJ-OPS-20a PRD-003: the computation is not approved": {
		"set": {"/product/parts/by_city/state": "submitted"},
		"refuses": {"PRD-003"},
	},
	"BJ-OPS-20a PRD-003: made of nothing": {"set": {"/product/parts": {}}, "refuses": {"PRD-003"}},
	"BJ-OPS-20a PRD-003: it is not known of what": {"remove": {"/product/parts"}, "refuses": {"PRD-003"}},
	"BJ-OPS-20a PRD-003: made of parts without names": {
		"set": {"/product/parts": [{"kind": "computation", "state": "approved"}]},
		"refuses": {"PRD-003"},
	},
	"BJ-FIN-19c PRD-004: a price for each row": {"set": {"/product/unit": "row"}, "refuses": {"PRD-004"}},
	"BJ-OPS-20b PRD-004: a price without a basis": {"set": {"/product/based": false}, "refuses": {"PRD-004"}},
	"BJ-FIN-19c PRD-002: it has no name": {"set": {"/product/name": ""}, "refuses": {"PRD-002"}},
	"BJ-OPS-20b PRD-004: it is not known whether it costs": {"remove": {"/product/priced"}, "refuses": {"PRD-004"}},
}

test_product_file_refusals[note] if {
	some note, case in product_refusals
	d := decision.product_file with input as patched(product_base, case)
	object.keys(d.details) == case.refuses
}

product_permits := {
	"BJ-FIN-19c PRD-002: an aggregate": {"set": {}},
	"XM-39b PRD-101: the filing is kept for three years": {"set": {}},
	"BJ-FIN-19c PRD-002: a report": {"set": {"/product/type": "report"}},
	"BJ-OPS-5a PRD-002: a verification": {"set": {
		"/product/type": "verification",
		"/product/parts/by_city/kind": "dataset",
	}},
	"BJ-OPS-20b PRD-004: free of charge": {"set": {
		"/product/priced": false,
		"/product/unit": "",
		"/product/based": false,
	}},
	"BJ-FIN-3 PRD-001: the administrator": {"set": {"/subject/role": "administrator"}},
}

test_product_file_permits[note] if {
	some note, case in product_permits
	d := decision.product_file with input as patched(product_base, case)
	d.obligations == {"retention_years": 3}
}
