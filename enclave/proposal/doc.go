// Package proposal turns the profile of a file into a declaration worth editing: a pure function, so that tests see all of it. What it
// proposes is what the profile shows and what names say; where they leave a doubt, the stricter reading is proposed, and a note says
// what the proposal rests on.
package proposal

import (
	"yumen/catalog"
	"yumen/sandbox/wire"
)

// Options are what the caller says about the dataset.
type Options struct {
	Name     string // of the dataset
	Provider string // organization that answers for it; "" leaves it to be filled in
}

// Proposal is a proposed declaration. What a person must fill in is empty, and a declaration with an empty field is refused.
type Proposal struct {
	Dataset catalog.Dataset
	// Notes say what the proposal rests on, in coarse words.
	Notes []Note
}

// Note is one remark about a column, or about the dataset as a whole when Column is empty.
type Note struct {
	Column string
	Text   catalog.Text
}

// Of proposes a declaration for a profile.
func Of(p *wire.Profile, o Options) *Proposal {
	d := &draft{profile: p, guesses: make([]guess, len(p.Columns))}
	for i := range p.Columns {
		d.guesses[i] = d.look(&p.Columns[i])
	}
	out := &Proposal{Dataset: catalog.Dataset{APIVersion: catalog.APIVersion, Kind: catalog.KindDataset, Metadata: catalog.Metadata{Name: o.Name}}}
	spec := &out.Dataset.Spec
	spec.Provider, spec.Sharing, spec.Market = o.Provider, catalog.SharingConditional, catalog.MarketAuthorised
	d.whole()
	spec.Entities = d.entities()
	for i := range d.guesses {
		d.column(i)
		spec.Columns = append(spec.Columns, d.guesses[i].Column)
	}
	out.Notes = d.notes
	for i := range d.guesses {
		for _, text := range d.guesses[i].notes {
			out.Notes = append(out.Notes, Note{d.guesses[i].Name, text})
		}
	}
	return out
}

// draft is a proposal in the making.
type draft struct {
	profile *wire.Profile
	guesses []guess
	notes   []Note
	person  bool // an entity is a person
}

// guess is a column of it.
type guess struct {
	catalog.Column
	seen  *wire.ColumnProfile
	typ   catalog.Type
	kind  catalog.IdentifierKind // that its values or its name speak of
	notes []catalog.Text
	// A key that the name alone speaks of, and the entity type that it is of.
	key    string
	strong bool
	codes  bool // of many values, and no identifier known
}

func (g *guess) say(zh, en string) { g.notes = append(g.notes, catalog.Text{Zh: zh, En: en}) }

func (d *draft) say(zh, en string) {
	d.notes = append(d.notes, Note{Text: catalog.Text{Zh: zh, En: en}})
}
