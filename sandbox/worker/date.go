package worker

import (
	"regexp"
	"strings"
	"time"
)

// spelledDate lists the spellings of a date that mean one day wherever they come from: year, month and day in this order, with
// hyphens, slashes, points, Chinese characters or nothing between. A time of day may follow when it is midnight, with or without a
// zone: the day is the one that is written.
var spelledDate = []*regexp.Regexp{
	regexp.MustCompile(`^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ]00:00(?::00(?:[.,]0{1,9})?)?(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?$`),
	regexp.MustCompile(`^([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})(?: 0?0:00(?::00)?)?$`),
	regexp.MustCompile(`^([0-9]{4})\.([0-9]{1,2})\.([0-9]{1,2})$`),
	regexp.MustCompile(`^([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日$`),
	regexp.MustCompile(`^([0-9]{4})([0-9]{2})([0-9]{2})$`),
}

// isoDate is a spelled date in ISO 8601. Years are 0001 to 9999.
func isoDate(text string) (string, bool) {
	text = strings.TrimSpace(text)
	if len(text) > 40 {
		return "", false
	}
	for _, spelling := range spelledDate {
		m := spelling.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		day, err := time.Parse("2006-1-2", m[1]+"-"+m[2]+"-"+m[3])
		if err != nil || day.Year() < 1 {
			return "", false
		}
		return day.Format(time.DateOnly), true
	}
	return "", false
}
