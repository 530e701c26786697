// Package workday owns the working days (工作日) of the zones: the schedule that the State Council publishes for each year moves weekends into
// working days and back. The published years are embedded; nothing is fetched. A year that is not known counts Monday to Friday, and
// what rests on it is provisional until its schedule is loaded.
package workday

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Zone is the time zone in which days are counted (GB/T 7408, +08:00).
var Zone = time.FixedZone("CST", 8*60*60)

// Year is the published schedule of one year: the days off beside ordinary weekends, and the weekend days that are worked. Dates are
// YYYY-MM-DD; the last days of December may stand in the next year's.
type Year struct {
	Year   int      `json:"year" yaml:"year"`
	Source string   `json:"source" yaml:"source"` // the paper that published it
	Off    []string `json:"off" yaml:"off"`
	Work   []string `json:"work" yaml:"work"`
}

// Check reports the first thing that is wrong with a schedule.
func (y Year) Check() error {
	if y.Year < 2000 || y.Year > 2199 {
		return fmt.Errorf("year out of range")
	}
	if y.Source == "" {
		return fmt.Errorf("a schedule names the paper that published it")
	}
	seen := map[string]bool{}
	for i, text := range slices.Concat(y.Off, y.Work) {
		d, err := time.ParseInLocation(time.DateOnly, text, Zone)
		switch weekend := err == nil && ordinaryOff(d); {
		case err != nil:
			return fmt.Errorf("date %d is not YYYY-MM-DD", i+1)
		case d.Year() != y.Year && (d.Year() != y.Year-1 || d.Month() != time.December):
			return fmt.Errorf("date %d is of another year", i+1)
		case seen[text]:
			return fmt.Errorf("date %d is listed twice", i+1)
		case i >= len(y.Off) && !weekend:
			return fmt.Errorf("date %d is worked anyway: it is no weekend", i+1)
		}
		seen[text] = true
	}
	return nil
}

//go:embed data/*.json
var published embed.FS

// Calendar knows the schedules of some years. It is immutable and safe for concurrent use.
type Calendar struct {
	years map[int]Year
	work  map[string]bool // the days that a schedule names
}

// Embedded is the calendar of the years that were published when the program was made.
func Embedded() (Calendar, error) {
	var c Calendar
	files, err := published.ReadDir("data")
	if err != nil {
		return c, fmt.Errorf("embedded schedules: %w", err)
	}
	for _, f := range files {
		b, err := published.ReadFile("data/" + f.Name())
		if err != nil {
			return c, fmt.Errorf("embedded schedule: %w", err)
		}
		var y Year
		if err := json.Unmarshal(b, &y); err != nil {
			return c, fmt.Errorf("embedded schedule %s: %w", f.Name(), err)
		}
		if c, err = c.With(y); err != nil {
			return c, fmt.Errorf("embedded schedule %s: %w", f.Name(), err)
		}
	}
	return c, nil
}

// With returns the calendar with the schedule of a year, in the place of an earlier one of that year.
func (c Calendar) With(y Year) (Calendar, error) {
	if err := y.Check(); err != nil {
		return c, err
	}
	out := Calendar{years: maps.Clone(c.years), work: map[string]bool{}}
	if out.years == nil {
		out.years = map[int]Year{}
	}
	out.years[y.Year] = y
	for _, year := range slices.Sorted(maps.Keys(out.years)) {
		for _, day := range out.years[year].Off {
			out.work[day] = false
		}
		for _, day := range out.years[year].Work {
			out.work[day] = true
		}
	}
	return out, nil
}

// Years are the schedules that are loaded, in their order.
func (c Calendar) Years() []Year {
	var out []Year
	for _, year := range slices.Sorted(maps.Keys(c.years)) {
		out = append(out, c.years[year])
	}
	return out
}

// Knows reports whether the schedule of a year is loaded.
func (c Calendar) Knows(year int) bool {
	_, known := c.years[year]
	return known
}

// Works reports whether the day of a moment is a working day; provisional that the schedule of its year is not known.
func (c Calendar) Works(t time.Time) (works, provisional bool) {
	day := t.In(Zone)
	if works, named := c.work[day.Format(time.DateOnly)]; named {
		return works, false
	}
	return !ordinaryOff(day), !c.Knows(day.Year())
}

func ordinaryOff(day time.Time) bool {
	return day.Weekday() == time.Saturday || day.Weekday() == time.Sunday
}

// Deadline is the last day of a term.
type Deadline struct {
	Day         string    // YYYY-MM-DD
	End         time.Time // the first moment after it
	Provisional bool      // it rests on a year whose schedule is not known
}

// After is the deadline of a term of so many working days. The day of receipt is not counted (Civil Code, article 201).
func (c Calendar) After(received time.Time, days int) Deadline {
	t := received.In(Zone)
	day := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, Zone)
	var out Deadline
	for days > 0 {
		day = day.AddDate(0, 0, 1)
		works, provisional := c.Works(day)
		out.Provisional = out.Provisional || provisional
		if works {
			days--
		}
	}
	out.Day, out.End = day.Format(time.DateOnly), day.AddDate(0, 0, 1)
	return out
}
