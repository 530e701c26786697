package zone

import (
	"fmt"
	"slices"
	"strings"
)

// Which subjects carry planted facts. Enterprises are numbered by size, so these are chosen among the giants or the small.
const (
	plantedGiant       = 0   // dominates manufacturing in one district
	plantedMines       = 200 // the only two mining firms
	plantedMineCount   = 2
	plantedSchool      = 210 // the only education firm of one district
	plantedEmptyShell  = 220 // the only firm whose registered capital is zero
	plantedDoctors     = 11  // the only doctors of the smallest district
	plantedDoctorCount = 3
	giants             = 40 // firms kept out of the dominated cell, so that one giant stands alone in it
)

// giantTax is what the dominant firm pays a year, in cents: three times what its rank would give.
func (c *city) giantTax() int64 { return c.share(plantedGiant, 60_000) * 100 }

// plantEnterprise overrides what was drawn, so that the planted facts hold and nothing else meets their description.
func (c *city) plantEnterprise(e *enterprise) {
	switch {
	case e.index == plantedGiant:
		e.district, e.industry = districtFood, industryManufacturing
	case e.index < giants && e.district == districtFood && e.industry == industryManufacturing:
		e.industry = industryTrade
	case e.index >= plantedMines && e.index < plantedMines+plantedMineCount:
		e.district, e.industry = districtMine, industryMining
	case e.index == plantedSchool:
		e.district, e.industry = districtOld, industryEducation
	case e.district == districtOld && e.industry == industryEducation:
		e.industry = industryTrade
	}
	if e.index == plantedEmptyShell {
		e.capital = 0
	}
}

// Box is a cohort: for each column the values that belong to it.
type Box map[string][]string

// SQL is the cohort as a condition of a query, columns in order of name.
func (b Box) SQL() string {
	var parts []string
	for column, values := range b {
		quoted := make([]string, len(values))
		for i, v := range values {
			quoted[i] = "'" + strings.ReplaceAll(v, "'", "''") + "'"
		}
		if len(values) == 1 {
			parts = append(parts, fmt.Sprintf("%s = %s", column, quoted[0]))
		} else {
			parts = append(parts, fmt.Sprintf("%s IN (%s)", column, strings.Join(quoted, ", ")))
		}
	}
	slices.Sort(parts)
	return strings.Join(parts, " AND ")
}

// Truth is what was planted, with the figures that a perfect observer would find. A box on tax or court_judgments may name
// columns of enterprises, which those tables join by their credit code.
type Truth struct {
	Dominant    []DominantCell
	Small       []SmallGroup
	Pairs       []DifferencingPair
	Homogeneous []HomogeneousGroup
}

// DominantCell is a sum in which one enterprise weighs nearly everything.
type DominantCell struct {
	Table, Measure string
	Where          Box
	Entities       int    // enterprises in the cell
	Largest        string // credit code of the dominant one
	SharePercent   int    // its share, rounded down
}

// SmallGroup is a cohort with fewer entities than any release allows.
type SmallGroup struct {
	Table    string
	Where    Box
	Entities int
}

// DifferencingPair are two cohorts, each large, of which the first holds the second and very few more.
type DifferencingPair struct {
	Table          string
	Wide, Narrow   Box
	Entities       int // entities of the wide cohort
	DifferEntities int // entities in the wide cohort alone
}

// HomogeneousGroup is a cohort all of whose rows have one sensitive value.
type HomogeneousGroup struct {
	Table, Column, Value string
	Where                Box
	Entities             int
	Rows                 int
}

// Plant returns the ground truth of the zone of this size and seed.
func Plant(size Size, seed uint64) Truth {
	c := newCity(size, seed)
	var t Truth
	t.Dominant = append(t.Dominant, c.dominant())
	t.Small = append(t.Small,
		SmallGroup{Table: "enterprises", Where: Box{"industry": {industries[industryMining]}}, Entities: plantedMineCount},
		SmallGroup{Table: "enterprises", Where: Box{"registered_capital": {"0.00"}}, Entities: 1},
		SmallGroup{Table: "persons", Where: Box{"district": {districts[districtMine]}, "education": {educations[educationDoctor]}}, Entities: plantedDoctorCount},
	)
	t.Pairs = append(t.Pairs, c.pair())
	t.Homogeneous = append(t.Homogeneous, c.homogeneous())
	return t
}

func (c *city) dominant() DominantCell {
	d := DominantCell{Table: "tax", Measure: "tax_paid", Where: Box{
		"district": {districts[districtFood]}, "industry": {industries[industryManufacturing]}, "year": {taxYears[len(taxYears)-1]}}}
	var sum int64
	for i := range c.enterprises {
		if e := c.enterprise(i); e.district == districtFood && e.industry == industryManufacturing {
			d.Entities++
			sum += c.tax(e, len(taxYears)-1).paid
		}
	}
	d.Largest = string(c.uscc(nil, c.enterprise(plantedGiant)))
	d.SharePercent = int(c.giantTax() * 100 / sum)
	return d
}

func (c *city) pair() DifferencingPair {
	rest := slices.Clone(industries)
	rest = slices.DeleteFunc(rest, func(s string) bool { return s == industries[industryEducation] })
	p := DifferencingPair{Table: "enterprises", DifferEntities: 1,
		Wide:   Box{"district": {districts[districtOld]}},
		Narrow: Box{"district": {districts[districtOld]}, "industry": rest}}
	for i := range c.enterprises {
		if c.enterprise(i).district == districtOld {
			p.Entities++
		}
	}
	return p
}

func (c *city) homogeneous() HomogeneousGroup {
	h := HomogeneousGroup{Table: "court_judgments", Column: "status", Value: caseStatuses[statusExecuted],
		Where: Box{"cause": {causes[causeEnvironment]}}}
	parties := map[int]bool{}
	for i := range c.cases() {
		if j := c.judgment(i); j.cause == causeEnvironment {
			h.Rows++
			parties[j.party] = true
		}
	}
	h.Entities = len(parties)
	return h
}
