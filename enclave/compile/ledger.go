package compile

import (
	"cmp"
	"slices"

	"yumen/catalog"
	"yumen/internal/canonical"
)

// Family is one question in canonical form, as the ledger of a legal group keeps it: a measure over the rows of a box, for every
// value of the keys, under a row scope, on pinned snapshots. Equal families have equal answers, so an answer is replayed.
type Family struct {
	Base      Base        `json:"base"`
	Keys      []Key       `json:"keys,omitempty"`
	Box       Box         `json:"box"`
	Measure   Measure     `json:"measure"`
	Scope     []ScopePart `json:"scope,omitempty"`     // of the datasets of the base, sorted by dataset
	Snapshots []Pin       `json:"snapshots,omitempty"` // of the datasets of the base, sorted by dataset
}

// ScopePart is the row scope of one dataset.
type ScopePart struct {
	Dataset    string      `json:"dataset"`
	Conditions []Condition `json:"conditions"`
}

// Pin names the snapshot that a dataset was read from.
type Pin struct {
	Dataset  string `json:"dataset"`
	Snapshot string `json:"snapshot"`
}

// Digest identifies the family: the key under which the ledger replays its answer.
func (f Family) Digest() (catalog.Digest, error) {
	text, err := canonical.Marshal(f)
	if err != nil {
		return "", err
	}
	return catalog.DigestOf(text), nil
}

// Families returns the family of every cell of the plan, in their order, under a row scope and pinned snapshots.
func (p *Plan) Families(snapshots map[string]string, scope Scope) []Family {
	base := p.Base
	base.Joins = slices.Clone(p.Base.Joins)
	for i := range base.Joins {
		base.Joins[i].Inner = false // the match is part of the box
	}
	datasets := base.datasets()
	var pins []Pin
	var parts []ScopePart
	for _, d := range datasets {
		pins = append(pins, Pin{Dataset: d, Snapshot: snapshots[d]})
		if conditions := scope[d]; len(conditions) > 0 {
			sorted := own(conditions, "")
			slices.SortFunc(sorted, func(a, b Condition) int { return cmp.Compare(a.Column.Column, b.Column.Column) })
			parts = append(parts, ScopePart{Dataset: d, Conditions: sorted})
		}
	}
	out := make([]Family, len(p.Cells))
	for i, c := range p.Cells {
		out[i] = Family{Base: base, Keys: p.Keys, Box: p.Sets[c.Set], Measure: c.Measure, Scope: parts, Snapshots: pins}
	}
	return out
}

// datasets lists the datasets of a base, sorted, each once.
func (b Base) datasets() []string {
	out := []string{b.Root.Dataset}
	for _, t := range b.Joins {
		out = append(out, t.Dataset)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// scope is the family's row scope.
func (f Family) scope() Scope {
	out := Scope{}
	for _, p := range f.Scope {
		out[p.Dataset] = p.Conditions
	}
	return out
}

// snapshot is the family's snapshot of a dataset, empty when it has none.
func (f Family) snapshot(dataset string) string {
	for _, p := range f.Snapshots {
		if p.Dataset == dataset {
			return p.Snapshot
		}
	}
	return ""
}
