package application

import "slices"

// StepName is one step of a route: its name and, for a step that each provider takes for himself, the provider.
type StepName struct {
	Name         string `json:"name"`
	Organization string `json:"organization"` // empty where any organization of the step's kind will do
}

// String is the name as a person writes it: name, or name/organization.
func (n StepName) String() string {
	if n.Organization == "" {
		return n.Name
	}
	return n.Name + "/" + n.Organization
}

// Step is a step that somebody takes.
type Step struct {
	StepName
	Person string
}

// AnySteward is the step of a sample zone: any steward of another party takes it, under whatever name.
const AnySteward = "steward"

// Route is what must be approved before there is a grant: stages one after the other, the steps of a stage in any order.
type Route [][]StepName

// Open lists the steps that can be taken now: those of the first stage that is not complete.
func (r Route) Open(taken []Step) []StepName {
	for _, stage := range r {
		var open []StepName
		for _, name := range stage {
			if !slices.ContainsFunc(taken, func(s Step) bool { return s.StepName == name }) {
				open = append(open, name)
			}
		}
		if len(open) > 0 {
			return open
		}
	}
	return nil
}

// Done reports whether every step of the route is taken, each by another person. A route without a step is never done.
func (r Route) Done(taken []Step) bool {
	steps, people := 0, map[string]bool{}
	for _, stage := range r {
		for _, name := range stage {
			i := slices.IndexFunc(taken, func(s Step) bool { return s.StepName == name })
			if i < 0 || taken[i].Person == "" || people[taken[i].Person] {
				return false
			}
			people[taken[i].Person] = true
			steps++
		}
	}
	return steps > 0
}

// Choose finds the step that a person of an organization means: the one he named, or the only one that he could mean. A name that
// fits nothing is returned as it is, for the policy to refuse; ok is false when he named none and could mean several.
func (r Route) Choose(taken []Step, named, organization string) (name StepName, ok bool) {
	open := r.Open(taken)
	if len(r) == 1 && len(open) == 1 && open[0].Name == AnySteward {
		return open[0], true
	}
	for _, n := range open {
		if named == n.String() || named == n.Name && n.Organization == organization {
			return n, true
		}
	}
	if named != "" {
		return StepName{Name: named}, true
	}
	if len(open) == 1 {
		return open[0], true
	}
	if i := slices.IndexFunc(open, func(n StepName) bool { return n.Organization == organization }); i >= 0 {
		return open[i], true
	}
	return StepName{}, false
}
