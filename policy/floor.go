package policy

import (
	"fmt"
	"slices"
)

// floor lists, by action, the rules that every bundle must hold and require. A bundle cannot drop a requirement by dropping its
// rule; taking one off this list is a change of the program.
var floor = map[Action][]string{}

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
