// Package zone owns the sample zone: a synthetic city with persons, enterprises, taxes, social insurance, court judgments and
// loans, its declarations, and the ground truth of what was planted in it. Everything is generated from a seed with integer
// arithmetic alone, so one seed gives the same bytes on every machine. Any likeness to a real person or firm is chance.
package zone

import "fmt"

// Size is the extent of a sample zone.
type Size string

// The sizes: small is made in well under a second, medium has a million rows in its largest table, large twenty million.
const (
	Small  Size = "small"
	Medium Size = "medium"
	Large  Size = "large"
)

// extent is the number of subjects of a size.
type extent struct{ persons, enterprises int }

var extents = map[Size]extent{
	Small:  {persons: 2_000, enterprises: 600},
	Medium: {persons: 100_000, enterprises: 12_000},
	Large:  {persons: 2_000_000, enterprises: 150_000},
}

// ParseSize reads the name of a size.
func ParseSize(text string) (Size, error) {
	s := Size(text)
	if _, ok := extents[s]; !ok {
		return "", fmt.Errorf("unknown size: use %s, %s or %s", Small, Medium, Large)
	}
	return s, nil
}

// Persons is the number of persons of the size.
func (s Size) Persons() int { return extents[s].persons }

// Enterprises is the number of enterprises of the size.
func (s Size) Enterprises() int { return extents[s].enterprises }
