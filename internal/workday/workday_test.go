package workday_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/internal/workday"
)

func embedded(t *testing.T) workday.Calendar {
	t.Helper()
	c, err := workday.Embedded()
	require.NoError(t, err)
	return c
}

func at(t *testing.T, day string) time.Time {
	t.Helper()
	d, err := time.ParseInLocation(time.DateOnly, day, workday.Zone)
	require.NoError(t, err)
	return d.Add(15 * time.Hour)
}

func TestXC_21a_XM_21b_Deadlines(t *testing.T) {
	c := embedded(t)
	for _, row := range []struct{ received, five, ten string }{
		{"2026-02-13", "2026-02-27", "2026-03-05"},
		{"2026-02-16", "2026-02-28", "2026-03-06"}, // received on a holiday; the last of five is a Saturday that is worked
		{"2026-04-30", "2026-05-11", "2026-05-18"},
		{"2026-09-18", "2026-09-24", "2026-10-09"}, // earlier than Monday to Friday would make it
		{"2026-09-30", "2026-10-13", "2026-10-20"},
		{"2025-12-31", "2026-01-08", "2026-01-15"},
	} {
		five, ten := c.After(at(t, row.received), 5), c.After(at(t, row.received), 10)
		require.Equal(t, row.five, five.Day, "five from %s", row.received)
		require.Equal(t, row.ten, ten.Day, "ten from %s", row.received)
		require.False(t, five.Provisional || ten.Provisional)
		require.Equal(t, at(t, row.five).Add(9*time.Hour), five.End, "the whole of the last day")
	}
}

func TestYears(t *testing.T) {
	c := embedded(t)
	for year, want := range map[int]int{2025: 248, 2026: 248} {
		n := 0
		for d := time.Date(year, 1, 1, 12, 0, 0, 0, workday.Zone); d.Year() == year; d = d.AddDate(0, 0, 1) {
			works, provisional := c.Works(d)
			require.False(t, provisional)
			if works {
				n++
			}
		}
		require.Equal(t, want, n, "%d", year)
	}
}

// A year that is not known counts Monday to Friday and is provisional; its schedule, once loaded, settles it.
func TestProvisionalYears(t *testing.T) {
	c := embedded(t)
	require.False(t, c.Knows(2027))
	d := c.After(at(t, "2026-12-30"), 5)
	require.True(t, d.Provisional)
	require.Equal(t, "2027-01-06", d.Day)
	require.False(t, c.After(at(t, "2026-12-01"), 5).Provisional)
	next, err := c.With(workday.Year{Year: 2027, Source: "a paper", Off: []string{"2026-12-31", "2027-01-01"}, Work: []string{"2027-01-03"}})
	require.NoError(t, err)
	d = next.After(at(t, "2026-12-30"), 5)
	require.False(t, d.Provisional)
	require.Equal(t, "2027-01-07", d.Day, "the last day of December stands in the next year's paper")
	require.False(t, c.Knows(2027), "a calendar does not change")
	again, err := next.With(workday.Year{Year: 2027, Source: "a correction"})
	require.NoError(t, err)
	works, _ := again.Works(at(t, "2027-01-03"))
	require.False(t, works, "in the place of the earlier schedule")
}

func TestSchedulesThatAreRefused(t *testing.T) {
	for name, y := range map[string]workday.Year{
		"no year":             {Source: "x"},
		"no paper":            {Year: 2027},
		"no date":             {Year: 2027, Source: "x", Off: []string{"1 January"}},
		"another year":        {Year: 2027, Source: "x", Off: []string{"2028-01-01"}},
		"another November":    {Year: 2027, Source: "x", Off: []string{"2026-11-30"}},
		"twice":               {Year: 2027, Source: "x", Off: []string{"2027-01-01", "2027-01-01"}},
		"off and worked":      {Year: 2027, Source: "x", Off: []string{"2027-01-03"}, Work: []string{"2027-01-03"}},
		"worked on a Tuesday": {Year: 2027, Source: "x", Work: []string{"2027-01-05"}},
	} {
		require.Error(t, y.Check(), name)
	}
}

// Against counting by hand: random schedules, the term one day at a time.
func TestAgainstCounting(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		off, work := map[string]bool{}, map[string]bool{}
		y := workday.Year{Year: 2030, Source: "x"}
		for range r.IntN(80) {
			d := time.Date(2030, 1, 1+r.IntN(365), 12, 0, 0, 0, workday.Zone)
			text, weekend := d.Format(time.DateOnly), d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
			switch {
			case off[text] || work[text]:
			case weekend && r.IntN(2) == 0:
				work[text], y.Work = true, append(y.Work, text)
			default:
				off[text], y.Off = true, append(y.Off, text)
			}
		}
		c, err := workday.Calendar{}.With(y)
		require.NoError(t, err)
		from, n := time.Date(2030, 1, 1+r.IntN(300), r.IntN(24), 0, 0, 0, workday.Zone), 1+r.IntN(30)
		got := c.After(from, n)
		count, day := 0, from
		for count < n {
			day = day.AddDate(0, 0, 1)
			text, weekday := day.Format(time.DateOnly), day.Weekday()
			if work[text] || !off[text] && weekday != time.Saturday && weekday != time.Sunday {
				count++
			}
		}
		require.Equal(t, day.Format(time.DateOnly), got.Day)
		require.Equal(t, day.Year() != 2030, got.Provisional)
		works, _ := c.Works(got.End.Add(-time.Second))
		require.True(t, works, "a term ends on a working day")
	}
}
