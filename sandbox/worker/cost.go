package worker

import "yumen/catalog"

// What the parts of an ingest cost, in nanoseconds of two processors, as they were measured (TestProgressIsRight). Only their
// proportions matter, and those only for what a person sees.
const (
	costStart   = 50e6 // the worker and its engine
	costInflate = 15   // a compressed byte
	costDecode  = 5    // a byte, as costDivide, costJSON and costCheck
	costDivide  = 2
	costJSON    = 9
	costCheck   = 1
	costLoad    = 31  // a byte of text, for all that follows its check
	costRows    = 16  // a byte of JSON, for all that follows its conversion
	expands     = 5   // a compressed byte, on average
	costValue   = 100 // a value that is converted
	costKey     = 180 // a key that is hashed
	costPart    = 75  // a value of a row that is hashed
	costScan    = 18  // a value that is checked
	costEntity  = 60  // a row that is counted for its entity
	costWords   = 5e6 // a column that is searched for identifiers
	costNarrow  = 46  // a value that is written: numbers and dates that compress
	costWide    = 85
	costSend    = 10 // a value that is sent
)

// expected is what remains to be done once the rows are counted, in nanoseconds.
type expected struct{ stage, renumber, profile, identify, query, identity, send float64 }

// after is what comes after the first parts of these.
func (e expected) after(parts int) (rest float64) {
	for _, cost := range []float64{e.stage, e.renumber, e.profile, e.identify, e.query, e.identity, e.send}[parts:] {
		rest += cost
	}
	return rest
}

// expect adds up what is known of a load before it is staged.
func (d *declaration) expect(rows int64) expected {
	var stage, renumber, profile, words float64
	for i := range d.columns {
		stage, profile = stage+costValue, profile+costScan
		if d.columns[i].suspect() {
			words += costWords
		}
	}
	for _, e := range d.entities {
		stage, profile = stage+costKey, profile+costEntity
		if e.Rows {
			stage, renumber = stage+costPart*float64(len(d.columns)), costEntity
		}
	}
	n := float64(rows)
	query, identity := d.width(true), d.width(false)
	values := float64(len(d.queryColumns()) + len(d.identityColumns()))
	return expected{stage * n, renumber * n, profile * n, words, query * n, identity * n, values * costSend * n}
}

// width is what a row of the query file costs, or one of the identity file.
func (d *declaration) width(query bool) float64 {
	width := float64(costWide * len(d.entities))
	for i := range d.columns {
		c := &d.columns[i]
		in := c.Has(catalog.RoleIdentifier) || c.Has(catalog.RoleEntityKey)
		if query {
			in = c.Has(catalog.RoleDimension) || c.Has(catalog.RoleMeasure)
		}
		switch {
		case !in:
		case c.typ.Name == catalog.TypeVarchar || c.typ.Name == catalog.TypeDecimal:
			width += costWide
		default:
			width += costNarrow
		}
	}
	return width
}
