package application

import "time"

// Limits is how often a grant may be used: runs a calendar day, a calendar month and in all. Zero is no limit.
type Limits struct {
	Day   int `json:"per_day,omitempty"`
	Month int `json:"per_month,omitempty"`
	Total int `json:"total,omitempty"`
}

// Used is how often a grant was used: in the day and the month that At lies in, and in all.
type Used struct {
	At    int64 `json:"at"` // seconds since 1970, of the last run
	Day   int   `json:"day"`
	Month int   `json:"month"`
	Total int   `json:"total"`
}

// ZoneTime is the time zone of calendar days and months: that of the zones (GB/T 7408, +08:00).
var ZoneTime = time.FixedZone("CST", 8*60*60)

// Window is the limit that decides whether another run is left.
type Window string

// The windows.
const (
	PerDay   Window = "day"
	PerMonth Window = "month"
	InTotal  Window = "total"
)

// Standing is what a limit comes to.
type Standing struct {
	Window Window
	Max    int
	Used   int
	Frees  int64 // when the next run is free, seconds since 1970; 0 when waiting does not help
}

// Left is how many runs are left of it.
func (s Standing) Left() int { return max(s.Max-s.Used, 0) }

// On is the use as it counts at a moment: days and months that are over count no more. A clock that was set back frees nothing.
func (u Used) On(now int64) Used {
	then, today := time.Unix(u.At, 0).In(ZoneTime), time.Unix(max(now, u.At), 0).In(ZoneTime)
	sameMonth := then.Year() == today.Year() && then.Month() == today.Month()
	if !sameMonth {
		u.Month = 0
	}
	if !sameMonth || then.Day() != today.Day() {
		u.Day = 0
	}
	u.At = max(now, u.At)
	return u
}

// Plus is the use with one more run at a moment.
func (u Used) Plus(now int64) Used {
	u = u.On(now)
	u.Day, u.Month, u.Total = u.Day+1, u.Month+1, u.Total+1
	return u
}

// Standings is what each limit comes to at a moment, in the order day, month, total; what is not limited is not there.
func (l Limits) Standings(u Used, now int64) []Standing {
	u = u.On(now)
	day := time.Unix(u.At, 0).In(ZoneTime)
	midnight := time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, ZoneTime).Unix()
	first := time.Date(day.Year(), day.Month()+1, 1, 0, 0, 0, 0, ZoneTime).Unix()
	var out []Standing
	for _, s := range []Standing{{PerDay, l.Day, u.Day, midnight}, {PerMonth, l.Month, u.Month, first}, {InTotal, l.Total, u.Total, 0}} {
		if s.Max > 0 {
			out = append(out, s)
		}
	}
	return out
}

// Tightest is the limit with the fewest runs left; of several without any, the one that frees last. ok is false without limits.
func (l Limits) Tightest(u Used, now int64) (tightest Standing, ok bool) {
	for _, s := range l.Standings(u, now) {
		if !ok || s.Left() <= tightest.Left() {
			tightest, ok = s, true
		}
	}
	return tightest, ok
}
