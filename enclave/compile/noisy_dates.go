package compile

import (
	"strconv"
	"time"
)

// maxDated is how many quarters or months of one number are written as dates at most.
const maxDated = 1000

// periods are those that the conditions on a key's column leave of its bounds; nil where some set has the dates between no two days.
func (p *Plan) periods(k Key, d *domain, most int) []string {
	var out []string
	for _, b := range p.Sets {
		spans := d.universe
		if c, limited := b.condition(k.Column); limited {
			spans = meet(c.Set.region(c.Type), d.universe)
		}
		for _, s := range spans {
			if s.lo == "" || s.hi == "" {
				return nil
			}
			for day := s.lo; day != "" && day < s.hi && len(out) <= most; {
				value := periodOf(k.Func, day)
				out = append(out, value)
				_, day, _ = period(k.Func, value)
			}
		}
	}
	return out
}

// periodOf is the value of a generalised date; empty for what is no date.
func periodOf(fn, day string) string {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	switch fn {
	case "year":
		return strconv.Itoa(d.Year())
	case "decade":
		return strconv.Itoa(d.Year() / 10)
	case "trunc_year":
		d = time.Date(d.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	case "trunc_quarter":
		d = time.Date(d.Year(), (d.Month()-1)/3*3+1, 1, 0, 0, 0, 0, time.UTC)
	default:
		d = time.Date(d.Year(), d.Month(), 1, 0, 0, 0, 0, time.UTC)
	}
	return d.Format(time.DateOnly)
}

// dated writes the quarter or month of any year as the dates that it stands for, where bounds and conditions leave the column between two days.
func (n *NoisyProgram) dated(a cell) cell {
	var beside []keyValue
	for _, v := range a.beside {
		dates, bounded := n.datesOf(a.box, v)
		if !bounded {
			beside = append(beside, v)
			continue
		}
		a.box = conjunction(a.box, []Condition{{Column: v.Column, Type: "DATE", Set: dates}})
	}
	a.beside = beside
	return a
}

// datesOf are the quarters or months of one number that a box and the bounds of the column leave.
func (n *NoisyProgram) datesOf(b Box, v keyValue) (Set, bool) {
	column := n.behind(v.Column)
	if column == nil || v.Value == nil || (v.Func != "quarter" && v.Func != "month") {
		return Set{}, false
	}
	d := n.domainOf(column)
	if d == nil {
		return Set{}, false
	}
	spans := d.universe
	if c, limited := b.condition(v.Column); limited {
		spans = meet(c.Set.region(c.Type), d.universe)
	}
	var out Set
	for _, s := range spans {
		if s.lo == "" || s.hi == "" {
			return Set{}, false
		}
		for day := s.lo; day != "" && day < s.hi; {
			start := periodOf("trunc_"+v.Func, day)
			_, end, ok := period("trunc_"+v.Func, start)
			if !ok || len(out.Intervals) == maxDated {
				return Set{}, false
			}
			if d, _ := time.Parse(time.DateOnly, start); numberOf(v.Func, d) == *v.Value {
				out.Intervals = append(out.Intervals, Interval{Lo: start, Hi: end})
			}
			day = end
		}
	}
	return out, true
}

// numberOf is the quarter or the month of a date.
func numberOf(fn string, d time.Time) string {
	if fn == "quarter" {
		return strconv.Itoa((int(d.Month())-1)/3 + 1)
	}
	return strconv.Itoa(int(d.Month()))
}
