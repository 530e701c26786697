package compile

import (
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"

	"yumen/catalog"
	"yumen/internal/canonical"
)

// A key is open when its values are fixed neither by a declaration nor by conditions. It is answered in two steps. First the entities of every value
// are counted, with noise; a value with enough of them by noisy counts gets a name. Then the question is asked with the key in classes: each named
// value, all others together, and NULL. What the second step asks is a function of what the first one answered, so both together cost what each does.
//
// Noise on a count of none never makes it enough, so that the noise of the values that nobody has need not be drawn: what is named has the same
// law as if every text that there can be had been counted.

// Other is what all values without a name of their own are called together. A value that is spelled so is one of them.
const Other = "other"

// maxNamed is how many values get a name at most, those of the largest noisy counts.
const maxNamed = 100

// OpenKey is the open key of a plan.
type OpenKey struct {
	// Counts counts the entities of each reference, by value. Its Keys are not known before it has run: Read gives them.
	Counts *NoisyProgram
	// Room is how many values are named at most. It follows from declarations and the plan.
	Room int

	plan   *Plan
	key    int
	null   bool
	values int // most values that there are, as declared
	others int // combinations of the other keys
}

// FindOpen finds the open key of a plan; nil when there is none. A plan with two is an *Uncovered.
func FindOpen(p *Plan, in NoisyInputs) (*OpenKey, error) {
	o := &OpenKey{plan: p, key: -1}
	for i, k := range p.Keys {
		_, err := p.keyValues(k, in.Specs, in.Cells)
		var u *Uncovered
		if err == nil || !errors.As(err, &u) || u.Want != WantDomain {
			continue // known, or refused for another reason by and by
		}
		spec := in.Specs[p.datasetOf(k.Column.Path)]
		if spec == nil || spec.Column(k.Column.Column) == nil || o.key >= 0 || k.Func != "" && k.Func != "prefix" {
			return nil, err
		}
		column := spec.Column(k.Column.Column)
		if column.MaxValues < 1 || column.Type != string(catalog.TypeVarchar) || len(column.Domain) > 0 {
			return nil, err
		}
		o.key, o.values = i, int(column.MaxValues)
		o.null = !p.matches(k.Column.Path) || column.Nullable == nil || *column.Nullable
	}
	if o.key < 0 {
		return nil, nil
	}
	return o, o.count(in)
}

// count prepares the counts by value.
func (o *OpenKey) count(in NoisyInputs) error {
	rest := *o.plan
	rest.Keys = slices.Delete(slices.Clone(o.plan.Keys), o.key, o.key+1)
	others, err := rest.everyKey(in.Specs, in.Cells)
	if err != nil {
		return err
	}
	o.others = len(others)
	o.Room = min(o.values, maxNamed, in.Cells/(max(1, o.others)*max(1, len(o.plan.Cells)))-2)
	if o.Room < 1 {
		k := o.plan.Keys[o.key]
		return &Uncovered{WantNarrower, o.plan.datasetOf(k.Column.Path), k.Column.Column}
	}
	by := *o.plan
	by.Keys, by.Sets, by.Cells, by.More = []Key{o.plan.Keys[o.key]}, o.plan.Sets[:1], nil, nil
	in.Keys = o.values + 1 // and NULL
	n, err := noisyProgram(&by, in)
	if err != nil {
		return err
	}
	if err := errors.Join(n.add(0), n.arrange()); err != nil {
		return err
	}
	for i := range n.Statistics {
		n.Statistics[i].Universe = -1
	}
	n.Attachments = attachments(n.reads)
	o.Counts = n
	return distinct(n.Attachments)
}

// Keys is how many keys the merged plan has at most: the named values, the others and NULL, with every other key.
func (o *OpenKey) Keys() int { return o.others * (o.Room + 2) }

// Read reads the counts: a program that knows which values there are, and its figures by value and statistic. NULL, and a value that is spelled as
// Other, are none that could be named. The figures are exact, and for the noise step alone.
func (o *OpenKey) Read(rows [][][]*string) (*NoisyProgram, []string, [][]*big.Int, error) {
	n, seen := *o.Counts, map[string]bool{}
	for _, answer := range rows {
		for _, row := range answer {
			if len(row) > 0 && row[0] != nil && *row[0] != Other {
				seen[*row[0]] = true
			}
		}
	}
	if len(seen) > o.values {
		return nil, nil, nil, fmt.Errorf("%w: more values than a load has proven", ErrEvidence)
	}
	values := slices.Sorted(maps.Keys(seen))
	n.Keys = nil
	for _, v := range values {
		n.Keys = append(n.Keys, []*string{text(v)})
	}
	figures, err := n.Figures(rows)
	return &n, values, figures, err
}

// Merged is the plan with its open key in classes: each of the values, in order, all others, and NULL where there can be any.
func (o *OpenKey) Merged(values []string) *Plan {
	out := *o.plan
	out.Keys, out.More = slices.Clone(o.plan.Keys), nil
	k := out.Keys[o.key]
	merged := Key{Column: k.Column, Func: keyCase, Type: "BIGINT", Of: string(catalog.TypeVarchar), Sensitive: k.Sensitive, SensitiveValues: k.SensitiveValues}
	rest := Set{Except: true}
	for _, v := range values {
		c, _ := keyCondition(k, &v) // of a text and its prefixes it always is one
		merged.Bins = append(merged.Bins, c.Set)
		rest.Values, rest.Prefixes = append(rest.Values, c.Set.Values...), append(rest.Prefixes, c.Set.Prefixes...)
	}
	merged.Bins = append(merged.Bins, rest)
	if o.null {
		merged.Bins = append(merged.Bins, Set{Null: true})
	}
	out.Keys[o.key] = merged
	return &out
}

// Named is a key of the merged plan as it is shown: with the value in place of its class.
func (o *OpenKey) Named(values []string, key []*string) []*string {
	out := slices.Clone(key)
	classes := []*string{}
	for _, v := range values {
		classes = append(classes, text(v))
	}
	for i, name := range append(classes, text(Other), nil) {
		if key[o.key] != nil && *key[o.key] == fmt.Sprint(i) {
			out[o.key] = name
		}
	}
	return out
}

// Column names all cells of a statistic, whatever values there are: of Counts, or of the merged plan's program. What is named there follows from
// the columns by which it was decided, the least number of entities and the room, so these are part of the name.
func (o *OpenKey) Column(n *NoisyProgram, statistic int, decided []string, k int64) ([]byte, error) {
	s, keys := n.Statistics[statistic], o.plan.Keys
	if n == o.Counts {
		keys = n.plan.Keys
	}
	box, columns := n.setOf(s)
	f := n.family(s, box, columns)
	f.Keys = keys
	return canonical.Marshal(struct {
		Family
		Clips   []string `json:"clips,omitempty"`
		Open    bool     `json:"open"`
		Decided []string `json:"decided,omitempty"`
		K       int64    `json:"k"`
		Room    int      `json:"room"`
	}{f, n.clipped(s), true, decided, k, o.Room})
}
