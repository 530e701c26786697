package policyfile

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Revision is the version of a bundle: the day on which it was made and its number on that day, "2026.11.21-1".
type Revision struct{ text string }

var revisionForm = regexp.MustCompile(`^[0-9]{4}\.[0-9]{2}\.[0-9]{2}-[1-9][0-9]{0,4}$`)

// ParseRevision reads a revision.
func ParseRevision(text string) (Revision, error) {
	if !revisionForm.MatchString(text) {
		return Revision{}, malformed("a revision is a day and a number, as 2026.11.21-1")
	}
	if _, err := time.Parse("2006.01.02", text[:10]); err != nil {
		return Revision{}, malformed("a revision begins with a day, as 2026.11.21-1")
	}
	return Revision{text}, nil
}

func (r Revision) String() string { return r.text }

// Order is a whole number that grows with the revision; 0 is none.
func (r Revision) Order() int64 {
	if r.text == "" {
		return 0
	}
	day, number, _ := strings.Cut(strings.ReplaceAll(r.text, ".", ""), "-")
	d, _ := strconv.ParseInt(day, 10, 64)
	n, _ := strconv.ParseInt(number, 10, 64)
	return d*100_000 + n
}
