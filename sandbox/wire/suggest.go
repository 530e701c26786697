package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"yumen/catalog"
)

// Suggest asks for the profile of a source, which is descriptor FDFirst.
type Suggest struct {
	MaxRows  int64  `json:"max_rows"`
	MaxBytes int64  `json:"max_bytes"` // that the source may expand to
	Today    string `json:"today"`     // ISO date: nobody is born later
}

// HeldBy is the least number of rows, and of entities where a key is seen, that a value is shown for. It is above every threshold
// that a cell is released at, jitter included, so that no value is shown here that a query would withhold.
const HeldBy = 50

// MaxListed is the longest list of values of a profile; a column with more distinct values has none.
const MaxListed = 100

// maxListedText is the longest text in such a list, in bytes.
const maxListedText = 64

// maxProfile bounds the document of a profile.
const maxProfile = 4 << 20

// Formats of a source.
const (
	FormatCSV       = "csv"
	FormatJSONLines = "jsonl"
	FormatParquet   = "parquet"
)

// Profile is what a source looks like, so coarsely that it tells of nobody: no value that few rows hold, no extreme, no exact count.
type Profile struct {
	Format   string          `json:"format"`
	Rows     int64           `json:"rows"`     // rounded down to 1, 2 or 5 times a power of ten
	Repeated int             `json:"repeated"` // rows that repeat an earlier one, in steps of 5 %
	Columns  []ColumnProfile `json:"columns"`
}

// ColumnProfile is the profile of one field.
type ColumnProfile struct {
	Name     string `json:"name"`
	Type     string `json:"type"`     // the narrowest type of the catalog that every value has
	Missing  int    `json:"missing"`  // in steps of 5 %
	Complete bool   `json:"complete"` // nothing is missing
	Unique   bool   `json:"unique"`   // no value is there twice
	Distinct int64  `json:"distinct"` // exact to 20, above rounded down to a power of two
	// Low and High enclose every number, on the edges 0 and ±1, ±2, ±5 times a power of ten; "" for other types.
	Low  string `json:"low,omitempty"`
	High string `json:"high,omitempty"`
	// Months says that every date is the first of a month.
	Months bool `json:"months,omitempty"`
	// Code is the length of every value, where all are letters and digits of one length; Place says that they are division codes.
	Code  int  `json:"code,omitempty"`
	Place bool `json:"place,omitempty"`
	// Words says that values have spaces or punctuation inside, or are long: they are texts and no codes.
	Words bool `json:"words,omitempty"`
	// Values are those held by HeldBy, in order; Closed says that there are no others.
	Values []string `json:"values,omitempty"`
	Closed bool     `json:"closed,omitempty"`
	Found  []Found  `json:"found,omitempty"`
}

// Found is a kind of identifier in a field. Whole and Inside are the shares of rows, in steps of 5 %, whose whole value is one and
// that have one anywhere.
type Found struct {
	Kind        catalog.IdentifierKind `json:"kind"`
	Whole       int                    `json:"whole"`
	Inside      int                    `json:"inside"`
	Confidence  string                 `json:"confidence"` // possible, likely, certain
	Individuals bool                   `json:"individuals,omitempty"`
}

var confidences = []string{"possible", "likely", "certain"}

// EncodeProfile writes a profile.
func EncodeProfile(p *Profile) ([]byte, error) {
	b, err := json.Marshal(p)
	if err != nil || len(b) > maxProfile {
		return nil, errors.New("the profile cannot be written")
	}
	return b, nil
}

// DecodeProfile reads a profile from a process that is not trusted: whatever it does not promise is an error that holds none of it.
func DecodeProfile(b []byte) (*Profile, error) {
	var p Profile
	if len(b) > maxProfile || decodeStrict(b, &p) != nil {
		return nil, errors.New("the profile cannot be read")
	}
	known := p.Format == FormatCSV || p.Format == FormatJSONLines || p.Format == FormatParquet
	if !known || !edge(fmt.Sprint(p.Rows)) || p.Rows < 0 || !steps(p.Repeated) || len(p.Columns) == 0 || len(p.Columns) > maxProfileColumns {
		return nil, errors.New("the profile is not one")
	}
	seen := map[string]bool{}
	for i := range p.Columns {
		c := &p.Columns[i]
		if name := strings.ToLower(c.Name); seen[name] || c.sound() != nil {
			return nil, fmt.Errorf("the profile of column %d is not one", i)
		} else {
			seen[name] = true
		}
	}
	return &p, nil
}

// maxProfileColumns is how many columns a declaration may have.
const maxProfileColumns = 500

var errColumn = errors.New("not a profile of a column")

func (c *ColumnProfile) sound() error {
	t, err := catalog.ParseType(c.Type)
	if err != nil || t.String() != c.Type || !catalog.ColumnName(c.Name) {
		return errColumn
	}
	if !steps(c.Missing) || c.Complete && c.Missing > 0 || c.Distinct < 0 || c.Distinct > 20 && c.Distinct&(c.Distinct-1) != 0 || c.Code < 0 || c.Code > maxListedText {
		return errColumn
	}
	if t.Numeric() != (c.Low != "") || t.Numeric() != (c.High != "") || t.Numeric() && (!edge(c.Low) || !edge(c.High)) || c.Months && t.Name != catalog.TypeDate {
		return errColumn
	}
	if len(c.Values) > MaxListed || len(c.Found) > len(catalog.IdentifierKinds()) || c.Closed && len(c.Values) == 0 || !ordered(c.Values) {
		return errColumn
	}
	for _, v := range c.Values {
		if text, err := t.Canonical(v); err != nil || text != v || !listable(v) {
			return errColumn
		}
	}
	if !slices.ContainsFunc(c.Found, func(f Found) bool { return !f.Sound() }) {
		return nil
	}
	return errColumn
}

// Sound reports whether a finding has its form.
func (f Found) Sound() bool {
	return f.Kind.Valid() && steps(f.Whole) && steps(f.Inside) && slices.Contains(confidences, f.Confidence)
}

// listable reports whether a value may stand in a list: short and printable.
func listable(v string) bool {
	return v != "" && len(v) <= maxListedText && utf8.ValidString(v) && !strings.ContainsFunc(v, func(r rune) bool { return !unicode.IsPrint(r) })
}

// ordered reports whether each value is there once; their order tells nothing.
func ordered(values []string) bool {
	for i := range values {
		if slices.Contains(values[:i], values[i]) {
			return false
		}
	}
	return true
}

func steps(percent int) bool { return percent >= 0 && percent <= 100 && percent%5 == 0 }

// edge reports whether a number is 0 or 1, 2 or 5 times a power of ten.
func edge(text string) bool {
	r, err := catalog.Number(text).Rat()
	if err != nil {
		return false
	}
	return r.Cmp(Outward(r)) == 0
}

// Outward is the edge 0, ±1, ±2 or ±5 times a power of ten at a number or, away from zero, next to it.
func Outward(r *big.Rat) *big.Rat {
	if r.Sign() == 0 {
		return new(big.Rat)
	}
	ten := big.NewRat(10, 1)
	abs := new(big.Rat).Abs(r)
	power := big.NewRat(1, 1)
	for power.Cmp(abs) < 0 {
		power.Mul(power, ten)
	}
	for below := new(big.Rat).Quo(power, ten); below.Cmp(abs) >= 0; below.Quo(power, ten) {
		power.Set(below)
	}
	best := new(big.Rat).Set(power)
	for _, part := range []int64{2, 5} { // power/5, power/2
		if e := new(big.Rat).Quo(power, big.NewRat(part, 1)); e.Cmp(abs) >= 0 && e.Cmp(best) < 0 {
			best = e
		}
	}
	if r.Sign() < 0 {
		best.Neg(best)
	}
	return best
}

// ReadProfile reads the result stream of a suggest job: one profile.
func ReadProfile(in io.Reader) (*Profile, error) {
	var p *Profile
	err := ReadCells(in, maxProfile+1<<10, func(stmt int, row Row) error {
		if p != nil || stmt != 0 || len(row) != 1 || row[0] == nil {
			return errors.New("not one profile")
		}
		var err error
		p, err = DecodeProfile([]byte(*row[0]))
		return err
	})
	if err == nil && p == nil {
		err = errors.New("no profile")
	}
	return p, err
}

// WriteProfile writes it.
func WriteProfile(out io.Writer, p *Profile) error {
	b, err := EncodeProfile(p)
	if err != nil {
		return err
	}
	w := NewCellWriter(out)
	text := string(bytes.TrimSpace(b))
	if err := w.Write(0, Row{&text}); err != nil {
		return err
	}
	return w.Close()
}
