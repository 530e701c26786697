package disclosure_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/disclosure"
	"yumen/enclave/disclosure/interval"
	"yumen/enclave/disclosure/suppression"
)

// grille is a table of a vector as cells, a row of them a line, and the relations that its totals are.
type grille struct {
	cells     []suppression.Cell
	relations []suppression.Relation
	at        [][]int // the cell of each line and column
}

func (g *grille) cell(c suppression.Cell) int {
	g.cells = append(g.cells, c)
	return len(g.cells) - 1
}

// numbers adds one line of cells, withheld where there is no number.
func (g *grille) numbers(t *testing.T, low int64, line []*json.Number) {
	var at []int
	for _, x := range line {
		c := suppression.Cell{Low: big.NewRat(low, 1), Whole: true, Withheld: x == nil, Need: new(big.Rat)}
		if x != nil {
			c.Value = rats(t, []json.Number{*x})[0]
			c.Whole = c.Value.IsInt()
		}
		at = append(at, g.cell(c))
	}
	g.at = append(g.at, at)
}

// total adds a total, published unless it is nil.
func (g *grille) total(value *big.Rat, parts []int) {
	if value != nil {
		g.relations = append(g.relations, suppression.Relation{Total: g.cell(suppression.Cell{Value: value}), Parts: parts})
	}
}

func (g *grille) column(j int) (out []int) {
	for _, line := range g.at {
		out = append(out, line[j])
	}
	return out
}

func (g *grille) sum(of []int) *big.Rat {
	out := new(big.Rat)
	for _, i := range of {
		out.Add(out, g.cells[i].Value)
	}
	return out
}

// place is the cell of "line,column", or of a column of the only line.
func (g *grille) place(t *testing.T, name string) int {
	parts := strings.Split(name, ",")
	if len(parts) == 1 {
		require.Len(t, g.at, 1)
		parts = []string{"0", name}
	}
	i, err := strconv.Atoi(parts[0])
	require.NoError(t, err)
	j, err := strconv.Atoi(parts[1])
	require.NoError(t, err)
	return g.at[i][j]
}

func (g *grille) outsider(t *testing.T, cell int) interval.Range {
	r, err := suppression.Range(g.cells, g.relations, cell, suppression.Outsider, interval.NewEffort(1_000_000))
	require.NoError(t, err)
	return r
}

func requireRange(t *testing.T, want []*json.Number, got interval.Range) {
	require.Len(t, want, 2)
	for i, end := range []*big.Rat{got.Low, got.High} {
		if want[i] == nil {
			require.Nil(t, end)
			continue
		}
		near(t, *want[i], end)
	}
}

type tableLine struct {
	Total json.Number    `json:"line_total"`
	Cells []*json.Number `json:"cells"`
}

// tableInput is a table with both margins, one line with its total, or several such lines.
type tableInput struct {
	Rows         [][]*json.Number `json:"rows"`
	RowTotals    []*json.Number   `json:"row_totals"`
	ColumnTotals []*json.Number   `json:"col_totals"`
	GrandTotal   *json.Number     `json:"total"`
	Lines        []tableLine      `json:"lines"`
	tableLine
}

func (in tableInput) grille(t *testing.T, low int64) *grille {
	g, lines := &grille{}, in.Lines
	if in.Cells != nil {
		lines = append(lines, in.tableLine)
	}
	for _, l := range lines {
		g.numbers(t, low, l.Cells)
		if l.Total != "" {
			g.total(rats(t, []json.Number{l.Total})[0], g.at[len(g.at)-1])
		}
	}
	for _, row := range in.Rows {
		g.numbers(t, low, row)
	}
	margin := func(totals []*json.Number, parts func(int) []int) {
		for i, x := range totals {
			if x != nil {
				g.total(rats(t, []json.Number{*x})[0], parts(i))
			}
		}
	}
	margin(in.RowTotals, func(i int) []int { return g.at[i] })
	margin(in.ColumnTotals, g.column)
	if in.GrandTotal != nil {
		g.total(rats(t, []json.Number{*in.GrandTotal})[0], slices.Concat(g.at...))
	}
	return g
}

// runInterval: the ranges of withheld cells, those that are found, and whether the pattern passes.
func runInterval(t *testing.T, v vector) {
	p := decode[struct {
		Low int64 `json:"lb"`
	}](t, v.Params)
	g := decode[tableInput](t, v.Input).grille(t, p.Low)
	found, err := suppression.Audit(g.cells, g.relations, interval.NewEffort(1_000_000))
	require.NoError(t, err)
	want := decode[map[string]json.RawMessage](t, v.Expected)
	for key, raw := range want {
		switch key {
		case "intervals":
			for name, ends := range decode[map[string][]*json.Number](t, raw) {
				requireRange(t, ends, g.outsider(t, g.place(t, name)))
			}
		case "exact":
			requireExact(t, g, raw, found)
		case "decision":
			decision(t, decode[string](t, raw), len(found) == 0)
		case "note":
		default:
			require.Failf(t, "unknown figure", "%s", key)
		}
	}
}

// requireExact compares what is found with a list in order of cells, or with values by cell; nothing else is found.
func requireExact(t *testing.T, g *grille, raw json.RawMessage, found []suppression.Finding) {
	want := map[int]json.Number{}
	if raw[0] == '[' {
		list := decode[[]json.Number](t, raw)
		require.Len(t, found, len(list))
		for i, f := range found {
			want[f.Cell] = list[i]
		}
	} else {
		for name, x := range decode[map[string]json.Number](t, raw) {
			want[g.place(t, name)] = x
		}
	}
	require.Len(t, found, len(want))
	for _, f := range found {
		require.True(t, f.Range.Point())
		near(t, want[f.Cell], f.Range.Low)
	}
}

var (
	dominanceName = regexp.MustCompile(`^\((\d+),\s*(\d+)\)$`)
	percentName   = regexp.MustCompile(`^p%?\s*=?\s*(\d+)%?$`)
)

func runProtection(t *testing.T, v vector) {
	name := decode[struct{ Rule string }](t, v.Params).Rule
	c := concentrate(rats(t, decode[[]json.Number](t, v.Input)))
	var need *big.Rat
	if m := dominanceName.FindStringSubmatch(name); m != nil {
		n, err := strconv.Atoi(m[1])
		require.NoError(t, err)
		k, err := strconv.ParseInt(m[2], 10, 64)
		require.NoError(t, err)
		rule := disclosure.Dominance{N: n, Percent: k}
		require.NoError(t, disclosure.Rules{K: 1, Dominance: []disclosure.Dominance{rule}}.Validate())
		need = rule.Protection(c)
	} else if m := percentName.FindStringSubmatch(name); m != nil {
		p, err := strconv.ParseInt(m[1], 10, 64)
		require.NoError(t, err)
		need = disclosure.ProtectionP(c, p)
	}
	require.NotNil(t, need, "rule %q", name)
	want := decode[struct {
		Bound json.Number `json:"required_upper_bound"`
		U     json.Number
	}](t, v.Expected)
	hundredth := func(want json.Number, got *big.Rat) { // rounded to four places by the source
		w, ok := new(big.Rat).SetString(want.String())
		require.True(t, ok)
		require.LessOrEqual(t, new(big.Rat).Abs(w.Sub(w, got)).Cmp(big.NewRat(1, 10_000)), 0, "want %s got %s", want, got.FloatString(6))
	}
	hundredth(want.U, need)
	hundredth(want.Bound, new(big.Rat).Add(need, c.Total))
}

// runPrimary completes a pattern of small counts in a table with both margins, which are cells like others: nobody finds any of them
// afterwards.
func runPrimary(t *testing.T, v vector) {
	p := decode[struct {
		Most int64 `json:"maxN"`
	}](t, v.Params)
	in := decode[struct {
		Table   [][]*json.Number `json:"table"`
		Columns []string         `json:"cols"`
	}](t, v.Input)
	g := &grille{}
	for _, row := range in.Table {
		g.numbers(t, 0, row)
	}
	for i := range g.at {
		g.total(g.sum(g.at[i]), g.at[i])
	}
	for j := range g.at[0] {
		g.total(g.sum(g.column(j)), g.column(j))
	}
	for i := range g.cells {
		c := &g.cells[i]
		n := c.Value.Num().Int64()
		c.Low, c.Weight, c.Single = new(big.Rat), n, n == 1
		c.Withheld, c.Need = n <= p.Most, nil // an empty cell looks withheld
		if c.Withheld && n > 0 {
			c.Need = new(big.Rat)
		}
	}
	effort := interval.NewEffort(5_000_000)
	more, err := suppression.Complete(g.cells, g.relations, effort)
	require.NoError(t, err)
	again, err := suppression.Complete(g.cells, g.relations, effort)
	require.NoError(t, err)
	require.Equal(t, more, again, "the same table gets the same pattern")
	for _, i := range more {
		g.cells[i].Withheld = true
	}
	found, err := suppression.Audit(g.cells, g.relations, effort)
	require.NoError(t, err)
	require.Empty(t, found)
}

// runInsider lets the single entity of a cell use what it knows.
func runInsider(t *testing.T, v vector) {
	p := decode[struct {
		Low int64 `json:"lb"`
	}](t, v.Params)
	in := decode[struct {
		Table      [][]*json.Number `json:"table"`
		Suppressed [][2]int         `json:"suppressed"`
		RowTotals  []*json.Number   `json:"row_totals"`
		ColTotals  []*json.Number   `json:"col_totals"`
		Singletons [][2]int         `json:"singletons"`
	}](t, v.Input)
	g := &grille{}
	for _, row := range in.Table {
		g.numbers(t, p.Low, row)
	}
	for _, s := range in.Suppressed {
		g.cells[g.at[s[0]][s[1]]].Withheld = true
	}
	for _, s := range in.Singletons {
		g.cells[g.at[s[0]][s[1]]].Single = true
	}
	for i := range g.at {
		sum := g.sum(g.at[i])
		if in.RowTotals != nil {
			require.Zero(t, sum.Cmp(rats(t, []json.Number{*in.RowTotals[i]})[0]), "the source's own total")
		}
		g.total(sum, g.at[i])
	}
	for j := range g.at[0] {
		g.total(g.sum(g.column(j)), g.column(j))
	}
	want := decode[struct {
		Outsider map[string][]*json.Number `json:"outsider_interval"`
		Insider  map[string]json.Number    `json:"insider_exact"`
		Decision string
	}](t, v.Expected)
	for name, ends := range want.Outsider {
		requireRange(t, ends, g.outsider(t, g.place(t, name)))
	}
	found, err := suppression.Audit(g.cells, g.relations, interval.NewEffort(1_000_000))
	require.NoError(t, err)
	decision(t, want.Decision, len(found) == 0)
	for name, x := range want.Insider {
		i := slices.IndexFunc(found, func(f suppression.Finding) bool { return f.Cell == g.place(t, name) })
		require.GreaterOrEqual(t, i, 0, fmt.Sprint(found))
		require.NotEqual(t, suppression.Outsider, found[i].Knows)
		near(t, x, found[i].Range.Low)
		near(t, x, found[i].Range.High)
	}
}
