package application_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/enclave/application"
)

func at(text string) int64 {
	t, err := time.ParseInLocation("2006-01-02 15:04", text, application.ZoneTime)
	if err != nil {
		panic(err)
	}
	return t.Unix()
}

func TestWindowsOfAQuota(t *testing.T) {
	limits := application.Limits{Day: 2, Month: 3, Total: 5}
	var used application.Used
	for _, c := range []struct {
		at     string
		left   int
		window application.Window
		frees  int64
	}{
		{"2026-01-31 09:00", 2, application.PerDay, at("2026-02-01 00:00")},
		{"2026-01-31 23:59", 1, application.PerDay, at("2026-02-01 00:00")},
		{"2026-02-01 00:00", 2, application.PerDay, at("2026-02-02 00:00")}, // another day, another month
		{"2026-02-27 12:00", 2, application.InTotal, 0},                     // of several with as many left, the one that frees last
		{"2026-12-31 12:00", 1, application.InTotal, 0},
	} {
		now := at(c.at)
		tight, ok := limits.Tightest(used, now)
		require.True(t, ok)
		require.Equal(t, c.left, tight.Left(), c.at)
		require.Equal(t, c.window, tight.Window, c.at)
		require.Equal(t, c.frees, tight.Frees, c.at)
		used = used.Plus(now)
	}
	tight, _ := limits.Tightest(used, at("2027-05-05 05:05"))
	require.Zero(t, tight.Left())
	require.Equal(t, application.InTotal, tight.Window, "waiting does not help")

	used = application.Used{}.Plus(at("2026-01-31 09:00")).Plus(at("2026-01-31 10:00"))
	tight, _ = limits.Tightest(used, at("2026-01-30 10:00"))
	require.Zero(t, tight.Left(), "a clock that was set back frees nothing")
	_, ok := application.Limits{}.Tightest(used, at("2026-01-31 11:00"))
	require.False(t, ok, "nothing is limited")
}

// However the runs fall, no day, month or life of a grant sees more than its limits, and as long as something is left of each, a run
// is admitted.
func TestQuotasHold(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 5))
		limits := application.Limits{Day: r.IntN(4), Month: r.IntN(10), Total: r.IntN(20)}
		days, months, total := map[string]int{}, map[string]int{}, 0
		var used application.Used
		now := time.Unix(at("2026-01-15 10:00"), 0).In(application.ZoneTime)
		for range 200 {
			now = now.Add(time.Duration(r.IntN(40)) * time.Hour)
			day, month := now.Format(time.DateOnly), now.Format("2006-01")
			tight, limited := limits.Tightest(used, now.Unix())
			full := limits.Day > 0 && days[day] >= limits.Day || limits.Month > 0 && months[month] >= limits.Month || limits.Total > 0 && total >= limits.Total
			require.Equal(t, full, limited && tight.Left() == 0)
			if full {
				continue
			}
			used = used.Plus(now.Unix())
			days[day]++
			months[month]++
			total++
		}
	}
}
