package sandbox_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/sandbox"
	"yumen/sandbox/sandboxtest"
	"yumen/sandbox/wire"
)

// resident makes identity numbers with their check digit.
func resident(i int) string {
	s := fmt.Sprintf("1301021985%02d%02d%03d", 1+i%12, 1+i%28, i%1000)
	sum := 0
	for k, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(s[k]-'0') * w
	}
	return s + "10X98765432"[sum%11:sum%11+1]
}

// Identifiers in a column that a query sees quarantine the batch, however they are written and wherever they hide; the fault names the
// column and nothing else. Other values of the same look load.
func TestIdentifiersAreQuarantined(t *testing.T) {
	r := sandboxtest.Runner(t)
	wide := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return r - '0' + '０'
			}
			return r
		}, s)
	}
	for name, c := range map[string]struct {
		typ    string
		bounds []catalog.Bound
		domain []catalog.Scalar
		value  func(i int) string
		caught bool
	}{
		"identity numbers": {typ: "VARCHAR", value: resident, caught: true},
		"in full width":    {typ: "VARCHAR", value: func(i int) string { return wide(resident(i)) }, caught: true},
		"in groups":        {typ: "VARCHAR", value: func(i int) string { n := resident(i); return n[:6] + " " + n[6:14] + "-" + n[14:] }, caught: true},
		"inside texts":     {typ: "VARCHAR", value: func(i int) string { return fmt.Sprintf("第%d号，%s已核", i, resident(i)) }, caught: true},
		"few among many texts": {typ: "VARCHAR", value: func(i int) string {
			return map[bool]string{true: resident(i), false: fmt.Sprint("text ", i)}[i%50 == 0]
		}, caught: true},
		"behind a letter":      {typ: "VARCHAR", value: func(i int) string { return "G" + resident(i) }, caught: true},
		"in a declared domain": {typ: "VARCHAR", domain: []catalog.Scalar{catalog.Scalar(resident(1)), "other"}, value: func(int) string { return "other" }, caught: true},
		"mobiles as numbers":   {typ: "BIGINT", value: func(i int) string { return fmt.Sprint(13_000_000_000 + int64(i)*1_919_333) }, caught: true},
		"mobiles below zero":   {typ: "BIGINT", value: func(i int) string { return fmt.Sprint(-13_000_000_000 - int64(i)*1_919_333) }, caught: true},
		"mobiles as decimals":  {typ: "DECIMAL(18,2)", value: func(i int) string { return fmt.Sprintf("%d.00", 13_000_000_000+int64(i)*1_919_333) }, caught: true},
		"mobiles among other texts": {typ: "VARCHAR", value: func(i int) string {
			return map[bool]string{true: fmt.Sprint(13_000_000_000 + int64(i)*1_919_333), false: fmt.Sprint("无", i)}[i%5 == 0]
		}, caught: true},
		"random numbers of eleven":   {typ: "VARCHAR", value: func(i int) string { return fmt.Sprint(10_000_000_000 + int64(i)*29_919_333) }},
		"e-mail":                     {typ: "VARCHAR", value: func(i int) string { return fmt.Sprintf("u%d@example.com", i) }, caught: true},
		"amounts":                    {typ: "DECIMAL(18,2)", value: func(i int) string { return fmt.Sprintf("%d.%02d", int64(i)*77_003_017, i%100) }},
		"large numbers under bounds": {typ: "BIGINT", bounds: []catalog.Bound{"0", "1000000"}, value: func(i int) string { return fmt.Sprint(i * 331) }},
		"order numbers":              {typ: "VARCHAR", value: func(i int) string { return fmt.Sprintf("20240305%06d%04d", i*7, i) }},
		"hashes":                     {typ: "VARCHAR", value: func(i int) string { return fmt.Sprintf("%x", catalog.DigestOf([]byte{byte(i), byte(i >> 8)})) }},
		"names of districts":         {typ: "VARCHAR", value: func(i int) string { return []string{"长安区", "桥西区", "石家庄"}[i%3] }},
	} {
		spec := catalog.DatasetSpec{Entities: []catalog.Entity{{Type: "person", Rows: true}}, Columns: []catalog.Column{{Name: "v", Type: c.typ, Grade: 2,
			Roles: []catalog.Role{catalog.RoleDimension}, Bounds: c.bounds, Domain: c.domain}}}
		rows := [][]string{{"v"}}
		for i := range 3000 {
			rows = append(rows, []string{`"` + c.value(i) + `"`})
		}
		_, err := sandboxtest.Load(t, r, spec, separated(rows))
		if !c.caught {
			require.NoError(t, err, name)
			continue
		}
		var rejected *sandbox.IngestRejected
		require.True(t, errors.As(err, &rejected), name)
		require.Equal(t, []wire.Fault{{Column: "v", Rule: wire.RuleIdentifier}}, rejected.Faults, name)

		// Declared as what it is, it loads, and stays out of the query file.
		spec.Columns[0].Roles, spec.Columns[0].Bounds, spec.Columns[0].Domain = []catalog.Role{catalog.RoleIdentifier}, nil, nil
		spec.Columns[0].Identifier = "other"
		got, err := sandboxtest.Load(t, r, spec, separated(rows))
		require.NoError(t, err, name)
		if c.domain == nil {
			require.NotEmpty(t, got.Report.Columns[0].Found, "%s: the report tells what it is", name)
		}
	}
}

// What is only added up may be any long number: one in ten passes a check digit by chance. Identifiers nearly all do.
func TestMeasuresOfLongNumbersLoad(t *testing.T) {
	r := sandboxtest.Runner(t)
	card := func(i int) string { return fmt.Sprintf("62220200%011d", int64(i)*7919) }
	sound := func(i int) string { // with the check digit of ISO/IEC 7812
		body, sum := card(i)[:18], 0
		for k := range body {
			d := int(body[len(body)-1-k] - '0')
			if k%2 == 0 {
				if d *= 2; d > 9 {
					d -= 9
				}
			}
			sum += d
		}
		return body + fmt.Sprint((10-sum%10)%10)
	}
	born := func(i int) string { return fmt.Sprintf("13010219850307%04d", i) }
	digits := func(i int) string { return strings.ReplaceAll(resident(i), "X", "0") }
	mixed := func(i int) string { return map[bool]string{true: fmt.Sprint(i), false: digits(i)}[i%4 > 0] }
	for name, c := range map[string]struct {
		value  func(i int) string
		roles  []catalog.Role
		caught bool
	}{
		"long amounts that begin as cards do":   {card, []catalog.Role{catalog.RoleMeasure}, false},
		"long amounts that begin as a birth":    {born, []catalog.Role{catalog.RoleMeasure}, false},
		"a single identity number":              {func(i int) string { return map[bool]string{true: digits(12), false: fmt.Sprint(i)}[i == 5] }, []catalog.Role{catalog.RoleMeasure}, false},
		"cards":                                 {sound, []catalog.Role{catalog.RoleMeasure}, true},
		"identity numbers":                      {digits, []catalog.Role{catalog.RoleMeasure}, true},
		"identity numbers among small ones":     {mixed, []catalog.Role{catalog.RoleMeasure}, true},
		"long numbers that a query can tell of": {card, []catalog.Role{catalog.RoleMeasure, catalog.RoleDimension}, true},
	} {
		spec := catalog.DatasetSpec{Entities: []catalog.Entity{{Type: "person", Rows: true}}, Columns: []catalog.Column{{Name: "v", Type: "BIGINT", Grade: 2,
			Roles: c.roles, Bounds: []catalog.Bound{"0", "9000000000000000000"}}}}
		rows := [][]string{{"v"}}
		for i := range 3000 {
			rows = append(rows, []string{c.value(i)})
		}
		_, err := sandboxtest.Load(t, r, spec, separated(rows))
		if !c.caught {
			require.NoError(t, err, name)
			continue
		}
		var rejected *sandbox.IngestRejected
		require.True(t, errors.As(err, &rejected), name)
		require.Equal(t, []wire.Fault{{Column: "v", Rule: wire.RuleIdentifier}}, rejected.Faults, name)
	}
}

// SJZ-2: one text with the marking of a state secret quarantines the batch, in whatever column it stands; the fault names the column alone.
func TestSJZ_2_MarkedTextsAreQuarantined(t *testing.T) {
	r := sandboxtest.Runner(t)
	for value, caught := range map[string]bool{"文件 机密★10年": true, "绝\u200b 密": true, "TOP SECRET": true, "ＴＯＰ　ＳＥＣＲＥＴ": true, "商业秘密": false, "密云区": false, "secretary": false} {
		for _, role := range []catalog.Role{catalog.RoleDimension, catalog.RoleIdentifier} {
			spec := catalog.DatasetSpec{Entities: []catalog.Entity{{Type: "person", Rows: true}}, Columns: []catalog.Column{
				{Name: "v", Type: "VARCHAR", Grade: 2, Roles: []catalog.Role{role}}, {Name: "note", Type: "VARCHAR", Grade: 2, Roles: []catalog.Role{catalog.RoleDimension}}}}
			if role == catalog.RoleIdentifier {
				spec.Columns[0].Identifier = "other"
			}
			rows := [][]string{{"v", "note"}}
			for i := range 50 {
				rows = append(rows, []string{`"` + fmt.Sprint("text ", i) + `"`, "x"})
			}
			rows = append(rows, []string{`"` + value + `"`, "x"})
			_, err := sandboxtest.Load(t, r, spec, separated(rows))
			if !caught {
				require.NoError(t, err, value)
				continue
			}
			var rejected *sandbox.IngestRejected
			require.True(t, errors.As(err, &rejected), value)
			require.Equal(t, []wire.Fault{{Column: "v", Rule: wire.RuleStateSecret}}, rejected.Faults, value)
		}
	}
}
