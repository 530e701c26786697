package policy

import (
	"fmt"
	"slices"
)

// floor lists, by action, the rules that every bundle must hold and require. A bundle cannot drop a requirement by dropping its
// rule; taking one off this list is a change of the program.
var floor = map[Action][]string{
	ActionAccountChange: {
		"SEP-001", "SEP-002", "SEP-003", "SEP-004", "SEP-005", "SEP-006", "SUB-002",
	},
	ActionCatalogChange: {
		"SUB-001", "SUB-002", "SUP-001", "SUP-002", "SUP-003", "SUP-004", "SUP-005", "SUP-006", "SUP-007", "SUP-008", "SUP-009",
		"SUP-010", "SUP-021", "SUP-022", "SUP-023", "SUP-024", "SUP-025",
	},
	ActionSupplyLoad: {
		"ENV-001", "SUB-001", "SUB-002", "SUB-003", "SUB-004", "SUB-005", "SUB-006", "SUP-011", "SUP-012", "SUP-013", "SUP-014", "SUP-015", "SUP-016",
		"SUP-017",
	},
	ActionSupplyChange: {"SUB-001", "SUB-002", "SUP-012", "SUP-031", "SUP-032", "SUP-033", "SUP-034"},
	ActionApplicationStep: {
		"APP-001", "APP-002", "APP-003", "APP-004", "APP-005", "APP-006", "APP-007", "APP-008", "APP-009", "APP-010",
		"APP-011", "APP-012", "APP-013", "APP-014", "APP-015", "APP-016", "APP-017", "APP-018", "APP-019", "SUB-001", "SUB-002",
		"SUB-003", "SUB-004", "SUB-005", "SUB-006",
	},
	ActionGrantChange: {
		"GRA-001", "GRA-002", "GRA-003", "GRA-004", "SUB-001", "SUB-002",
	},
	ActionComputationReview: {
		"COM-001", "COM-002", "COM-003", "COM-004", "COM-005", "COM-006", "COM-007", "ENV-003", "SUB-001", "SUB-002", "SUB-003", "SUB-004", "SUB-005", "SUB-006",
	},
	ActionQueryCheck: {
		"AUT-001", "AUT-002", "AUT-003", "AUT-004", "AUT-005", "AUT-006", "AUT-007", "AUT-008", "AUT-009", "AUT-010",
		"AUT-011", "AUT-012", "AUT-014", "AUT-015", "AUT-016", "AUT-018", "AUT-019", "AUT-020", "AUT-021", "AUT-022", "CLS-001", "CLS-002", "CLS-003", "CLS-004", "DES-001", "ENV-002",
		"SUB-001", "SUB-002", "SUB-003", "SUB-004", "SUB-005", "SUB-006",
	},
	ActionQueryRun: {
		"AUT-001", "AUT-002", "AUT-003", "AUT-004", "AUT-005", "AUT-006", "AUT-007", "AUT-008", "AUT-009", "AUT-010",
		"AUT-011", "AUT-012", "AUT-014", "AUT-015", "AUT-016", "AUT-017", "AUT-018", "AUT-019", "AUT-020", "AUT-021", "AUT-022", "CLS-001", "CLS-002", "CLS-003", "CLS-004", "DES-001", "ENV-002",
		"SUB-001", "SUB-002", "SUB-003", "SUB-004", "SUB-005", "SUB-006",
	},
	ActionReleaseDecide: {
		"AUT-001", "AUT-002", "AUT-003", "AUT-004", "AUT-005", "AUT-006", "AUT-007", "AUT-008", "AUT-009", "AUT-010",
		"AUT-012", "AUT-014", "AUT-015", "AUT-016", "AUT-018", "AUT-019", "AUT-020", "AUT-021", "CLS-001", "CLS-002", "CLS-003", "CLS-004", "DES-001", "DES-002", "EGR-001", "EGR-002",
		"EGR-003", "EGR-004", "EGR-005", "EGR-006", "EGR-007", "EGR-008", "ENV-002", "SUB-001", "SUB-002", "SUB-003", "SUB-004", "SUB-005", "SUB-006",
	},
	ActionReviewVote: {
		"SEP-011", "SEP-012", "SEP-013", "SEP-014", "SEP-015", "SEP-016", "SEP-017", "SUB-001", "SUB-002",
	},
	ActionReleaseCollect: {
		"EGR-011", "EGR-012", "EGR-013", "EGR-014", "EGR-015", "EGR-016", "EGR-017", "SUB-001", "SUB-002", "SUB-003", "SUB-004", "SUB-005", "SUB-006",
	},
	ActionFreezeSet:   {"FRZ-001", "FRZ-002", "SUB-001", "SUB-002"},
	ActionProductFile: {"PRD-001", "PRD-002", "PRD-003", "PRD-004", "SUB-001", "SUB-002"},
	ActionFreezeLift:  {"FRZ-001", "FRZ-002", "FRZ-003", "FRZ-004", "FRZ-005", "SUB-001", "SUB-002"},
	ActionPolicyActivate: {
		"POL-001", "POL-002", "POL-003", "POL-004", "POL-005", "POL-006", "SUB-001", "SUB-002",
	},
	ActionBudgetTopUp:     {"BUD-001", "BUD-002", "BUD-003", "BUD-004", "BUD-005", "BUD-006", "SUB-001", "SUB-002"},
	ActionSealChange:      {"SEA-001", "SEA-002", "SEA-003", "SEA-004", "SEA-005", "SEA-006", "SEA-007", "SUB-001", "SUB-002"},
	ActionSanctionApply:   {"SAN-001", "SAN-002", "SAN-003", "SAN-004", "SAN-005", "SAN-006", "SUB-001", "SUB-002"},
	ActionInstructionStep: {"INS-001", "INS-002", "INS-003", "INS-004", "INS-005", "INS-006", "SUB-001", "SUB-002"},
}

// requirements returns the proofs that each action needs: all rules of the bundle that name it. It refuses a bundle below the
// floor.
func requirements(rules []Rule) (map[Action][]string, error) {
	required := map[Action][]string{}
	for _, r := range rules {
		if r.Obligation {
			continue
		}
		for _, a := range r.Actions {
			required[a] = append(required[a], r.ID)
		}
	}
	for action, ids := range floor {
		for _, id := range ids {
			if !slices.Contains(required[action], id) {
				return nil, fmt.Errorf("the bundle does not require %s for %s", id, action)
			}
		}
	}
	for _, a := range Actions() {
		if len(required[a]) == 0 {
			return nil, fmt.Errorf("the bundle requires nothing for %s", a)
		}
	}
	return required, nil
}

// OnFloor reports whether no bundle can do without the rule.
func OnFloor(rule string) bool {
	for _, ids := range floor {
		if slices.Contains(ids, rule) {
			return true
		}
	}
	return false
}
