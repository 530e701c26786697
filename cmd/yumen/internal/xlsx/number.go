package xlsx

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
)

// maxExact is where numbers begin that a cell cannot hold to the last digit: 15 digits are kept.
const maxExact = 1e15

var (
	errDigits = errors.New("more digits than a number keeps")
	errDay    = errors.New("no such day")
)

// numeral is the number that a cell holds, with the 15 significant digits that the format's programs keep: what stands behind them is
// the noise of binary fractions.
func numeral(text string) (string, error) {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return "", strconv.ErrSyntax
	}
	if math.Abs(f) >= maxExact {
		return "", errDigits
	}
	short := strconv.FormatFloat(f, 'e', 14, 64)
	f, err = strconv.ParseFloat(short, 64)
	if err != nil {
		return "", strconv.ErrSyntax
	}
	return strconv.FormatFloat(f, 'f', -1, 64), nil
}

// moment is the date of a serial number in ISO 8601, with the time of day when it is not midnight. The 29th of February 1900, which the
// format counts, was no day.
func moment(text string, k kind, y1904 bool) (string, error) {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || !(f >= 0 && f < 2958466) { // the end of the year 9999
		return "", errDay
	}
	days := math.Floor(f)
	seconds := int(math.Round((f - days) * 86400))
	if seconds == 86400 {
		days, seconds = days+1, 0
	}
	if k == clock && days == 0 {
		return time.Unix(int64(seconds), 0).UTC().Format(time.TimeOnly), nil
	}
	start := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case y1904:
		start = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case days == 60 || days == 0:
		return "", errDay
	case days < 60:
		start = start.AddDate(0, 0, 1)
	}
	day := start.AddDate(0, 0, int(days))
	if day.Year() > 9999 {
		return "", errDay
	}
	if seconds == 0 {
		return day.Format(time.DateOnly), nil
	}
	return day.Add(time.Duration(seconds) * time.Second).Format(time.DateTime), nil
}

// unescape undoes _xHHHH_, by which the format writes characters that XML cannot hold.
func unescape(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var out strings.Builder
	for {
		i := strings.Index(s, "_x")
		if i < 0 || len(s) < i+7 {
			out.WriteString(s)
			return out.String()
		}
		out.WriteString(s[:i])
		n, err := strconv.ParseUint(s[i+2:i+6], 16, 16)
		if err != nil || s[i+6] != '_' || n >= 0xd800 && n < 0xe000 {
			out.WriteString("_x")
			s = s[i+2:]
			continue
		}
		out.WriteRune(rune(n))
		s = s[i+7:]
	}
}
