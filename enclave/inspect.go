package enclave

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"yumen/catalog"
	"yumen/enclave/compile"
	"yumen/enclave/egress"
	"yumen/internal/ident"
	"yumen/internal/mask"
	"yumen/policy"
	"yumen/sandbox"
)

// This file looks for identifiers where an answer is about to leave: in its values and keys, in what the outer query made of them, and in
// the names and texts that the statement gives. What is found in a finished answer follows from cells that may leave and from nothing else,
// so a decision upon it tells no more than they do; even so the requester learns it as the one constant.

// inspect lists the kinds of identifiers in a finished answer, by column. It holds no value.
func inspect(today time.Time, post *sandbox.PostResult) []egress.Identifier {
	reader := ident.NewReader(today)
	var out []egress.Identifier
	for i, c := range post.Columns {
		column := inspection{reader: reader, text: c.Type == "VARCHAR", whole: reader.Column(c.Name), kinds: map[ident.Kind]catalog.Grade{}}
		for _, row := range post.Rows {
			if row[i] != nil {
				column.value(fmt.Sprint(row[i]))
			}
		}
		column.verdicts()
		column.name(c.Name)
		for _, kind := range slices.Sorted(maps.Keys(column.kinds)) {
			out = append(out, egress.Identifier{Column: i + 1, Kind: string(kind), Grade: column.kinds[kind]})
		}
	}
	return out
}

// inspection is a column of an answer on its way through the detectors.
type inspection struct {
	reader *ident.Reader
	text   bool
	whole  *ident.Column
	kinds  map[ident.Kind]catalog.Grade // found, with their least grades
}

func (c *inspection) found(kind ident.Kind, value string) {
	c.kinds[kind] = max(c.kinds[kind], ident.MinimumGrade(kind, kind == catalog.IdentifierUSCC && ident.Individual(value)))
}

// value looks at one value. Of numbers only what a birth date and a check digit prove counts: among sums, forms are chance. Of texts a form
// counts where it would be a person's.
func (c *inspection) value(v string) {
	for _, m := range c.reader.Find(v) {
		if !c.text && m.Kind == catalog.IdentifierResidentID || c.text && (m.Proof == ident.Checked || m.Kind.MinimumGrade() > 1) {
			c.found(m.Kind, v[m.Start:m.End])
		}
	}
	if !c.text {
		return
	}
	c.whole.Add(v, 1)
	if kind, ok := c.reader.Whole(v); ok && kind.MinimumGrade() > 1 {
		c.found(kind, v)
	}
}

// verdicts adds what only the whole column proves: names, numbers without a form of their own.
func (c *inspection) verdicts() {
	for _, v := range c.whole.Verdicts() {
		if v.Confidence == ident.Certain {
			c.kinds[v.Kind] = max(c.kinds[v.Kind], ident.MinimumGrade(v.Kind, v.Individuals))
		}
	}
}

func (c *inspection) name(name string) {
	for _, m := range c.reader.Find(name) {
		c.found(m.Kind, name[m.Start:m.End])
	}
}

// masked replaces the identifiers in the texts of a table that people inside read.
func masked(m *mask.Masker, l policy.Mask, t egress.Table) egress.Table {
	for i := range t.Columns {
		t.Columns[i].Name, _ = m.Text(mask.Level(l), t.Columns[i].Name)
	}
	for r, row := range t.Rows {
		row = slices.Clone(row)
		for i, v := range row {
			if v == nil || t.Columns[i].Type != "VARCHAR" {
				continue
			}
			if text, found := m.Text(mask.Level(l), *v); len(found) > 0 {
				row[i] = &text
			}
		}
		t.Rows[r] = row
	}
	return t
}

// identifierSet is what the policy is told of them: each kind with the highest grade that it was found with.
func identifierSet(found []egress.Identifier) map[catalog.IdentifierKind]policy.Identified {
	out := map[catalog.IdentifierKind]policy.Identified{}
	for _, f := range found {
		kind := catalog.IdentifierKind(f.Kind)
		out[kind] = policy.Identified{Grade: max(out[kind].Grade, f.Grade)}
	}
	return out
}

// errIdentifiers ends a run whose answer holds what may not leave. It is no refusal: it was found in the answer.
var errIdentifiers = errors.New("the answer holds identifiers that may not leave")

// ruleIdentifiers is the rule that such an answer breaks.
const ruleIdentifiers = "DES-002"

// unspoken refuses a statement that itself would put a person's identifier into its answer: as a column's name or as a text.
func unspoken(p *compile.Plan, today time.Time) error {
	reader := ident.NewReader(today)
	refusal := &catalog.Refusal{Code: catalog.CodeIDPredicate, Position: -1, Articles: []string{"BJ-FIN-9", "BJ-OPS-32b"},
		Message: catalog.Text{Zh: "查询文字中的列名或文本含有个人标识符", En: "a column name or a text of the query holds an identifier of a person"},
		Remedy:  catalog.Text{Zh: "使用不含号码的列名与文本", En: "use names and texts without such numbers"}}
	for _, c := range p.Post.Columns {
		if slices.ContainsFunc(reader.Find(c.Name), func(m ident.Match) bool { return m.Kind.MinimumGrade() >= 3 }) {
			return refusal
		}
	}
	for _, v := range p.Post.Args { // among numbers a form is chance: 15,000,000,000 is no telephone
		if slices.ContainsFunc(reader.Find(v.Text), func(m ident.Match) bool {
			return m.Kind == catalog.IdentifierResidentID || v.Type == "VARCHAR" && m.Kind.MinimumGrade() >= 3
		}) {
			return refusal
		}
	}
	return nil
}
