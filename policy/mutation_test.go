//go:build !race

package policy_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/policy"
)

// harmless lists the mutations of a permitted input that stay permitted, with the reason. A pattern is matched against action,
// path and mutation; one that matches nothing any more fails the test.
var harmless = []struct{ pattern, reason string }{
	{`/(account|person|organization|dataset|legal_group|creator|approver|name|provider|recipient|scenario|id|run|document|batch|entity) text$`,
		"another name, where nothing has to equal it"},
	{`/(columns|methods|modes|purposes|necessity|guarded|join|key|condition|measure|held|voted|markets|persons|providers)(/\d)?/[\w-]+ (array|null|text)$`,
		"the members of a set are empty objects whose value nobody reads"},
	{`^query.* /footprint/methods( object|/\w+ delete)$|^release.decide /footprint/methods( object|/\w+ delete)$`,
		"a statement without a method, as SELECT DISTINCT is"},
	{`/footprint/tables/\w+ delete$`, "a statement over one table fewer"},
	{`/footprint/tables/\w+/guarded( object|/\w+ delete)$`, "the same statement with an ordinary column for a key"},
	{`/grant/tables/persons/columns/gender delete$`, "a granted column that the statement does not use"},
	{`^application.step .*/columns/\w+ delete$`, "one column fewer is asked for"},
	{`^application.step .*/(methods|modes)/\w+ delete$`, "one method or way of use fewer is asked for"},
	{`^(query.*|release.decide) /grant/modes/query delete$`, "a way that the call does not take"},
	{`/datasets/persons/consent/(required|categories(/identity)?) \w+$`, "the authorizations hold, whatever asks for them"},
	{`/datasets/insurance/consent/state \w+$`, "nothing asks for authorizations"},
	{`^release.collect /organization/credit \w+$`, "what was issued is out, whatever the level is now"},
	{`^(query.check|release.decide) /datasets/\w+/loaded \w+$`, "only a run reads a snapshot"},
	{`^release.decide /grant/(runs(/\w+)?|today) \w+$`, "the run of the release is counted already"},
	{`^review.vote /voted( object|/p-reviewer-2 delete)$`, "the other reviewer has not voted yet"},
	{`^review.vote /run/markets/\w+ delete$`, "a run over one class fewer"},
	{`^grant.change /grant/providers(/\w+)? (array|delete|null|object|text)$`, "only a provider's steward needs to be one of them"},
	{`^policy.activate /(bundle|active)/digest text$`, "another bundle"},
	{`^instruction.step /target/issuer text$`, "another authority issued it"},
	{`^sanction.apply /target/(uscc|provider) \w+$`, "a closure names no credit code, and only a provider needs to be the dataset's"},
	{`^seal.change (/dataset/provider|/proposer/role) \w+$`, "only a provider needs to be the dataset's, and only the regulator stands in for the party that sealed"},
	{`^supply.change /dataset/grade (array|null|object|text)$`, "only retention reads it; an unknown grade is kept longest"},
	{`^release.collect /release/grade (array|null|object|text)$`, "only retention reads it; an unknown grade is kept longest"},
}

func TestMutatedInputsFailClosed(t *testing.T) {
	e := open(t, policy.Beijing)
	matched := make([]bool, len(harmless))
	patterns := make([]*regexp.Regexp, len(harmless))
	for i, h := range harmless {
		patterns[i] = regexp.MustCompile(h.pattern)
	}
	for _, a := range policy.Actions() {
		total, permitted := 0, 0
		for _, m := range mutations(t, bases(t)[string(a)]) {
			total++
			d, _ := e.Decide(t.Context(), rawInput(a, m.value)) // an error refuses as well
			if !d.Allow {
				continue
			}
			permitted++
			known := false
			for i, p := range patterns {
				if p.MatchString(string(a) + " " + m.name) {
					known, matched[i] = true, true
				}
			}
			if !known {
				t.Errorf("%s is permitted after the mutation %s", a, m.name)
			}
		}
		require.Positive(t, total)
		t.Logf("%s: %d mutations, %d of them harmless", a, total, permitted)
	}
	for i, h := range harmless {
		if !matched[i] {
			t.Errorf("nothing matches %s any more: take it off the list", h.pattern)
		}
	}
}

func rawInput(a policy.Action, v any) policy.RawInput {
	return policy.RawInput{
		Act: a, Common: policy.Common{Now: 1, Zone: policy.Zone{Jurisdiction: policy.Beijing, Environment: policy.Production}}, Value: v,
	}
}

type mutation struct {
	name  string
	value any
}

// mutations deletes, nulls and replaces by a text, an object and an array the value at each path.
func mutations(t *testing.T, raw json.RawMessage) []mutation {
	t.Helper()
	var whole any
	require.NoError(t, json.Unmarshal(raw, &whole))
	var out []mutation
	for _, path := range paths(whole, nil) {
		for name, v := range map[string]any{
			"delete": deleted{}, "null": nil, "text": "zzz", "object": map[string]any{}, "array": []any{},
		} {
			var fresh any
			require.NoError(t, json.Unmarshal(raw, &fresh))
			if same(at(fresh, path), v) {
				continue
			}
			out = append(out, mutation{fmt.Sprint(join(path), " ", name), replaced(fresh, path, v)})
		}
	}
	slices.SortFunc(out, func(a, b mutation) int { return strings.Compare(a.name, b.name) })
	return out
}

type deleted struct{}

func paths(v any, prefix []string) [][]string {
	var out [][]string
	add := func(key string, child any) {
		path := append(slices.Clone(prefix), key)
		out = append(append(out, path), paths(child, path)...)
	}
	switch v := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			add(k, v[k])
		}
	case []any:
		for i, x := range v {
			add(strconv.Itoa(i), x)
		}
	}
	return out
}

func at(v any, path []string) any {
	for _, key := range path {
		switch x := v.(type) {
		case map[string]any:
			v = x[key]
		case []any:
			i, _ := strconv.Atoi(key)
			v = x[i]
		}
	}
	return v
}

func replaced(v any, path []string, by any) any {
	if len(path) == 0 {
		return by
	}
	switch x := v.(type) {
	case map[string]any:
		if child := replaced(x[path[0]], path[1:], by); child == (deleted{}) {
			delete(x, path[0])
		} else {
			x[path[0]] = child
		}
	case []any:
		i, _ := strconv.Atoi(path[0])
		child := replaced(x[i], path[1:], by)
		if child == (deleted{}) {
			return append(x[:i:i], x[i+1:]...)
		}
		x[i] = child
	}
	return v
}

func same(a, b any) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return b != (deleted{}) && string(x) == string(y)
}

func join(path []string) string {
	s := ""
	for _, p := range path {
		s += "/" + p
	}
	return s
}
