package main

import (
	"encoding/csv"
	"fmt"
	"math/bits"
	"os"
	"slices"
	"strconv"
)

// set is a set of people, one bit each.
type set []uint64

func (s set) size() int {
	n := 0
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

func (s set) has(i int) bool { return s[i/64]>>(i%64)&1 == 1 }

// people is one data set: columns of a few values each, and the fact.
type people struct {
	name   string
	rows   [][]uint8
	values []int   // number of values of each column
	having [][]set // who has a value of a column
	fact   set
	// amounts are what each adds to a sum, clamped between nothing and clip.
	amounts []int64
	clip    int64
	model   *model // of people of the same population who are not among these
}

// file says how to read a data set: which columns, in bands of which width (0: as they are), and which value of which column is the fact.
type file struct {
	name, path string
	bands      map[string]float64
	fact, yes  string
	amount     string // the column that is added up, in whole units
	clip       int64  // as the noisy mode would declare it
}

var files = []file{
	{"census", "adult-census.csv", map[string]float64{"age": 5, "workclass": 0, "education": 0, "marital-status": 0, "occupation": 0, "relationship": 0, "race": 0,
		"sex": 0, "hours-per-week": 10, "native-country": 0}, "income-per-year", ">50K", "fnlwgt", 500_000},
	{"credit", "uci-credit-card-default.csv", map[string]float64{"LIMIT_BAL": 30000, "SEX": 0, "EDUCATION": 0, "MARRIAGE": 0, "AGE": 4, "PAY_0": 0, "PAY_2": 0,
		"BILL_AMT1": 20000, "PAY_AMT1": 2000, "PAY_AMT6": 2000}, "default.payment.next.month", "1", "LIMIT_BAL", 500_000},
}

// most is the largest number of values of a column; rarer ones are one value, as at load.
const most = 24

// read reads at most so many people.
func (f file) read(dir string, limit int) (*people, error) {
	opened, err := os.Open(dir + "/" + f.path)
	if err != nil {
		return nil, fmt.Errorf("redteam: %w", err)
	}
	defer opened.Close()
	records, err := csv.NewReader(opened).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("redteam: %s: %w", f.path, err)
	}
	header, records := records[0], records[1:]
	n := min(limit, len(records))
	all := &people{rows: make([][]uint8, len(records)), fact: make(set, len(records)/64+1)}
	p := &people{name: f.name, rows: make([][]uint8, n), fact: make(set, n/64+1), clip: f.clip}
	facts := make([]bool, len(records))
	for c, name := range header {
		for i, r := range records {
			switch {
			case name == f.fact && r[c] == f.yes:
				facts[i] = true
				if i < n {
					p.fact[i/64] |= 1 << (i % 64)
				}
			case name == f.amount && i < n:
				amount, err := strconv.ParseInt(r[c], 10, 64)
				if err != nil {
					return nil, fmt.Errorf("redteam: %s: %w", f.path, err)
				}
				p.amounts = append(p.amounts, min(max(amount, 0), f.clip))
			}
		}
		if width, ok := f.bands[name]; ok {
			values := column(records, c, width)
			all.add(values)
			p.add(values[:n])
		}
	}
	if yes := p.fact.size(); len(p.values) != len(f.bands) || yes == 0 || yes == n || len(p.amounts) != n {
		return nil, fmt.Errorf("redteam: %s: columns are missing", f.path)
	}
	from := n % len(records) // of the people who are left; of all where none are
	p.model = learn(all.rows[from:], all.values, facts[from:])
	return p, nil
}

// column is one column of the file, each value numbered by how many have it.
func column(records [][]string, c int, width float64) []uint8 {
	texts := make([]string, len(records))
	count := map[string]int{}
	for i, r := range records {
		texts[i] = r[c]
		if number, err := strconv.ParseFloat(r[c], 64); err == nil && width > 0 {
			texts[i] = strconv.Itoa(int(number / width))
		}
		count[texts[i]]++
	}
	var order []string
	for text := range count {
		order = append(order, text)
	}
	slices.SortFunc(order, func(a, b string) int {
		if count[a] != count[b] {
			return count[b] - count[a]
		}
		if a < b {
			return -1
		}
		return 1
	})
	number := map[string]uint8{}
	for i, text := range order {
		number[text] = uint8(min(i, most-1))
	}
	out := make([]uint8, len(texts))
	for i, text := range texts {
		out[i] = number[text]
	}
	return out
}

func (p *people) add(values []uint8) {
	n := int(slices.Max(values)) + 1
	having := make([]set, n)
	for v := range having {
		having[v] = make(set, len(p.fact))
	}
	for i, v := range values {
		p.rows[i] = append(p.rows[i], v)
		having[v][i/64] |= 1 << (i % 64)
	}
	p.values, p.having = append(p.values, n), append(p.having, having)
}

// box is one set of values for each column, as bits; 0 is no condition.
type box []uint32

// in is who is in a box.
func (p *people) in(b box) set {
	out := make(set, len(p.fact))
	for w := range out {
		out[w] = ^uint64(0)
	}
	if rest := len(p.rows) % 64; rest > 0 {
		out[len(p.rows)/64] = 1<<rest - 1
	}
	clear(out[(len(p.rows)+63)/64:])
	for c, mask := range b {
		if mask == 0 || mask == 1<<p.values[c]-1 {
			continue
		}
		var admitted [most]set
		n := 0
		for rest := mask; rest != 0; rest &= rest - 1 {
			admitted[n] = p.having[c][bits.TrailingZeros32(rest)]
			n++
		}
		for w, left := range out {
			if left == 0 {
				continue
			}
			var any uint64
			for _, a := range admitted[:n] {
				any |= a[w]
			}
			out[w] = left & any
		}
	}
	return out
}

// canonical is the box's meaning: a set of all values is no condition.
func (p *people) canonical(b box) string {
	out := make([]byte, 0, 4*len(b))
	for c, mask := range b {
		if mask == 1<<p.values[c]-1 {
			mask = 0
		}
		out = append(out, byte(mask>>24), byte(mask>>16), byte(mask>>8), byte(mask))
	}
	return string(out)
}

// withFact counts those in a set who have the fact.
func (p *people) withFact(s set) int64 {
	n := 0
	for w := range s {
		n += bits.OnesCount64(s[w] & p.fact[w])
	}
	return int64(n)
}

// sum adds up the amounts of those in a set.
func (p *people) sum(s set) int64 {
	var out int64
	for i, a := range p.amounts {
		if s.has(i) {
			out += a
		}
	}
	return out
}

// with is the same people, one of whom has the fact, and the most that an amount may be, or has neither.
func (p *people) with(i int, fact bool) *people {
	out := *p
	out.fact, out.amounts = slices.Clone(p.fact), slices.Clone(p.amounts)
	out.amounts[i] = 0
	out.fact[i/64] &^= 1 << (i % 64)
	if fact {
		out.fact[i/64] |= 1 << (i % 64)
		out.amounts[i] = p.clip
	}
	return &out
}
