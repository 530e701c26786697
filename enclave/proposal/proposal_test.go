package proposal_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave/proposal"
	"yumen/sandbox/wire"
)

// column is one column of a profile with no more than a name and a type.
func column(name, typ string, change ...func(*wire.ColumnProfile)) wire.ColumnProfile {
	c := wire.ColumnProfile{Name: name, Type: typ, Distinct: 4096, Complete: true}
	if t, err := catalog.ParseType(typ); err == nil && t.Numeric() {
		c.Low, c.High = "0", "1000"
	}
	for _, f := range change {
		f(&c)
	}
	return c
}

func unique(c *wire.ColumnProfile) { c.Unique = true }

func values(v ...string) func(*wire.ColumnProfile) {
	return func(c *wire.ColumnProfile) { c.Distinct, c.Values, c.Closed = int64(len(v)), v, true }
}

func found(kind catalog.IdentifierKind, whole, inside int) func(*wire.ColumnProfile) {
	return func(c *wire.ColumnProfile) {
		c.Found = []wire.Found{{Kind: kind, Whole: whole, Inside: inside, Confidence: "certain"}}
	}
}

func of(t *testing.T, columns ...wire.ColumnProfile) *proposal.Proposal {
	t.Helper()
	p := &wire.Profile{Format: wire.FormatCSV, Rows: 1000, Columns: columns}
	b, err := wire.EncodeProfile(p)
	require.NoError(t, err)
	p, err = wire.DecodeProfile(b)
	require.NoError(t, err)
	out := proposal.Of(p, proposal.Options{Name: "d", Provider: "bureau"})
	requireValid(t, out)
	return out
}

// requireValid fills in what is left to a person, and has the catalog judge the rest.
func requireValid(t *testing.T, p *proposal.Proposal) {
	t.Helper()
	d := p.Dataset
	require.Empty(t, d.Spec.Title, "the title is the person's")
	require.Nil(t, d.Spec.Prohibited, "so are the four answers")
	d.Spec.Title = catalog.Text{Zh: "题", En: "title"}
	require.NoError(t, d.Validate())
	b, err := json.Marshal(d)
	require.NoError(t, err)
	_, err = catalog.DecodeDocuments(strings.NewReader(string(b)))
	require.NoError(t, err, "the document can be applied as it is printed")
}

func entities(p *proposal.Proposal) string {
	out := ""
	for _, e := range p.Dataset.Spec.Entities {
		out += fmt.Sprintf("%s%v unique=%t rows=%t;", e.Type, e.Key, e.Unique, e.Rows)
	}
	return out
}

func TestEntities(t *testing.T) {
	id := found(catalog.IdentifierResidentID, 100, 100)
	uscc := found(catalog.IdentifierUSCC, 100, 100)
	for _, c := range []struct {
		name    string
		columns []wire.ColumnProfile
		want    string
	}{
		{"nothing is a key", []wire.ColumnProfile{column("age", "INTEGER"), column("city", "VARCHAR", values("a", "b"))}, "person[] unique=false rows=true;"},
		{"a number of one's own beats the identity number", []wire.ColumnProfile{column("person_id", "VARCHAR", unique), column("id_card", "VARCHAR", unique, id)},
			"person[person_id] unique=true rows=false;"},
		{"the identity number when there is nothing else", []wire.ColumnProfile{column("id_card", "VARCHAR", id), column("v", "INTEGER")}, "person[id_card] unique=false rows=false;"},
		{"two identifiers, two entities", []wire.ColumnProfile{column("sfzh", "VARCHAR", id), column("tyshxydm", "VARCHAR", unique, uscc)},
			"enterprise[tyshxydm] unique=true rows=false;person[sfzh] unique=false rows=false;"},
		{"a unique number alone", []wire.ColumnProfile{column("ID", "INTEGER", unique), column("v", "INTEGER")}, "person[ID] unique=true rows=false;"},
		{"a number of a record is none", []wire.ColumnProfile{column("contract_no", "VARCHAR", unique), column("uscc", "VARCHAR", uscc), column("guarantor_id", "VARCHAR")},
			"person[guarantor_id] unique=false rows=false;enterprise[uscc] unique=false rows=false;"},
		{"missing values forbid unique", []wire.ColumnProfile{column("id_card", "VARCHAR", unique, id, func(c *wire.ColumnProfile) { c.Complete = false })},
			"person[id_card] unique=false rows=false;"},
	} {
		require.Equal(t, c.want, entities(of(t, c.columns...)), c.name)
	}
}

func TestColumns(t *testing.T) {
	for _, c := range []struct {
		in   wire.ColumnProfile
		want string
	}{
		{column("SEX", "INTEGER", values("1", "2")), `INTEGER 2 [dimension] domain=[1 2]`},
		{column("PAY_0", "INTEGER", func(c *wire.ColumnProfile) { c.Distinct, c.Low, c.High, c.Values = 11, "-2", "10", []string{"0"} }), `INTEGER 2 [dimension] bounds=[-2 10]`},
		{column("default", "INTEGER", values("0", "1")), `INTEGER 3 [dimension] domain=[0 1] sensitive[1]`},
		{column("欠税余额", "DECIMAL(38,2)"), `DECIMAL(18,2) 3 [measure dimension] bounds=[0 1000] grid=1-2-5 sensitive[]`},
		{column("big", "BIGINT", func(c *wire.ColumnProfile) { c.High = "10000000000000000000" }), `DECIMAL(38,0) 2 [measure dimension] bounds=[0 10000000000000000000] grid=1-2-5`},
		{column("n", "INTEGER", func(c *wire.ColumnProfile) { c.High = "5000000000" }), `BIGINT 2 [measure dimension] bounds=[0 5000000000] grid=1-2-5`},
		{column("AGE", "INTEGER"), `INTEGER 2 [dimension] bounds=[0 1000] grid=step(5) generalise=[band(5) band(10)] only`},
		{column("birth_date", "DATE"), `DATE 3 [dimension] grid=year generalise=[year decade] only`},
		{column("month", "DATE", func(c *wire.ColumnProfile) { c.Months = true }), `DATE 2 [dimension] grid=month generalise=[year quarter month]`},
		{column("paid_on", "DATE"), `DATE 2 [dimension] grid=quarter generalise=[year quarter]`},
		{column("area", "VARCHAR", func(c *wire.ColumnProfile) { c.Distinct, c.Code, c.Place = 128, 6, true }), `VARCHAR 2 [dimension] generalise=[prefix(2) prefix(4)]`},
		{column("mobile", "BIGINT", found(catalog.IdentifierMobile, 95, 95)), `VARCHAR 3 [identifier] identifier=mobile`},
		{column("备注", "VARCHAR", func(c *wire.ColumnProfile) { c.Words = true }), `VARCHAR 3 [identifier] identifier=other`},
		{column("v", "VARCHAR", found(catalog.IdentifierBankCard, 0, 5)), `VARCHAR 4 [identifier] identifier=other`},
		{column("serial", "VARCHAR", unique), `VARCHAR 2 [identifier] identifier=record`},
		{column("diagnosis", "VARCHAR", values("A", "B")), `VARCHAR 4 [dimension] domain=[A B] sensitive[]`},
		{column("ok", "BOOLEAN", values("false", "true")), `BOOLEAN 2 [dimension] domain=[false true]`},
	} {
		p := of(t, column("person_id", "BIGINT", unique), c.in)
		require.Equal(t, c.want, describe(p.Dataset.Spec.Columns[1]), c.in.Name)
	}
}

func describe(c catalog.Column) string {
	out := fmt.Sprintf("%s %d %v", c.Type, c.Grade, c.Roles)
	if c.Identifier != "" {
		out += " identifier=" + c.Identifier
	}
	if len(c.Domain) > 0 {
		out += fmt.Sprintf(" domain=%v", c.Domain)
	}
	if len(c.Bounds) > 0 {
		out += fmt.Sprintf(" bounds=%v", c.Bounds)
	}
	if c.Grid != "" {
		out += " grid=" + c.Grid
	}
	if len(c.Generalise) > 0 {
		out += fmt.Sprintf(" generalise=%v", c.Generalise)
	}
	if c.GeneralisedOnly {
		out += " only"
	}
	if c.Sensitive {
		out += fmt.Sprintf(" sensitive%v", c.SensitiveValues)
	}
	return out
}

// Whatever a profile says, the proposal is a valid declaration without a value that the profile does not list.
func TestEveryProfileMakesAValidDeclaration(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	names := []string{"id", "ID", "person_id", "uscc", "sfzh", "备注", "金额", "age", "birth_date", "状态", "x.y", "default", "客户编号", "a b", "mobile", "year", "企业名称", "order_no", "lat", "身份证号"}
	types := []string{"VARCHAR", "BOOLEAN", "INTEGER", "BIGINT", "DATE", "DECIMAL(38,0)", "DECIMAL(38,2)", "DECIMAL(38,10)"}
	for range 3000 {
		var columns []wire.ColumnProfile
		for i := range 1 + rng.IntN(8) {
			name := names[rng.IntN(len(names))]
			if slices.ContainsFunc(columns, func(c wire.ColumnProfile) bool { return strings.EqualFold(c.Name, name) }) {
				name = fmt.Sprint(name, "_", i)
			}
			columns = append(columns, randomColumn(rng, name, types[rng.IntN(len(types))]))
		}
		of(t, columns...)
	}
}

func randomColumn(rng *rand.Rand, name, typ string) wire.ColumnProfile {
	coin := func() bool { return rng.IntN(2) == 0 }
	c := wire.ColumnProfile{Name: name, Type: typ, Distinct: 1 << rng.IntN(24), Complete: coin(), Unique: coin(), Words: coin()}
	if !c.Complete {
		c.Missing = 5 * rng.IntN(21)
	}
	t, _ := catalog.ParseType(typ)
	if t.Numeric() {
		edge := func() string {
			n := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(rng.IntN(36-t.Scale))), nil)
			return n.Mul(n, big.NewInt([]int64{1, 2, 5}[rng.IntN(3)])).String()
		}
		c.Low, c.High = "0", edge()
		if coin() {
			c.Low = "-" + edge()
		}
	}
	if rng.IntN(3) == 0 && (typ == "VARCHAR" || typ == "INTEGER" || typ == "BIGINT") {
		n := 1 + rng.IntN(20)
		c.Distinct = int64(n)
		for i := range n {
			c.Values = append(c.Values, fmt.Sprint(i))
		}
		c.Closed = coin()
		if typ != "VARCHAR" {
			c.Low, c.High = "0", "100"
		}
	}
	if rng.IntN(3) == 0 {
		kinds := catalog.IdentifierKinds()
		c.Found = append(c.Found, wire.Found{Kind: kinds[rng.IntN(len(kinds))], Whole: 5 * rng.IntN(21), Inside: 5 * rng.IntN(21),
			Confidence: []string{"possible", "likely", "certain"}[rng.IntN(3)], Individuals: coin()})
	}
	return c
}
