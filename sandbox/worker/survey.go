package worker

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"
	"unicode"

	"yumen/catalog"
	identifiers "yumen/internal/ident"
	"yumen/sandbox/wire"
)

// How many distinct values are looked at for identifiers, and to rule out types before all of them are tried.
const (
	surveyedValues = 20_000
	surveyedTypes  = 1_000
	maxSurveyed    = 2_000 // characters of a value
	maxPlaces      = 10    // behind the point
)

// tried are the types that a field may have, the narrowest first. Text is what is left.
var tried = []string{"BOOLEAN", "DATE", "INTEGER", "BIGINT", "DECIMAL(38,0)", "DECIMAL(38,1)", "DECIMAL(38,2)", "DECIMAL(38,3)", "DECIMAL(38,4)",
	"DECIMAL(38,6)", "DECIMAL(38,8)", "DECIMAL(38,10)"}

// survey looks at the distinct values of field i.
func (s *surveyor) survey(i int) error {
	c := &s.columns[i]
	err := s.e.exec(fmt.Sprintf("CREATE OR REPLACE TABLE %s AS SELECT f%d AS v, count(*) AS n FROM %s WHERE f%[2]d IS NOT NULL GROUP BY v", s.seen(), i, s.stage()))
	if err != nil {
		return err
	}
	n, err := s.counts("count(*), coalesce(sum(n), 0), coalesce(max(n), 0), coalesce(min(length(v)), 0), coalesce(max(length(v)), 0), "+
		"count_if(regexp_full_match(v, '[+-]?0[0-9]+')), count_if(NOT regexp_full_match(v, '[0-9A-Za-z]+')), "+
		"count_if(length(v) > 40 OR regexp_matches(trim(v), '[\\s,;:!?。，、；：！？（）]')), count_if(NOT regexp_full_match(v, '[0-9]{8}')), "+
		"count_if(NOT regexp_full_match(v, '(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|81|82)[0-9]{4}')), "+
		"max(length(regexp_extract(v, '^[+-]?[0-9]+\\.([0-9]+)$', 1)))", s.seen())
	if err != nil {
		return err
	}
	c.exact, c.present = n[0], n[1]
	c.Distinct = c.exact
	if c.exact > 20 {
		c.Distinct = coarse(c.exact)
	}
	c.Complete = c.present == s.rows
	c.Missing = percent(s.rows-c.present, s.rows)
	c.Unique = c.present > 0 && n[2] == 1
	plain := c.present > 0 && n[6] == 0
	if plain && n[3] == n[4] && n[4] <= 64 {
		c.Code = int(n[4])
	}
	c.Words = n[7] > 0
	c.Place = c.Code == 6 && n[9] == 0
	padded := n[5] > 0
	compactDates := c.present > 0 && n[8] == 0
	if err := s.typed(c, padded, compactDates); err != nil {
		return err
	}
	// 100.00 says that cents are meant; 1.0 is how some programs write a whole number beside missing ones.
	if places := min(int(n[10]), maxPlaces); c.typ.Numeric() && places >= 2 && places > c.typ.Scale {
		c.typ = catalog.Type{Name: catalog.TypeDecimal, Precision: 38, Scale: places}
		c.Type = c.typ.String()
	}
	if err := s.bounded(c); err != nil {
		return err
	}
	return s.identify(c)
}

// seen is the table with the distinct values of the field at hand.
func (s *surveyor) seen() string { return strings.TrimSuffix(s.stage(), "stage") + "seen" }

// typed finds the narrowest type that every value has. Numbers with leading zeros are codes, and so are division codes; eight digits
// are dates when every one of several is.
func (s *surveyor) typed(c *survey, padded, compactDates bool) error {
	c.typ = catalog.Type{Name: catalog.TypeVarchar}
	code := padded || c.Place && (c.exact >= 5 || identifiers.Mentions(c.Name, placeWords...))
	numeric := !code && c.present > 0
	if numeric { // what is none of the widest is none of the others
		var err error
		if numeric, err = s.all(tried[len(tried)-1], surveyedTypes); err != nil {
			return err
		}
	}
	for _, text := range tried {
		t, err := catalog.ParseType(text)
		if err != nil {
			return err
		}
		if c.present == 0 || t.Numeric() && !numeric || t.Name == catalog.TypeDate && compactDates && c.exact < 5 {
			continue
		}
		fits, err := s.all(text, surveyedTypes)
		if fits && err == nil && c.exact > surveyedTypes {
			fits, err = s.all(text, 0)
		}
		if err != nil {
			return err
		}
		if fits {
			c.typ, c.Code, c.Place, c.Words = t, 0, false, false
			break
		}
	}
	c.Type = c.typ.String()
	return nil
}

// all reports whether every distinct value is of a type; of many, so many are looked at, 0 for all.
func (s *surveyor) all(typ string, limit int) (bool, error) {
	t, err := catalog.ParseType(typ)
	if err != nil {
		return false, err
	}
	from := s.seen()
	if limit > 0 {
		from = fmt.Sprintf("(SELECT v FROM %s LIMIT %d)", from, limit)
	}
	c := column{typ: t}
	wrong, err := s.counts("count_if(("+c.lenient(value{name: "v", text: "v"})+") IS NULL)", from)
	return err == nil && wrong[0] == 0, err
}

var placeWords = []string{"DISTRICT", "REGION", "AREA", "ADCODE", "COUNTY", "CITY", "PROVINCE", "区划", "地区", "区县", "行政", "省", "市", "XZQH"}

// bounded finds the edges that enclose the numbers, and whether dates are months.
func (s *surveyor) bounded(c *survey) error {
	col := column{typ: c.typ}
	typed := col.lenient(value{name: "v", text: "v"})
	if c.typ.Name == catalog.TypeDate {
		n, err := s.counts("count_if(day("+typed+") <> 1), count(*)", s.seen())
		if err != nil {
			return err
		}
		c.Months = n[0] == 0 && n[1] > 1
	}
	if !c.typ.Numeric() {
		return nil
	}
	row, err := s.e.one("SELECT CAST(min(" + typed + ") AS VARCHAR), CAST(max(" + typed + ") AS VARCHAR) FROM " + s.seen())
	if err != nil {
		return err
	}
	low, high := new(big.Rat), new(big.Rat)
	for k, into := range []*big.Rat{low, high} {
		text, _ := row[k].(string)
		if _, ok := into.SetString(text); !ok {
			return errCount
		}
	}
	if low.Sign() > 0 {
		low = new(big.Rat)
	}
	if high.Sign() < 0 {
		high = new(big.Rat)
	}
	c.Low, c.High = s.edge(low, c.typ.Scale), s.edge(high, c.typ.Scale)
	return nil
}

func (s *surveyor) edge(r *big.Rat, scale int) string {
	e := wire.Outward(r)
	if e.IsInt() {
		return e.Num().String()
	}
	return strings.TrimRight(e.FloatString(scale), "0")
}

// identify looks for identifiers among the distinct values, and decides whether the field may be a key of somebody.
func (s *surveyor) identify(c *survey) error {
	looked := c.typ.Name == catalog.TypeVarchar || c.typ.Name == catalog.TypeInteger || c.typ.Name == catalog.TypeBigint || c.typ.Name == catalog.TypeDecimal && c.typ.Scale == 0
	if !looked {
		return nil
	}
	column := s.reader.Column(c.Name)
	sample := fmt.Sprintf("SELECT substring(v, 1, %d), n::BIGINT FROM %s ORDER BY hash(v) LIMIT %d", maxSurveyed, s.seen(), surveyedValues)
	err := s.e.query(sample, func(row []driver.Value) error {
		text, ok := row[0].(string)
		n, counted := row[1].(int64)
		if !ok || !counted {
			return errCount
		}
		column.Add(text, n)
		return nil
	})
	if err != nil {
		return err
	}
	for _, v := range column.Verdicts() {
		c.Found = append(c.Found, found(v))
		c.points = c.points || v.Confidence > identifiers.Possible && v.Share >= 0.5
	}
	many := c.exact > wire.HeldBy
	c.points = many && (c.points || c.Unique || c.typ.Name != catalog.TypeDecimal && identifiers.Mentions(c.Name, "ID", "NO", "KEY", "编号", "号", "号码", "代码", "BH", "HM", "DM"))
	return nil
}

func round5(share float64) int { return min(100, 5*int(math.Round(share*20))) }

// headless reports whether the first line was a row like the others: most names are values of their own columns, or a name with
// several digits has the shape of nearly all of them.
func (s *surveyor) headless() (bool, error) {
	if s.source.format != formatCSV { // its names are names
		return false, nil
	}
	own := 0
	for i := range s.columns {
		name := s.source.fields[i].name
		like := "0"
		if countDigits(name) >= 3 {
			like = fmt.Sprintf("count_if(%s = %s)", outline(fmt.Sprintf("f%d", i)), outline(literal(name)))
		}
		n, err := s.counts(fmt.Sprintf("count_if(f%d = %s), %s", i, literal(name), like), s.stage())
		if err != nil {
			return false, err
		}
		if n[0] > 0 {
			own++
		}
		if present := s.columns[i].present; present > 0 && float64(n[1]) >= 0.9*float64(present) {
			return true, nil
		}
	}
	return 2*own > len(s.columns), nil
}

// outline is a text with 9 for every digit and a for every letter.
func outline(text string) string {
	return "regexp_replace(regexp_replace(" + text + ", '[0-9]', '9', 'g'), '[A-Za-z]', 'a', 'g')"
}

func countDigits(s string) int {
	return len(s) - len(strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, s))
}

// list names the values of field i that many rows hold, and as many different keys: a value that one person has in many rows is
// that person's.
func (s *surveyor) list(i int) error {
	c := &s.columns[i]
	switch c.typ.Name {
	case catalog.TypeVarchar, catalog.TypeBoolean:
	case catalog.TypeInteger, catalog.TypeBigint:
		if c.exact > 20 {
			return nil
		}
	default:
		return nil
	}
	if c.exact == 0 || c.exact > wire.MaxListed || c.present == 0 || slices.ContainsFunc(c.Found, pointing) {
		return nil
	}
	held := []string{"count(*)"}
	for k := range s.columns {
		if k != i && s.columns[k].points && !s.columns[k].Unique && len(held) < 5 {
			held = append(held, fmt.Sprintf("count(DISTINCT f%d)", k))
		}
	}
	col := column{typ: c.typ}
	typed := "CAST(" + col.lenient(value{name: "v", text: "v"}) + " AS VARCHAR)"
	sql := fmt.Sprintf("SELECT %s, least(%s)::BIGINT FROM (SELECT f%d AS v, * FROM %s) WHERE v IS NOT NULL GROUP BY 1 ORDER BY 1", typed, strings.Join(append(held, held[0]), ", "), i, s.stage())
	c.Closed = true
	err := s.e.query(sql, func(row []driver.Value) error {
		text, ok := row[0].(string)
		n, counted := row[1].(int64)
		if !ok || !counted {
			return errors.New("a value is no text")
		}
		if n < wire.HeldBy || !s.mayList(c, text) {
			c.Closed = false
			return nil
		}
		c.Values = append(c.Values, text)
		return nil
	})
	c.Closed = c.Closed && len(c.Values) > 0
	return err
}

// pointing reports whether a finding makes every value of a field suspect.
func pointing(f wire.Found) bool {
	return f.Confidence != "possible" && (f.Whole >= 50 || f.Inside > 0)
}

// mayList reports whether a value can be shown at all: short, printable, and without an identifier.
func (s *surveyor) mayList(c *survey, text string) bool {
	if text == "" || len(text) > 64 || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return false
	}
	if kind, whole := s.reader.Whole(text); whole && kind.MinimumGrade() > 1 {
		return false
	}
	canonical, err := c.typ.Canonical(text)
	return err == nil && canonical == text && len(s.reader.Find(text)) == 0
}
