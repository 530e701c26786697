package compile

import (
	"errors"
	"fmt"
)

// ErrUncovered says why noise cannot cover a plan: an *Uncovered. It depends on the plan and the catalog, never on data.
var ErrUncovered = errors.New("noise cannot cover the plan")

// Want is what a declaration lacks, or a plan does, for noise to cover it.
type Want string

// The wants.
const (
	WantMaxRows  Want = "max_rows" // of an entity that may have several rows
	WantClip     Want = "clip"     // of a measure that is added up
	WantDomain   Want = "domain"   // of a group key, or conditions that limit it
	WantKeyJoin  Want = "key_join" // a join that runs on an entity's key
	WantEntities Want = "entities" // a table with a privacy unit
	WantNarrower Want = "narrower" // fewer cells
	WantSmaller  Want = "smaller"  // a bound so wide that noise of its size has no meaning
	WantRollup   Want = "rollup"   // a measure that is not over a roll-up's result
)

// Uncovered names what is wanted, and of what: a dataset with an entity type or a column.
type Uncovered struct {
	Want          Want
	Dataset, Name string
}

// Error names the want.
func (u *Uncovered) Error() string {
	return fmt.Sprintf("%v: %s of %s.%s", ErrUncovered, u.Want, u.Dataset, u.Name)
}

// Unwrap is ErrUncovered.
func (u *Uncovered) Unwrap() error { return ErrUncovered }
