package zone

// city is one sample zone: what is drawn once for all tables.
type city struct {
	extent
	seed      uint64
	birthdays weights // one entry a day of birth, weighted by how many persons may be born on it
	people    scatter // person -> place in region x birthdays
	mobiles   scatter
	codes     scatter // enterprise -> place of its credit code
	staff     weights // Zipf: how many of the employed each enterprise has; enterprise 0 is the largest
}

func newCity(size Size, seed uint64) *city {
	c := &city{extent: extents[size], seed: seed}
	perDay := make([]int64, lastBirth-firstBirth+1)
	young, old := epochDay(1991, 1, 1), epochDay(1962, 1, 1)
	for i := range perDay {
		perDay[i] = 300
		if day := firstBirth + int64(i); day >= old && day < young {
			perDay[i] = 900
		}
	}
	c.birthdays = newWeights(perDay)
	c.people = newScatter(seed, 1, c.birthdays.total()*int64(len(districts)))
	c.mobiles = newScatter(seed, 2, mobilePlaces)
	c.codes = newScatter(seed, 3, usccPlaces)
	zipf := make([]int64, c.enterprises)
	for i := range zipf {
		zipf[i] = 1 << 30 / int64(i+1)
	}
	c.staff = newWeights(zipf)
	return c
}

// person is one resident. Fields that name a value hold its position in the city's lists.
type person struct {
	index     int
	region    int // where the identity number was issued
	birth     int64
	sequence  int
	district  int
	education int
	rural     bool
	rest      random // what follows: name
}

func (p person) male() bool { return p.sequence%2 == 1 }

func (c *city) person(i int) person {
	p := person{index: i}
	place := c.people.place(i)
	p.region = int(place / c.birthdays.total())
	place %= c.birthdays.total()
	day := c.birthdays.at(place)
	p.birth = firstBirth + int64(day)
	p.sequence = int(c.birthdays.cumulative[day] - 1 - place)
	r := newRandom(c.seed, streamPerson, i)
	p.district = districtWeights.draw(&r)
	p.education = educationWeights.draw(&r)
	p.rural = r.below(100) < 35
	if p.district == districtMine && p.education == educationDoctor {
		p.education = educationMaster
	}
	if i >= plantedDoctors && i < plantedDoctors+plantedDoctorCount {
		p.district, p.education = districtMine, educationDoctor
	}
	p.rest = r
	return p
}

// enterprise is one firm; its index is its rank by size.
type enterprise struct {
	index      int
	district   int
	industry   int
	sizeClass  int
	listed     bool
	registered int64
	capital    int64 // cents
	employees  int64
	legalRep   int
	rest       random
}

func (c *city) enterprise(i int) enterprise {
	e := enterprise{index: i}
	r := newRandom(c.seed, streamEnterprise, i)
	e.district = districtWeights.draw(&r)
	e.industry = industryWeights.draw(&r)
	e.registered = r.between(firstFirm, lastFirm)
	e.listed = i < c.enterprises/100 && r.oneIn(3)
	e.capital = c.share(i, 100_000) * r.between(50, 150) / 100 / 10_000 * 10_000 * 100
	e.capital = max(e.capital, 10_000*100)
	insured := int64(c.persons) * 85 / 100
	e.employees = max(1, insured*(1<<30/int64(i+1))/c.staff.total()*r.between(80, 120)/100)
	e.legalRep = int(r.below(int64(c.persons)))
	e.sizeClass = c.sizeClass(i)
	c.plantEnterprise(&e)
	e.rest = r
	return e
}

// share is an amount in yuan that falls off with rank: the smallest firm has the unit, the largest the unit times their number.
func (c *city) share(rank int, unit int64) int64 { return unit * int64(c.enterprises) / int64(rank+1) }

func (c *city) sizeClass(rank int) int {
	for class, perThousand := range []int{5, 40, 250} {
		if rank*1000 < perThousand*c.enterprises {
			return class
		}
	}
	return 3
}

func (c *city) uscc(buf []byte, e enterprise) []byte {
	return appendUSCC(buf, districts[e.district], c.codes.place(e.index))
}
