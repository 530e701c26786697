package ident

import (
	"cmp"
	"slices"
	"strings"

	"yumen/catalog"
)

// Confidence says how far a verdict can be trusted.
type Confidence uint8

// The confidences, lowest first.
const (
	Possible Confidence = iota + 1 // the form fits, and so would other things
	Likely                         // the name of the column or its other values speak for it
	Certain                        // check digits or a form of its own
)

// String names the confidence.
func (c Confidence) String() string {
	switch c {
	case Certain:
		return "certain"
	case Likely:
		return "likely"
	case Possible:
		return "possible"
	}
	return "none"
}

// Verdict says what a column holds. Share is the part of its present rows, 0 to 1, whose whole value is such an identifier, Inside the
// part that has one somewhere inside.
type Verdict struct {
	Kind          Kind
	Share, Inside float64
	Confidence    Confidence
	// Distinct is how many distinct values are such identifiers as a whole, and Among the part that they are of the distinct numbers of
	// their lengths: of numbers that are none, a check digit lets one in ten pass.
	Distinct int
	Among    float64
	// Individuals says that among unified social credit codes there are some of individual businesses.
	Individuals bool
}

// Column collects the values of one column.
type Column struct {
	r           *Reader
	named       Kind
	rows        int64
	distinct    int
	lengths     [maxCompact + 1]int // distinct values that are digits alone, by their number
	whole       map[Kind]*tally
	inside      map[Kind]int64
	individuals bool
	buffer      []candidate
}

// tally counts the rows of one kind and roughly the beginnings of its values.
type tally struct {
	rows     int64
	distinct int
	proof    Proof
	heads    map[string]struct{}
	lengths  [maxCompact + 1]bool // of its values
}

// Column returns a collector for a column of that name; the name counts as a label.
func (r *Reader) Column(name string) *Column {
	c := &Column{r: r, whole: map[Kind]*tally{}, inside: map[Kind]int64{}}
	c.named, _ = Named(name)
	return c
}

// Add counts a distinct value that so many rows have. Values should be given once each; an empty one counts as missing.
func (c *Column) Add(value string, rows int64) {
	if value == "" || rows <= 0 {
		return
	}
	c.rows += rows
	c.distinct++
	number := compact(value)
	if digits(number) {
		c.lengths[len(number)]++
	}
	c.buffer = c.r.whole(c.buffer[:0], value)
	for _, k := range c.buffer {
		t := c.whole[k.kind]
		if t == nil {
			t = &tally{heads: map[string]struct{}{}}
			c.whole[k.kind] = t
		}
		t.proof = max(t.proof, k.proof)
		t.rows += rows
		t.distinct++
		if len(t.heads) < maxHeads && len(number) >= headLength {
			t.heads[number[:headLength]] = struct{}{}
		}
		t.lengths[len(number)] = true
		c.individuals = c.individuals || k.kind == catalog.IdentifierUSCC && Individual(value)
	}
	if len(c.buffer) > 0 && c.buffer[0].proof > Shaped {
		return
	}
	for _, m := range c.r.Find(value) {
		c.inside[m.Kind] += rows
	}
}

// Skip counts rows whose values are known to be no identifiers.
func (c *Column) Skip(rows int64) {
	c.rows += rows
	c.distinct += int(rows)
}

// Distinct is how many values were counted.
func (c *Column) Distinct() int { return c.distinct }

const (
	maxHeads   = 256
	headLength = 7
)

// whole appends what a whole value may be.
func (r *Reader) whole(out []candidate, value string) []candidate {
	if s := compact(value); s != "" {
		if landline(s) && dashed(value) {
			return append(out, candidate{catalog.IdentifierLandline, Formed})
		}
		return r.candidates(out, s)
	}
	if len(value) > 3*maxCompact {
		return out
	}
	f := fold(value)
	f.trim()
	switch s := f.text; {
	case Email(value):
		return append(out, candidate{catalog.IdentifierEmail, Formed})
	case Plate(value):
		return append(out, candidate{catalog.IdentifierPlate, Formed})
	case PropertyTitle(value):
		return append(out, candidate{catalog.IdentifierPropertyTitle, Formed})
	case firmName(s):
		return append(out, candidate{catalog.IdentifierEnterpriseName, Formed})
	case address(s):
		return append(out, candidate{catalog.IdentifierAddress, Formed})
	case personName(s):
		return append(out, candidate{catalog.IdentifierPersonName, Shaped})
	}
	return out
}

// dashed reports whether one hyphen stands behind an area code.
func dashed(value string) bool {
	f := fold(value)
	f.trim()
	area, rest, ok := strings.Cut(f.text, "-")
	return ok && (len(area) == 3 || len(area) == 4) && digits(rest)
}

// Verdicts lists what the column holds, the surest and most frequent first.
func (c *Column) Verdicts() []Verdict {
	var out []Verdict
	for kind, t := range c.whole {
		if v := c.judge(kind, t); v.Confidence > 0 {
			out = append(out, v)
		}
	}
	for kind, rows := range c.inside {
		if c.whole[kind] == nil {
			out = append(out, Verdict{Kind: kind, Inside: share(rows, c.rows), Confidence: Likely})
		}
	}
	slices.SortFunc(out, func(a, b Verdict) int {
		return cmp.Or(cmp.Compare(b.Confidence, a.Confidence), cmp.Compare(b.Share, a.Share), cmp.Compare(b.Inside, a.Inside), cmp.Compare(a.Kind, b.Kind))
	})
	return out
}

func share(part, of int64) float64 {
	if of == 0 {
		return 0
	}
	return float64(part) / float64(of)
}

// What a column must show before chance no longer explains it.
const (
	mostly     = 0.8 // share of rows
	nearly     = 0.95
	enough     = 20 // distinct values
	nameEnough = 50 // distinct names of persons
)

// judge weighs one kind. A check digit that one value in ten passes by chance proves a column all of whose many values pass it; a
// form alone proves none, without the column's name.
func (c *Column) judge(kind Kind, t *tally) Verdict {
	v := Verdict{Kind: kind, Share: share(t.rows, c.rows), Confidence: Possible, Distinct: t.distinct}
	alike := 0
	for n, there := range t.lengths {
		if there {
			alike += c.lengths[n]
		}
	}
	v.Among = share(int64(t.distinct), int64(alike))
	v.Inside = v.Share + share(c.inside[kind], c.rows)
	v.Individuals = kind == catalog.IdentifierUSCC && c.individuals
	named := c.named == kind
	whole := v.Share >= mostly
	switch {
	case t.proof == Checked:
		v.Confidence = Certain
	case kind == catalog.IdentifierMobile:
		// Numbers given out one after another share their beginnings; those of people do not.
		spread := 2*len(t.heads) >= min(t.distinct, maxHeads)
		// Among other values they are mobile numbers when nearly all numbers of their length are: of others, seven in a hundred.
		sole := t.distinct >= enough && float64(t.distinct) >= nearly*float64(c.lengths[11])
		v.Confidence = weigh(whole && named || whole && spread && t.distinct >= enough, (whole || sole) && spread || named)
	case kind == catalog.IdentifierOrgCode || kind == catalog.IdentifierBankCard || kind == catalog.IdentifierResidentID:
		v.Confidence = weigh(whole && t.distinct >= enough, whole && named)
	case kind == catalog.IdentifierPersonName:
		v.Confidence = weigh(named && whole && t.distinct >= enough, whole && (named || t.distinct >= nameEnough))
	case t.proof == Formed:
		v.Confidence = weigh(whole && t.distinct >= enough || whole && named, true)
	default:
		v.Confidence = weigh(false, named && whole)
	}
	return v
}

func weigh(certain, likely bool) Confidence {
	switch {
	case certain:
		return Certain
	case likely:
		return Likely
	}
	return Possible
}

// Whole is the kind of a value that is one identifier from end to end, by a form or a check digit of its own. What only a label or a
// whole column could prove is none.
func (r *Reader) Whole(value string) (Kind, bool) {
	for _, c := range r.whole(nil, value) {
		if c.proof > Shaped {
			return c.kind, true
		}
	}
	return "", false
}
