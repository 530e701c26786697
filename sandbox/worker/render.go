package worker

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	duckdb "github.com/duckdb/duckdb-go/v2"
)

var errRender = errors.New("a value has no exact text")

// render is the exact text of a value: integers and decimals in full with their declared scale, dates as ISO, doubles as the
// shortest text that reads back to the same value. NULL is nil. What has no exact text is an error.
func render(v driver.Value, typ string) (*string, error) {
	var s string
	switch x := v.(type) {
	case nil:
		return nil, nil
	case string:
		if !utf8.ValidString(x) {
			return nil, errRender
		}
		s = x
	case bool:
		s = strconv.FormatBool(x)
	case int8, int16, int32, int64, uint8, uint16, uint32, uint64:
		s = fmt.Sprint(x)
	case *big.Int:
		s = x.String()
	case duckdb.Decimal:
		s = decimal(x.Value, int(x.Scale))
	case float32:
		return float(float64(x), 32)
	case float64:
		return float(x, 64)
	case time.Time:
		return moment(x.UTC(), typ)
	default:
		return nil, errRender
	}
	return &s, nil
}

func float(f float64, bits int) (*string, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, errRender
	}
	s := strconv.FormatFloat(f, 'g', -1, bits)
	return &s, nil
}

// decimal writes an unscaled value with all its decimals: 310 at scale 2 is 3.10.
func decimal(unscaled *big.Int, scale int) string {
	digits := new(big.Int).Abs(unscaled).String()
	if len(digits) <= scale {
		digits = strings.Repeat("0", scale-len(digits)+1) + digits
	}
	if scale > 0 {
		digits = digits[:len(digits)-scale] + "." + digits[len(digits)-scale:]
	}
	if unscaled.Sign() < 0 {
		return "-" + digits
	}
	return digits
}

func moment(t time.Time, typ string) (*string, error) {
	if t.Year() < 1 || t.Year() > 9999 {
		return nil, errRender
	}
	var s string
	switch typ {
	case "DATE":
		s = t.Format(time.DateOnly)
	case "TIMESTAMP":
		s = t.Format("2006-01-02 15:04:05.999999")
	default:
		return nil, errRender
	}
	return &s, nil
}
