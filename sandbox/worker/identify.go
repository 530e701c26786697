package worker

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"yumen/catalog"
	identifiers "yumen/internal/ident"
	"yumen/sandbox/wire"
)

// How much of a column's distinct values must be identifiers before the batch is quarantined: hardly any where check digits prove them,
// more where a form alone does.
const (
	maxProven      = 0.01 // share of distinct values
	maxProvenCount = 100  // distinct values
	maxFormed      = 0.1
	// Of a measure, whose long numbers pass a check digit by chance: most numbers of that length, and more than a few.
	maxAmong    = 0.5
	fewMeasured = 3 // distinct values
)

// Values that check digits prove, and those that their form or the column's name does. Names and addresses are only reported: banks
// and places have them too.
var (
	provenKinds = []identifiers.Kind{catalog.IdentifierResidentID, catalog.IdentifierResidencePermit, catalog.IdentifierForeignerID, catalog.IdentifierUSCC,
		catalog.IdentifierBankCard, catalog.IdentifierLEI}
	formedKinds = []identifiers.Kind{catalog.IdentifierMobile, catalog.IdentifierLandline, catalog.IdentifierEmail, catalog.IdentifierPlate, catalog.IdentifierPassport,
		catalog.IdentifierTravelPermit, catalog.IdentifierPropertyTitle, catalog.IdentifierOrgCode}
)

// shortest is the least number that is an identifier of a known kind: one of eleven digits. Smaller numbers are not looked at.
const shortest = 10_000_000_000

// identify looks for identifiers in what a query will see, and in what points at somebody without saying of which kind. It looks at
// distinct values, all of them or a sample by hash, which neither order nor frequency of the rows can dodge. A column of the query
// file that holds more than a few is a rejection; everything found is reported.
func (l *loader) identify(report *wire.Report) error {
	// A reader of old files must not depend on the day: nobody is born after this century.
	reader := identifiers.NewReader(time.Date(2099, 12, 31, 0, 0, 0, 0, time.UTC))
	var faults []wire.Fault
	for i := range l.decl.columns {
		c := &l.decl.columns[i]
		if !c.suspect() {
			continue
		}
		column := reader.Column(c.Name)
		every, err := l.values(c, report.Columns[i].Distinct, column)
		if err != nil {
			return err
		}
		computed := c.Has(catalog.RoleDimension) || c.Has(catalog.RoleMeasure)
		for _, v := range column.Verdicts() {
			if v.Confidence < identifiers.Likely || string(v.Kind) == c.Identifier {
				continue
			}
			f := found(v)
			report.Columns[i].Found = append(report.Columns[i].Found, f)
			if computed && (!c.amount() || most(v)) && tooMany(v, column.Distinct(), every) && len(faults) < wire.MaxFaults && !slices.ContainsFunc(faults, func(f wire.Fault) bool { return f.Column == c.Name }) {
				faults = append(faults, wire.Fault{Column: c.Name, Rule: wire.RuleIdentifier})
			}
		}
	}
	if len(faults) > 0 {
		return &rejection{faults}
	}
	return nil
}

// found is a verdict in coarse shares.
func found(v identifiers.Verdict) wire.Found {
	f := wire.Found{Kind: v.Kind, Whole: round5(v.Share), Inside: round5(v.Inside), Confidence: v.Confidence.String(), Individuals: v.Individuals}
	if v.Inside > 0 && f.Inside == 0 {
		f.Inside = 5 // one is enough
	}
	return f
}

// tooMany reports whether so many distinct values are identifiers that the column is one. Each value that was looked at stands for
// so many others.
func tooMany(v identifiers.Verdict, distinct int, every int64) bool {
	part := max(v.Share, v.Inside)
	switch {
	case slices.Contains(provenKinds, v.Kind):
		return part >= maxProven || part*float64(distinct)*float64(every) >= maxProvenCount
	case slices.Contains(formedKinds, v.Kind):
		return part >= maxFormed
	}
	return false
}

// amount reports whether a column is added up and nothing else: no query ever shows one of its values.
func (c *column) amount() bool {
	return c.Has(catalog.RoleMeasure) && !c.Has(catalog.RoleDimension) && c.typ.Numeric()
}

// most reports whether identifiers that a check digit proves are more of the numbers of their length than chance explains.
func most(v identifiers.Verdict) bool {
	return !slices.Contains(provenKinds, v.Kind) || v.Distinct > fewMeasured && v.Among >= maxAmong
}

// suspect reports whether a column can hold identifiers that it does not declare.
func (c *column) suspect() bool {
	if kind := catalog.IdentifierKind(c.Identifier); kind != "" && kind != catalog.IdentifierRecord && kind != catalog.IdentifierOther {
		return false
	}
	switch c.typ.Name {
	case catalog.TypeVarchar:
		return true
	case catalog.TypeBigint:
	case catalog.TypeDecimal:
		if c.typ.Precision-c.typ.Scale < 11 {
			return false
		}
	default:
		return false
	}
	if len(c.Bounds) == 2 {
		low, err := c.Bounds[0].Rat()
		high, err2 := c.Bounds[1].Rat()
		edge := big.NewRat(shortest, 1)
		return errors.Join(err, err2) != nil || high.Cmp(edge) > 0 || low.Cmp(new(big.Rat).Neg(edge)) < 0
	}
	return true
}

// values hands a column's distinct values to the collector, all or every so many by hash. Of a closed domain they are known already.
func (l *loader) values(c *column, distinct int64, into *identifiers.Column) (every int64, err error) {
	if len(c.domain) > 0 {
		for _, v := range c.domain {
			into.Add(v, 1)
		}
		return 1, nil
	}
	every = max(1, distinct/surveyedValues)
	name := ident(c.Name)
	text, small := "substring("+name+", 1, "+fmt.Sprint(maxSurveyed)+")", "false"
	if c.typ.Numeric() {
		text = "ltrim(CAST(CAST(" + name + " AS DECIMAL(38,0)) AS VARCHAR), '-')"
		small = fmt.Sprintf("(%s BETWEEN -%d AND %[2]d OR %[1]s <> trunc(%[1]s))", name, int64(shortest))
	}
	sql := fmt.Sprintf("SELECT CASE WHEN %[1]s THEN NULL ELSE %[2]s END, count(DISTINCT %[3]s)::BIGINT FROM %[4]s WHERE %[3]s IS NOT NULL AND hash(%[3]s) %% %[5]d = 0 GROUP BY 1",
		small, text, name, l.table(), every)
	return every, l.e.query(sql, func(row []driver.Value) error {
		n, ok := row[1].(int64)
		if !ok {
			return errCount
		}
		if value, ok := row[0].(string); ok {
			into.Add(value, n)
		} else {
			into.Skip(n)
		}
		return nil
	})
}
