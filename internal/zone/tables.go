package zone

import (
	"fmt"
	"io"
	"strconv"
)

// table is how one CSV file is made: its header, the number of subjects it runs over, and the lines of each.
type table struct {
	name     string
	header   string
	subjects func(c *city) int
	lines    func(c *city, buf []byte, i int) []byte
}

var tables = []table{
	{"persons", "person_id,id_card,name,mobile,birth_date,gender,district,education,household",
		func(c *city) int { return c.persons }, (*city).personLine},
	{"enterprises", "uscc,name,legal_rep_id,district,industry,size_class,listed,registered_on,registered_capital,employees",
		func(c *city) int { return c.enterprises }, (*city).enterpriseLine},
	{"tax", "uscc,year,tax_paid,arrears,rating", func(c *city) int { return c.enterprises }, (*city).taxLines},
	{"social_insurance", "person_id,employer_uscc,month,base,paid", func(c *city) int { return c.persons }, (*city).insuranceLines},
	{"court_judgments", "case_no,party_uscc,judged_on,cause,amount,status", (*city).cases, (*city).judgmentLine},
	{"loans", "contract_no,uscc,guarantor_id,issued_on,product,principal,balance,class", (*city).loanCount, (*city).loanLine},
}

// Tables lists the tables of the zone in the order in which they can be loaded: targets of joins first.
func Tables() []string {
	names := make([]string, len(tables))
	for i, t := range tables {
		names[i] = t.name
	}
	return names
}

// flushAt is how many bytes are collected before they are written.
const flushAt = 1 << 18

// Write streams one table as CSV with a header line, "\n" line ends and no quotes (no value needs any). An empty field is NULL.
func Write(w io.Writer, name string, size Size, seed uint64) error {
	if _, err := ParseSize(string(size)); err != nil {
		return err
	}
	for _, t := range tables {
		if t.name == name {
			return t.write(w, newCity(size, seed))
		}
	}
	return fmt.Errorf("unknown table: the zone has %v", Tables())
}

func (t table) write(w io.Writer, c *city) error {
	buf := append(make([]byte, 0, flushAt+4096), t.header...)
	buf = append(buf, '\n')
	for i := range t.subjects(c) {
		buf = t.lines(c, buf, i)
		if len(buf) >= flushAt {
			if _, err := w.Write(buf); err != nil {
				return fmt.Errorf("writing %s: %w", t.name, err)
			}
			buf = buf[:0]
		}
	}
	if _, err := w.Write(buf); err != nil {
		return fmt.Errorf("writing %s: %w", t.name, err)
	}
	return nil
}

func (c *city) personLine(buf []byte, i int) []byte {
	p := c.person(i)
	buf = append(appendPersonID(buf, i), ',')
	buf = append(appendResidentID(buf, districts[p.region], p.birth, p.sequence), ',')
	buf = append(appendPersonName(buf, &p.rest), ',')
	buf = append(appendMobile(buf, c.mobiles.place(i)), ',')
	buf = append(appendDate(buf, p.birth), ',')
	gender, household := "F", "urban"
	if p.male() {
		gender = "M"
	}
	if p.rural {
		household = "rural"
	}
	return appendFields(buf, gender, districts[p.district], educations[p.education], household)
}

// appendFields appends texts separated by commas and ends the line.
func appendFields(buf []byte, fields ...string) []byte {
	for i, f := range fields {
		if i > 0 {
			buf = append(buf, ',')
		}
		buf = append(buf, f...)
	}
	return append(buf, '\n')
}

func (c *city) enterpriseLine(buf []byte, i int) []byte {
	e := c.enterprise(i)
	buf = append(c.uscc(buf, e), ',')
	buf = append(appendFirmName(buf, &e.rest, trades[e.industry], e.listed), ',')
	buf = append(appendPersonID(buf, e.legalRep), ',')
	buf = append(append(buf, districts[e.district]...), ',')
	buf = append(append(buf, industries[e.industry]...), ',')
	buf = append(append(buf, sizeClasses[e.sizeClass]...), ',')
	buf = append(strconv.AppendBool(buf, e.listed), ',')
	buf = append(appendDate(buf, e.registered), ',')
	buf = append(appendCents(buf, e.capital), ',')
	return append(strconv.AppendInt(buf, e.employees, 10), '\n')
}

// taxYear is what one enterprise paid and owes for one year, in cents.
type taxYear struct {
	paid, arrears int64
	rating        string // empty while not yet rated
}

func (c *city) tax(e enterprise, year int) taxYear {
	r := newRandom(c.seed, streamTax, e.index*len(taxYears)+year)
	t := taxYear{paid: c.share(e.index, 20_000) * r.between(50, 150)}
	if r.oneIn(25) {
		t.arrears = t.paid / r.between(2, 20)
	}
	if !r.oneIn(50) {
		t.rating = taxRatings[ratingWeights.draw(&r)]
	}
	if e.index == plantedGiant {
		t.paid = c.giantTax()
	}
	return t
}

func (c *city) taxLines(buf []byte, i int) []byte {
	e := c.enterprise(i)
	code := c.uscc(nil, e)
	for year, label := range taxYears {
		t := c.tax(e, year)
		buf = append(append(buf, code...), ',')
		buf = append(append(buf, label...), ',')
		buf = append(appendCents(buf, t.paid), ',')
		buf = append(appendCents(buf, t.arrears), ',')
		buf = append(append(buf, t.rating...), '\n')
	}
	return buf
}

// insuranceLines are the twelve months of one person: most work all year for one firm, some change, some do not work.
func (c *city) insuranceLines(buf []byte, i int) []byte {
	r := newRandom(c.seed, streamJob, i)
	if r.below(100) < 15 {
		return buf
	}
	change := len(months)
	if r.oneIn(16) {
		change = int(r.between(1, int64(len(months)-1)))
	}
	var code []byte
	var base int64
	for m, month := range months {
		if m == 0 || m == change {
			code = c.uscc(code[:0], c.enterprise(c.staff.draw(&r)))
			base = r.skewed(3_600, 27_000) * 100
		}
		buf = append(appendPersonID(buf, i), ',')
		buf = append(append(buf, code...), ',')
		buf = append(append(buf, month...), ',')
		buf = append(appendCents(buf, base), ',')
		buf = append(appendCents(buf, base/100*8), '\n')
	}
	return buf
}

func (c *city) cases() int { return c.enterprises * 2 }

// judgment is one case; party is the index of the enterprise.
type judgment struct {
	party, cause, status int
	day, amount          int64
}

func (c *city) judgment(i int) judgment {
	r := newRandom(c.seed, streamCourt, i)
	j := judgment{party: int(r.below(int64(c.enterprises))), cause: causeWeights.draw(&r), status: statusWeights.draw(&r)}
	j.day = r.between(firstEvent, lastEvent)
	j.amount = r.skewed(1_000, 50_000_000) * 100
	if j.cause == causeEnvironment {
		j.status = statusExecuted
	}
	return j
}

func (c *city) judgmentLine(buf []byte, i int) []byte {
	j := c.judgment(i)
	buf = append(appendPadded(append(buf, 'J'), int64(i), 9), ',')
	buf = append(c.uscc(buf, c.enterprise(j.party)), ',')
	buf = append(appendDate(buf, j.day), ',')
	buf = append(append(buf, causes[j.cause]...), ',')
	buf = append(appendCents(buf, j.amount), ',')
	return append(append(buf, caseStatuses[j.status]...), '\n')
}

func (c *city) loanCount() int { return c.enterprises * 3 }

func (c *city) loanLine(buf []byte, i int) []byte {
	r := newRandom(c.seed, streamLoan, i)
	borrower := c.enterprise(int(r.below(int64(c.enterprises))))
	product := int(r.below(int64(len(loanProducts))))
	principal := r.skewed(5, 50_000) * 10_000
	buf = append(appendPadded(append(buf, 'L'), int64(i), 9), ',')
	buf = append(c.uscc(buf, borrower), ',')
	if product == loanGuarantee {
		buf = appendPersonID(buf, borrower.legalRep)
	}
	buf = append(appendDate(append(buf, ','), r.between(firstEvent, lastEvent)), ',')
	buf = append(append(buf, loanProducts[product]...), ',')
	buf = append(appendCents(buf, principal*100), ',')
	buf = append(appendCents(buf, principal*r.between(0, 100)), ',')
	return append(append(buf, loanClasses[classWeights.draw(&r)]...), '\n')
}
