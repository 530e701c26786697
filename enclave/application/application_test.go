package application_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/application"
)

var (
	operator  = application.StepName{Name: "operator"}
	authority = application.StepName{Name: "authority"}
	hrss      = application.StepName{Name: "provider", Organization: "hrss"}
	tax       = application.StepName{Name: "provider", Organization: "tax"}
)

// Every state, act and actor: what is not in this table does not happen, whatever else holds.
func TestEveryStateAndAct(t *testing.T) {
	step := application.Step{StepName: operator, Person: "p-1"}
	facts := application.Facts{Document: true, Route: application.Route{{operator}}, Cast: &step, Reasons: []application.Reason{application.ReasonTerm}, Words: true}
	want := map[string]application.State{
		"none submit applicant":        application.Submitted,
		"submitted approve party":      application.Approved,
		"submitted return party":       application.Returned,
		"submitted reject party":       application.Rejected,
		"submitted withdraw applicant": application.Withdrawn,
		"returned resubmit applicant":  application.Submitted,
		"returned withdraw applicant":  application.Withdrawn,
	}
	over := map[string]application.State{
		"submitted return party":       application.Returned,
		"submitted reject party":       application.Rejected,
		"submitted withdraw applicant": application.Withdrawn,
		"submitted expire system":      application.Expired,
		"returned withdraw applicant":  application.Withdrawn,
		"returned expire system":       application.Expired,
	}
	for _, s := range application.States() {
		for _, a := range application.Acts() {
			for _, by := range application.Actors() {
				for termOver, table := range map[bool]map[string]application.State{false: want, true: over} {
					facts.TermOver, facts.Ended = termOver, false
					ended := facts
					ended.Ended = true
					gone, err := application.Next(s, a, by, ended)
					if a == application.Close {
						require.Equal(t, by == application.System && (s == application.Submitted || s == application.Returned), err == nil, "%s by %s", s, by)
						require.Equal(t, err == nil, gone == application.Closed)
					}
					next, err := application.Next(s, a, by, facts)
					to, leads := table[fmt.Sprintf("%s %s %s", s, a, by)]
					require.Equal(t, leads, err == nil, "%s in %s by %s, over %t: %v", a, s, by, termOver, err)
					require.Equal(t, to, next)
				}
				_, err := application.Next(s, a, by, application.Facts{})
				require.Equal(t, a == application.Withdraw && table(s, a, by), err == nil, "the zero facts allow %s in %s", a, s)
			}
		}
	}
}

func table(s application.State, a application.Act, by application.Actor) bool {
	return slices.ContainsFunc(application.Transitions(), func(x application.Transition) bool { return x.From == s && x.Act == a && x.By == by })
}

func TestGuards(t *testing.T) {
	step := func(n application.StepName, person string) *application.Step {
		return &application.Step{StepName: n, Person: person}
	}
	both := application.Route{{hrss, tax}, {operator}}
	first := []application.Step{*step(hrss, "p-1")}
	providers := append(slices.Clone(first), *step(tax, "p-2"))
	for name, c := range map[string]struct {
		act   application.Act
		facts application.Facts
		to    application.State
		guard application.Guard
	}{
		"the first of three steps":             {application.Approve, application.Facts{Route: both, Cast: step(hrss, "p-1")}, application.Submitted, ""},
		"a step of a later stage":              {application.Approve, application.Facts{Route: both, Cast: step(operator, "p-1")}, "", application.StepOpen},
		"a step that was taken":                {application.Approve, application.Facts{Route: both, Taken: first, Cast: step(hrss, "p-2")}, "", application.StepOpen},
		"a later stage before this one's end":  {application.Approve, application.Facts{Route: both, Taken: first, Cast: step(operator, "p-2")}, "", application.StepOpen},
		"the last step":                        {application.Approve, application.Facts{Route: both, Taken: providers, Cast: step(operator, "p-3")}, application.Approved, ""},
		"the last step by one who took a step": {application.Approve, application.Facts{Route: both, Taken: providers, Cast: step(operator, "p-1")}, application.Submitted, ""},
		"the last step by nobody":              {application.Approve, application.Facts{Route: both, Taken: providers, Cast: step(operator, "")}, application.Submitted, ""},
		"no route":                             {application.Approve, application.Facts{Cast: step(operator, "p-1")}, "", application.StepOpen},
		"no step":                              {application.Approve, application.Facts{Route: both}, "", application.StepOpen},
		"returned without a reason":            {application.Return, application.Facts{Route: both, Cast: step(hrss, "p-1"), Words: true}, "", application.ReasonGiven},
		"returned for an unknown reason":       {application.Return, application.Facts{Route: both, Cast: step(hrss, "p-1"), Words: true, Reasons: []application.Reason{"WHIM"}}, "", application.ReasonGiven},
		"rejected without words":               {application.Reject, application.Facts{Route: both, Cast: step(hrss, "p-1"), Reasons: application.Reasons()}, "", application.WordsGiven},
		"rejected out of turn":                 {application.Reject, application.Facts{Route: both, Cast: step(operator, "p-1"), Reasons: application.Reasons(), Words: true}, "", application.StepOpen},
	} {
		to, err := application.Next(application.Submitted, c.act, application.Party, c.facts)
		require.Equal(t, c.to, to, name)
		var g *application.GuardError
		if c.guard == "" {
			require.NoError(t, err, name)
			continue
		}
		require.ErrorAs(t, err, &g, name)
		require.Equal(t, c.guard, g.Guard, name)
	}
}

func TestChoose(t *testing.T) {
	route := application.Route{{hrss, tax}, {operator}}
	providers := []application.Step{{StepName: hrss, Person: "p-1"}, {StepName: tax, Person: "p-2"}}
	for _, c := range []struct {
		name, named, organization string
		route                     application.Route
		taken                     []application.Step
		want                      application.StepName
		ok                        bool
	}{
		{"the provider's own", "", "tax", route, nil, tax, true},
		{"the provider's own by the stage's name", "provider", "hrss", route, nil, hrss, true},
		{"by its whole name", "provider/hrss", "anybody", route, nil, hrss, true},
		{"one of several", "", "operator", route, nil, application.StepName{}, false},
		{"the only one", "", "operator", route, providers, operator, true},
		{"a step that is closed", "operator", "operator", route, nil, operator, true},
		{"a step that is none", "friend", "operator", route, nil, application.StepName{Name: "friend"}, true},
		{"another name in a sample zone", "friend", "operator", application.Route{{{Name: application.AnySteward}}}, nil, application.StepName{Name: application.AnySteward}, true},
		{"nothing is open", "", "operator", application.Route{{operator}}, []application.Step{{StepName: operator, Person: "p"}}, application.StepName{}, false},
	} {
		got, ok := c.route.Choose(c.taken, c.named, c.organization)
		require.Equal(t, c.ok, ok, c.name)
		require.Equal(t, c.want, got, c.name)
	}
}

// No sequence of acts comes to approved unless, in the last version, each step of the route was taken, each by another person, and in
// the order of the stages.
func TestRandomLives(t *testing.T) {
	approved := 0
	for seed := range uint64(4000) {
		r := rand.New(rand.NewPCG(seed, 3))
		routes := []application.Route{{{operator}}, {{hrss}, {operator}}, {{hrss, tax}, {operator}, {authority}}}
		route := routes[r.IntN(len(routes))]
		state, taken, history := application.None, []application.Step(nil), []string{}
		for range 60 {
			act := application.Acts()[r.IntN(len(application.Acts()))]
			by := application.Actors()[r.IntN(len(application.Actors()))]
			names := []application.StepName{operator, authority, hrss, tax}
			cast := application.Step{StepName: names[r.IntN(4)], Person: fmt.Sprint("p-", r.IntN(4))}
			f := application.Facts{Document: true, Route: route, Taken: taken, Cast: &cast, Words: true, TermOver: r.IntN(40) == 0,
				Reasons: []application.Reason{application.ReasonError}}
			next, err := application.Next(state, act, by, f)
			if err != nil {
				continue
			}
			history = append(history, fmt.Sprintf("%s %v", act, cast))
			switch act {
			case application.Submit, application.Resubmit:
				taken = nil
			case application.Approve:
				taken = append(slices.Clone(taken), cast)
			}
			if next == application.Approved {
				approved++
				require.True(t, route.Done(taken), "%v", history)
				people := map[string]bool{}
				for _, s := range taken {
					people[s.Person] = true
				}
				require.Len(t, people, len(slices.Concat(route...)), "%v", history)
			}
			state = next
		}
	}
	require.Greater(t, approved, 100)
}

func TestEveryGrantStateAndAct(t *testing.T) {
	for _, s := range application.GrantStates() {
		for _, a := range application.GrantActs() {
			for _, over := range []bool{false, true} {
				want := map[string]application.GrantState{
					"active suspend false": application.Suspended, "active idle false": application.Over, "active terminate false": application.Terminated, "active expire true": application.Over,
					"suspended suspend false": application.Suspended, "suspended resume false": application.Granted, "suspended terminate false": application.Terminated, "suspended expire true": application.Over,
				}[fmt.Sprintf("%s %s %t", s, a, over)]
				got, err := application.NextGrant(s, a, over)
				require.Equal(t, want, got, "%s of a grant that is %s", a, s)
				require.Equal(t, want == "", err != nil)
			}
		}
	}
}

func TestShown(t *testing.T) {
	for _, c := range []struct {
		stored application.GrantState
		now    int64
		want   application.GrantState
	}{
		{application.Granted, 99, application.Ahead}, {application.Granted, 100, application.Granted}, {application.Granted, 199, application.Granted},
		{application.Granted, 200, application.Over}, {application.Suspended, 50, application.Suspended}, {application.Suspended, 150, application.Suspended},
		{application.Suspended, 200, application.Over}, {application.Terminated, 300, application.Terminated}, {application.Over, 0, application.Over},
	} {
		require.Equal(t, c.want, application.Shown(c.stored, 100, 200, c.now), "%s at %d", c.stored, c.now)
	}
}
