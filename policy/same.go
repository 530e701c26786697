package policy

import (
	"maps"

	"yumen/catalog"
)

// shape is what tells most questions apart at a glance.
type shape struct {
	zone        Zone
	subject     Subject
	run         bool
	call        Call
	grant       string
	runs        Count
	today       int
	grade       catalog.Grade
	tables      int
	computation catalog.Digest
}

func shapeOf(q *Query) shape {
	s := shape{zone: q.Zone, subject: q.Subject, run: q.Run, call: q.Call, grade: q.Footprint.Grade, tables: len(q.Footprint.Tables)}
	if q.Grant != nil {
		s.grant, s.runs, s.today = q.Grant.ID, q.Grant.Runs, q.Grant.Today
	}
	if q.Computation != nil {
		s.computation = q.Computation.Digest
	}
	return s
}

// same tells whether two questions are the same in all but the time at which they are asked.
func (q *Query) same(o *Query) bool {
	return q.Zone == o.Zone && q.Subject == o.Subject && q.Run == o.Run && q.Call == o.Call && q.Organization == o.Organization &&
		samePointer(q.Computation, o.Computation) && q.Frozen.same(o.Frozen) && q.Grant.same(o.Grant) &&
		q.Footprint.Grade == o.Footprint.Grade && q.Footprint.Methods.same(o.Footprint.Methods) &&
		sameMap(q.Datasets, o.Datasets, Supply.same) && sameMap(q.Footprint.Tables, o.Footprint.Tables, Touch.same)
}

func samePointer[T comparable](a, b *T) bool { return a == b || a != nil && b != nil && *a == *b }

// sameMap tells whether two maps are both there, or neither, with the same entries.
func sameMap[K comparable, V any](a, b map[K]V, same func(V, V) bool) bool {
	if len(a) != len(b) || (a == nil) != (b == nil) {
		return false
	}
	for k, v := range a {
		if w, there := b[k]; !there || !same(v, w) {
			return false
		}
	}
	return true
}

func (g *Grant) same(o *Grant) bool {
	if g == nil || o == nil {
		return g == o
	}
	return g.ID == o.ID && g.State == o.State && g.Organization == o.Organization && g.NotBefore == o.NotBefore && g.NotAfter == o.NotAfter &&
		g.Scenario == o.Scenario && g.Runs == o.Runs && g.Today == o.Today && g.Purposes.same(o.Purposes) && g.Methods.same(o.Methods) &&
		g.Modes.same(o.Modes) && sameMap(g.Tables, o.Tables, GrantedCols.same)
}

func (c GrantedCols) same(o GrantedCols) bool { return c.Columns.same(o.Columns) }

func (t Touch) same(o Touch) bool {
	return t.Grade == o.Grade && t.Guarded.same(o.Guarded) && sameMap(t.Columns, o.Columns, Set.same) && sameMap(t.Uses, o.Uses, Set.same)
}

func (s Supply) same(o Supply) bool {
	return s.State == o.State && s.Provider == o.Provider && s.Market == o.Market && s.Sharing == o.Sharing && s.Opening == o.Opening && s.Loaded == o.Loaded && s.Origin == o.Origin &&
		s.Consent.Required == o.Consent.Required && s.Consent.State == o.Consent.State && s.Consent.Categories.same(o.Consent.Categories)
}

// clone is the question with maps of its own; the names of a set are never written.
func (q *Query) clone() Query {
	c := *q
	c.Datasets = maps.Clone(q.Datasets)
	c.Footprint.Tables = maps.Clone(q.Footprint.Tables)
	for name, t := range c.Footprint.Tables {
		t.Columns, t.Uses = maps.Clone(t.Columns), maps.Clone(t.Uses)
		c.Footprint.Tables[name] = t
	}
	if q.Grant != nil {
		g := *q.Grant
		g.Tables = maps.Clone(g.Tables)
		c.Grant = &g
	}
	if q.Computation != nil {
		k := *q.Computation
		c.Computation = &k
	}
	return c
}
