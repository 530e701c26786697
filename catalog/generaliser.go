package catalog

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
)

// ErrGeneraliser says that a text names no generaliser.
var ErrGeneraliser = errors.New("not a generaliser: use year, quarter, month, decade, band(n) or prefix(n)")

// GeneraliserName is the name of a generaliser without its parameter.
type GeneraliserName string

// The closed list of generalisers. The periods apply to dates, bands to numbers, prefixes to texts.
const (
	GeneraliseYear    GeneraliserName = "year"
	GeneraliseQuarter GeneraliserName = "quarter"
	GeneraliseMonth   GeneraliserName = "month"
	GeneraliseDecade  GeneraliserName = "decade"
	GeneraliseBand    GeneraliserName = "band"   // lower edge floor(x/n)*n
	GeneralisePrefix  GeneraliserName = "prefix" // first n characters
)

// Generaliser coarsens a column to a group key.
type Generaliser struct {
	Name GeneraliserName
	N    int64 // width of a band or length of a prefix; 0 for periods
}

var parameterised = regexp.MustCompile(`^(band|prefix)\(([1-9][0-9]{0,17})\)$`)

// maxPrefix is the longest prefix: more would be the text itself.
const maxPrefix = 64

// ParseGeneraliser reads the canonical spelling of a generaliser.
func ParseGeneraliser(text string) (Generaliser, error) {
	switch n := GeneraliserName(text); n {
	case GeneraliseYear, GeneraliseQuarter, GeneraliseMonth, GeneraliseDecade:
		return Generaliser{Name: n}, nil
	}
	m := parameterised.FindStringSubmatch(text)
	if m == nil {
		return Generaliser{}, ErrGeneraliser
	}
	n, err := strconv.ParseInt(m[2], 10, 64)
	g := Generaliser{Name: GeneraliserName(m[1]), N: n}
	if err != nil || g.Name == GeneralisePrefix && n > maxPrefix {
		return Generaliser{}, ErrGeneraliser
	}
	return g, nil
}

// String is the canonical spelling.
func (g Generaliser) String() string {
	if g.N == 0 {
		return string(g.Name)
	}
	return fmt.Sprintf("%s(%d)", g.Name, g.N)
}

// Fits reports whether the generaliser applies to values of the type.
func (g Generaliser) Fits(t Type) bool {
	switch g.Name {
	case GeneraliseYear, GeneraliseQuarter, GeneraliseMonth, GeneraliseDecade:
		return t.Name == TypeDate
	case GeneraliseBand:
		return t.Numeric()
	case GeneralisePrefix:
		return t.Name == TypeVarchar
	}
	return false
}
