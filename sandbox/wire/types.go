package wire

import "regexp"

// scalarType is the closed list of types that travel: as bound values, as columns of cells, as declared columns.
var scalarType = regexp.MustCompile(`^(BOOLEAN|TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT|UTINYINT|USMALLINT|UINTEGER|UBIGINT|UHUGEINT|` +
	`FLOAT|DOUBLE|DATE|TIMESTAMP|VARCHAR|DECIMAL\([1-9][0-9]?, ?[0-9][0-9]?\))$`)

// ValidType reports whether the text names a type that travels, in the spelling of the engine.
func ValidType(t string) bool { return scalarType.MatchString(t) }
