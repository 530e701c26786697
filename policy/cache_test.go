//go:build !race

package policy_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/policy"
)

// edit changes the one place of a question whose number is left; its name tells which.
type edit struct {
	left int
	name string
}

func (e *edit) here(v reflect.Value, path string, to any) {
	if e.left--; e.left == -1 {
		v.Set(reflect.ValueOf(to).Convert(v.Type()))
		e.name = fmt.Sprintf("%s to %v", path, to)
	}
}

func (e *edit) walk(v reflect.Value, path string) {
	if s, ok := v.Interface().(policy.Set); ok {
		e.here(v, path, policy.NewSet(append(slices.Collect(s.All()), "another")...))
		e.here(v, path, policy.Set{})
		e.here(v, path, policy.NewSet())
		return
	}
	switch v.Kind() {
	case reflect.String:
		e.here(v, path, v.String()+"x")
		e.here(v, path, "")
	case reflect.Int, reflect.Int64:
		e.here(v, path, v.Int()+1)
		e.here(v, path, v.Int()-1)
	case reflect.Uint8:
		e.here(v, path, v.Uint()+1)
	case reflect.Bool:
		e.here(v, path, !v.Bool())
	case reflect.Pointer:
		if !v.IsNil() {
			e.walk(v.Elem(), path)
		}
		e.here(v, path, reflect.Zero(v.Type()).Interface())
	case reflect.Map:
		e.walkMap(v, path)
	case reflect.Struct:
		for i := range v.NumField() {
			e.walk(v.Field(i), path+"/"+v.Type().Field(i).Name)
		}
	default:
		panic("a question holds a " + v.Kind().String() + ": " + path)
	}
}

func (e *edit) walkMap(v reflect.Value, path string) {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int {
		return slices.Compare([]byte(fmt.Sprint(a)), []byte(fmt.Sprint(b)))
	})
	for _, k := range keys {
		member := reflect.New(v.Type().Elem()).Elem()
		member.Set(v.MapIndex(k))
		e.walk(member, fmt.Sprintf("%s/%v", path, k))
		v.SetMapIndex(k, member)
		if e.left--; e.left == -1 {
			v.SetMapIndex(k, reflect.Value{})
			e.name = fmt.Sprintf("%s without %v", path, k)
		}
	}
	e.here(v, path, reflect.Zero(v.Type()).Interface())
	e.here(v, path, reflect.MakeMap(v.Type()).Interface())
}

// copied is a question that shares nothing with the first.
func copiedQuestion(t testing.TB, q policy.Query) policy.Query {
	t.Helper()
	raw, err := json.Marshal(q)
	require.NoError(t, err)
	c := policy.Query{Run: q.Run}
	require.NoError(t, json.Unmarshal(raw, &c))
	return c
}

// requireSame asks with and without the cache; everything but the identifier of the decision is the same.
func requireSame(t testing.TB, e *policy.Engine, plain *policy.Candidate, q policy.Query, name string) policy.Decision {
	t.Helper()
	want, err := plain.Decide(context.Background(), q)
	got, failed := e.Decide(context.Background(), q)
	require.Equal(t, err, failed, name)
	require.True(t, catalog.ValidID(catalog.PrefixDecision, got.ID))
	require.NotEqual(t, want.ID, got.ID)
	want.ID = got.ID
	require.Equal(t, want, got, name)
	if err == nil {
		require.Equal(t, catalog.DigestOf(got.Input), got.InputDigest, name)
	}
	return got
}

// An answer from the cache is the decision that the rules make, whatever in the question changes and whoever asks in between.
func TestKeptAnswersAreDecisions(t *testing.T) {
	e := open(t, policy.Beijing)
	plain := e.Plain()
	for _, a := range []policy.Action{policy.ActionQueryCheck, policy.ActionQueryRun} {
		q := base[policy.Query](t, a)
		q.Computation = &policy.Computation{Name: "c", State: policy.StateApproved, Digest: "sha256:a", Approved: "sha256:a", Certified: true, Approver: "p"}
		require.True(t, requireSame(t, e, plain, q, "first").Allow)
		permitted := 0
		for i := 0; ; i++ {
			c, step := copiedQuestion(t, q), &edit{left: i}
			step.walk(reflect.ValueOf(&c).Elem(), "")
			if step.name == "" {
				require.Greater(t, i, 100, "the questions have lost their members")
				break
			}
			if requireSame(t, e, plain, c, step.name).Allow {
				permitted++
				requireSame(t, e, plain, c, step.name+", again")
			}
			require.Positive(t, e.Kept(len(q.Footprint.Tables)))
			requireSame(t, e, plain, q, "after "+step.name)
		}
		require.Positive(t, permitted)
	}
}

// An answer holds until the clock passes a number of the question, and not a second longer.
func TestKeptAnswersEndWithTheTerm(t *testing.T) {
	e := open(t, policy.Beijing)
	plain := e.Plain()
	for order := range 2 {
		q := wide(2, 8)
		q.Subject.Account = fmt.Sprint("account", order)
		q.Grant.NotBefore, q.Grant.NotAfter = 1_000, 2_000
		times := []int64{-1, 0, 1, 2, 3, 4, 5, 997, 998, 999, 1000, 1001, 1002, 1003, 1500, 1501, 1996, 1997, 1998, 1999, 2000, 2001, 2002, 1 << 50}
		if order > 0 {
			slices.Reverse(times)
		}
		for range 2 {
			for _, now := range times {
				q.Now = now
				d := requireSame(t, e, plain, q, fmt.Sprint(now))
				require.Equal(t, now >= 1000 && now < 2000, d.Allow, now)
			}
		}
		require.Positive(t, e.Kept(2))
	}
}

// In a bundle whose rules could tell more of the clock than before and after, an answer holds for its second alone.
func TestRulesThatReadTheClockOtherwise(t *testing.T) {
	const term = "lib.within_term(input.grant, input.now)"
	cases := map[string]struct {
		file, old, replacement string
		bounded                bool
	}{
		"as it is":                 {authorization, term, term, true},
		"before a number":          {authorization, term, term + "\n\tlib.at_least(5000000000, input.now)", true},
		"arithmetic":               {authorization, term, term + "\n\tinput.now in {1501, 1503}", false},
		"two seconds after":        {authorization, term, term + "\n\tlib.at_least(input.grant.not_after, input.now + 2)", false},
		"under another name":       {authorization, term, "now := input.now\n\tlib.within_term(input.grant, now)", false},
		"the whole input":          {authorization, term, term + "\n\tobject.get(input, \"now\", 0) in {1501, 1503}", false},
		"by a variable":            {authorization, term, term + "\n\tsome key in [\"now\"]\n\tinput[key] in {1501, 1503}", false},
		"a computed number":        {authorization, term, term + "\n\tlib.at_most(count(input.grant.id), input.now)", false},
		"another clock":            {authorization, term, "lib.within_term(input.grant, input.now) with input.now as 1500", false},
		"in a comprehension":       {authorization, term, term + "\n\tcount([1 | input.now in {1501, 1503}]) == 1", false},
		"the comparison of others": {"yumen/lib/lib.rego", "at_most(term.not_before, now)", "at_most(term.not_before, now)\n\tnow in {999, 1501, 1503}", false},
		"a helper":                 {authorization, term, term + "\n\todd\n}\n\nodd if {\n\tinput.now in {1501, 1503}", false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			e, err := policy.Open(policy.Config{Jurisdiction: policy.Beijing, Bundle: edited(t, c.file, c.old, c.replacement)})
			require.NoError(t, err)
			require.Equal(t, c.bounded, e.Bounded(policy.ActionQueryRun))
			plain := e.Plain()
			q := wide(2, 8)
			q.Grant.NotBefore, q.Grant.NotAfter = 1_000, 2_000
			for q.Now = 1501; q.Now < 1506; q.Now++ {
				requireSame(t, e, plain, q, fmt.Sprint(q.Now))
				requireSame(t, e, plain, q, fmt.Sprint(q.Now, " again"))
			}
		})
	}
}

// Nobody changes what another is answered.
func TestKeptAnswersAreNobodysToWrite(t *testing.T) {
	e := open(t, policy.Beijing)
	plain := e.Plain()
	q := wide(2, 8)
	for range 3 {
		d := requireSame(t, e, plain, q, "as asked")
		spoil(reflect.ValueOf(&d).Elem())
	}
	asked := wide(2, 8)
	decide(t, e, asked)
	maps.DeleteFunc(asked.Grant.Tables, func(string, policy.GrantedCols) bool { return true })
	maps.DeleteFunc(asked.Footprint.Tables["table_0"].Columns, func(catalog.Grade, policy.Set) bool { return true })
	asked.Grant.State = policy.StateTerminated
	requireSame(t, e, plain, asked, "as changed")
	requireSame(t, e, plain, wide(2, 8), "as it was")
}

// spoil overwrites everything that a value leads to.
func spoil(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			spoil(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			spoil(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			spoil(v.Field(i))
		}
	default:
		v.SetZero()
	}
}

// Only permitted answers that came in time are kept, and never more than the bound.
func TestWhatIsKept(t *testing.T) {
	e := open(t, policy.Beijing)
	q := wide(1, 2)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := e.Decide(cancelled, q)
	require.Error(t, err)
	refused := wide(1, 2)
	refused.Call.Purpose = "other"
	require.False(t, decide(t, e, refused).Allow)
	require.Zero(t, e.Kept(1))
	require.True(t, decide(t, e, q).Allow)
	require.Equal(t, 1, e.Kept(1))
	d, err := e.Decide(cancelled, q)
	require.Error(t, err, "too late is no decision, kept or not")
	requireFailure(t, d, "ENG-003")
	require.Equal(t, 1, e.Clone().Kept(1), "a clone decides by the same bundle")

	again, err := e.Prepare(e.Files())
	require.NoError(t, err)
	e.Activate(again)
	require.Zero(t, e.Kept(1), "another bundle begins with nothing")

	text, _, err := policy.CanonicalInput(q)
	require.NoError(t, err)
	for i := range 3 * policy.CacheEntries {
		q.Subject.Account = fmt.Sprint("account", i)
		e.Keep(q, text)
		require.LessOrEqual(t, e.Kept(1), 2*policy.CacheEntries)
	}
	require.Greater(t, e.Kept(1), policy.CacheEntries/4)
	big := append(text[:len(text)-1:len(text)-1], `,"zzz":"`+strings.Repeat("z", 50_000)+`"}`...)
	for i := range 400 {
		q.Subject.Account = fmt.Sprint("account", i)
		e.Keep(q, big)
		require.LessOrEqual(t, e.KeptBytes(), 2*policy.CacheBytes)
	}
	require.Greater(t, e.KeptBytes(), policy.CacheBytes)
	alike := wide(3, 2)
	for i := range 100 {
		alike.Footprint.Methods = policy.NewSet(fmt.Sprint("method", i))
		e.Keep(alike, text)
	}
	require.LessOrEqual(t, e.Kept(3), 2*32)
}

func TestSetsAreValues(t *testing.T) {
	a := policy.NewSet("c", "a", "c")
	b := a
	b.Add("b")
	b.Add("b")
	require.Equal(t, []string{"a", "c"}, slices.Collect(a.All()))
	require.Equal(t, []string{"a", "b", "c"}, slices.Collect(b.All()))
	require.Equal(t, 3, b.Len())
	require.True(t, b.Has("b"))
	require.False(t, a.Has("b"))
	for text, want := range map[string]policy.Set{"null": {}, "{}": policy.NewSet(), `{"a":{},"c":{}}`: a} {
		var s policy.Set
		require.NoError(t, json.Unmarshal([]byte(text), &s))
		require.Equal(t, want, s)
		raw, err := json.Marshal(s)
		require.NoError(t, err)
		require.Equal(t, text, string(raw))
	}
	for _, text := range []string{`[]`, `"a"`, `{"a":1}`, `{"a":{"b":1}}`} {
		require.Error(t, json.Unmarshal([]byte(text), new(policy.Set)), text)
	}
}
