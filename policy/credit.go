package policy

import (
	"errors"
	"fmt"
)

// creditLevel is what an institution of a credit level may be given at most, and how its answers are reviewed at least (BJ-OPS-23b).
type creditLevel struct {
	GradeMax int    `yaml:"grade_max" json:"grade_max"`
	PerDay   int    `yaml:"per_day" json:"per_day"` // runs a calendar day under one grant; 0 leaves it to the grant
	Review   Review `yaml:"review" json:"review"`
}

// creditLevels are the levels, from the best; an institution without one is unrated.
var creditLevels = []string{"A", "B", "C", "D", "unrated"}

func validCredit(all map[string]creditLevel) error {
	if len(all) != len(creditLevels) {
		return errors.New("credit has the levels A, B, C, D and unrated")
	}
	for _, name := range creditLevels {
		c, known := all[name]
		if !known || c.GradeMax < 1 || c.GradeMax > 4 || c.PerDay < 0 || rank(orderReview, c.Review) < 0 {
			return fmt.Errorf("credit %s is missing or out of range", name)
		}
	}
	return nil
}

// looserCredit names the first level that gives more than in the base.
func looserCredit(all, base map[string]creditLevel) string {
	for _, name := range creditLevels {
		c, b := all[name], base[name]
		more := b.PerDay > 0 && (c.PerDay == 0 || c.PerDay > b.PerDay)
		if more || c.GradeMax > b.GradeMax || rank(orderReview, c.Review) < rank(orderReview, b.Review) {
			return name
		}
	}
	return ""
}
