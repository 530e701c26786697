package main

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/contributions"
	"yumen/cmd/yumen/internal/render"
	"yumen/enclave/disclosure"
	"yumen/enclave/disclosure/outside"
)

// checking is what disclosure check is asked.
type checking struct {
	entities, measures, sensitive, tables, dominance []string
	keys                                             []string
	total, part                                      bool
	withheld, sheet, jurisdiction                    string
	grade                                            int
	k, p, homogeneity                                int64
}

func (a *app) disclosureCommand() *cobra.Command {
	var q checking
	var c *cobra.Command
	c = a.command(command{
		use: "check", args: []string{"FILE"}, short: catalog.Text{Zh: "按披露控制规则检查别处算出的结果", En: "check results made elsewhere by the rules of disclosure control"},
		long: catalog.Text{
			Zh: "按披露控制规则检查别处算出的结果。文件为贡献表（CSV 或 XLSX）：每行是一个主体对一个单元格的贡献。不联网，不需要登录。\n" +
				"每个要公布的表以 --table 列出，--total 为总计；每个单元格有贡献数和各度量之和。--withheld 指明已隐去的行：其余单元格照公布的判断，\n" +
				"并检查隐去的单元格能否由公布的数推出。退出码 0 全部可公布，3 有不可公布或可推出的单元格。",
			En: "Checks results made elsewhere by the rules of disclosure control. The file is a table of contributions (CSV or XLSX), one row for what\n" +
				"an entity adds to a cell. No network and no login. Each --table is published, --total is the grand total; a cell has the number of\n" +
				"contributions and the sum of each measure. --withheld marks rows whose cells are left out already: the others are judged as they\n" +
				"stand, and what is left out must not follow from them. Exit code 0 when all may be published, 3 when a cell fails or can be found."},
		example: "yumen disclosure check loans.csv --entity firm=uscc --key district,industry --measure amount=0..1000000 --grade 3\n" +
			"yumen disclosure check loans.csv --entity uscc --key district,industry --table district,industry --table district --total --withheld hidden -o json",
		run: func(_ context.Context, args []string) error {
			return a.checkDisclosure(args[0], q, c.Flags().Changed)
		},
	})
	f := c.Flags()
	f.StringArrayVar(&q.entities, "entity", nil, a.t("主体列：列、列+列，或 类型=列+列；每种主体一次", "the columns of an entity: COL, COL+COL or TYPE=COL+COL; once for each type"))
	f.StringSliceVar(&q.keys, "key", nil, a.t("分组列", "the key columns"))
	f.StringArrayVar(&q.measures, "measure", nil, a.t("求和的列：列，或 列=下界..上界", "a column that is added up: COL, or COL=LOW..HIGH"))
	f.StringArrayVar(&q.sensitive, "sensitive", nil, a.t("敏感列：列，或 列=值|值（默认所有值都敏感）", "a sensitive column: COL, or COL=VALUE|VALUE (default: all values are)"))
	f.StringArrayVar(&q.tables, "table", nil, a.t("公布的表的分组列（默认一个表，含所有分组列）", "the keys of a published table (default: one table by all keys)"))
	f.BoolVar(&q.total, "total", false, a.t("总计也公布", "the grand total is published, too"))
	f.StringVar(&q.withheld, "withheld", "", a.t("标明第一个表中已隐去的单元格的列（是/否）", "the column that marks the cells of the first table that are left out (yes or no)"))
	f.BoolVar(&q.part, "part", false, a.t("文件只是全体主体的一部分：不判断补集", "there are more entities than in the file: those outside a cell are not judged"))
	f.IntVar(&q.grade, "grade", 2, a.t("数据级别 1 到 4", "the grade of the data, 1 to 4"))
	f.StringVar(&q.jurisdiction, "jurisdiction", "bj", a.t("辖区规则：", "the jurisdiction: ")+strings.Join(jurisdictions, ", "))
	f.Int64Var(&q.k, "k", 0, a.t("最少主体数（默认按级别）", "the least number of entities (default by grade)"))
	f.StringArrayVar(&q.dominance, "dominance", nil, a.t("支配规则 n,百分比；none 为无（默认按级别）", "a dominance rule N,PERCENT, or none (default by grade)"))
	f.Int64Var(&q.p, "p", 0, a.t("p% 规则的 p（默认按级别）", "the p of the p% rule (default by grade)"))
	f.Int64Var(&q.homogeneity, "homogeneity", 0, a.t("同质性百分比，0 为不判断（默认按级别）", "the percentage that makes a cell alike, 0 for none (default by grade)"))
	f.StringVar(&q.sheet, "sheet", "", a.t("XLSX 中的工作表（默认第一个可见的）", "the sheet of an XLSX workbook (default: the first that is visible)"))
	mustGive(c, "entity")
	return a.group("disclosure", catalog.Text{Zh: "披露控制", En: "disclosure control"}, "yumen disclosure check loans.csv --entity uscc --key district", c)
}

// checked is what disclosure check prints.
type checked struct {
	Decision     string         `json:"decision"` // pass or fail
	Grade        int            `json:"grade"`
	Jurisdiction string         `json:"jurisdiction"`
	Tables       [][]string     `json:"tables"`
	Tally        map[string]int `json:"tally"` // cells by decision
	Cells        []checkedCell  `json:"cells"`
}

// checkedCell is one number. Range is what a cell that is found must be at least and at most.
type checkedCell struct {
	Table    int               `json:"table"` // place among the tables, from 0
	Key      map[string]string `json:"key"`
	Column   string            `json:"column"`
	Decision string            `json:"decision"`
	Rules    []string          `json:"rules"`
	Range    *[2]*string       `json:"range,omitempty"`
	Insider  bool              `json:"insider,omitempty"` // found by the single entity of another withheld cell
	Unproven bool              `json:"unproven,omitempty"`
}

func (a *app) checkDisclosure(file string, q checking, given func(string) bool) error {
	rules, err := q.rules(given)
	if err != nil {
		return err
	}
	question, columns, err := q.question()
	if err != nil {
		return err
	}
	f, err := os.Open(file)
	if err != nil {
		return fail(exitUsage, "无法打开文件", "cannot open the file").because(err)
	}
	defer f.Close()
	if f, err = a.converted(f, loading{sheet: q.sheet}); err != nil {
		return err
	}
	defer f.Close()
	rows, err := contributions.Read(f, columns)
	var faulty *contributions.Error
	if errors.As(err, &faulty) {
		return fail(exitUsage, faulty.Text.Zh, faulty.Text.En)
	}
	if err != nil {
		return err
	}
	cells, err := outside.Check(question, rows, rules)
	if err != nil {
		return err
	}
	out := checked{Decision: "pass", Grade: q.grade, Jurisdiction: q.jurisdiction, Tally: map[string]int{}}
	for _, t := range question.Tables {
		out.Tables = append(out.Tables, namesOf(question.Keys, t))
	}
	for _, c := range cells {
		out.Tally[string(c.Decision)]++
		out.Cells = append(out.Cells, cellOf(c, out.Tables[c.Table]))
	}
	if !outside.Safe(cells) {
		out.Decision = "fail"
	}
	if err := a.print(out, a.checkedTable(out)); err != nil {
		return err
	}
	a.say("%d 个单元格可公布，%d 个不可公布，%d 个已隐去，%d 个已隐去但可推出", "%d cells pass, %d fail, %d are withheld, %d are withheld and can be found",
		out.Tally["pass"], out.Tally["fail"], out.Tally["withheld"], out.Tally["found"])
	if out.Decision == "fail" {
		a.hint("隐去不可公布的单元格后再检查一次", "leave out the cells that fail, and check again")
		return done(exitDenied)
	}
	return nil
}

func namesOf(keys []string, table []int) []string {
	out := []string{}
	for _, k := range table {
		out = append(out, keys[k])
	}
	return out
}

func cellOf(c outside.Cell, keys []string) checkedCell {
	out := checkedCell{Table: c.Table, Key: map[string]string{}, Column: c.Column, Decision: string(c.Decision), Rules: []string{}, Insider: c.Insider, Unproven: c.Cut}
	for i, k := range keys {
		out.Key[k] = c.Key[i]
	}
	for _, r := range c.Reasons {
		out.Rules = append(out.Rules, string(r))
	}
	if c.Decision == outside.Found && !c.Cut {
		out.Range = &[2]*string{decimalText(c.Low), decimalText(c.High)}
	}
	return out
}

// decimalText is a number with at most four decimals, nil for no bound.
func decimalText(x *big.Rat) *string {
	if x == nil {
		return nil
	}
	text := x.FloatString(4)
	text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	return &text
}

func (a *app) checkedTable(out checked) render.Table {
	t := render.Table{Columns: []string{a.t("表", "TABLE"), a.t("单元格", "CELL"), a.t("列", "COLUMN"), a.t("结论", "DECISION"), a.t("规则", "RULES")}}
	for _, c := range out.Cells {
		keys := out.Tables[c.Table]
		name := strings.Join(keys, ",")
		var cell []string
		for _, k := range keys {
			cell = append(cell, k+"="+c.Key[k])
		}
		if len(keys) == 0 {
			name, cell = a.t("总计", "total"), []string{"-"}
		}
		why := strings.Join(c.Rules, ",")
		if r := c.Range; r != nil {
			why = "[" + end(r[0], "-∞") + ", " + end(r[1], "∞") + "]"
		}
		t.Add(name, strings.Join(cell, " "), c.Column, c.Decision, why)
	}
	return t
}

func end(text *string, none string) string {
	if text == nil {
		return none
	}
	return *text
}

// question reads the flags that say what is in the file and what is published.
func (q checking) question() (outside.Question, contributions.Columns, error) {
	out := outside.Question{Keys: q.keys, Part: q.part, Chosen: q.withheld != ""}
	columns := contributions.Columns{Keys: q.keys, Withheld: q.withheld}
	for _, e := range q.entities {
		name, list, named := strings.Cut(e, "=")
		if !named {
			list = e
		}
		out.Entities, columns.Entities = append(out.Entities, name), append(columns.Entities, strings.Split(list, "+"))
	}
	for _, m := range q.measures {
		measure, err := measureOf(m)
		if err != nil {
			return out, columns, err
		}
		out.Measures, columns.Measures = append(out.Measures, measure), append(columns.Measures, measure.Name)
	}
	for _, s := range q.sensitive {
		name, values, some := strings.Cut(s, "=")
		x := outside.Sensitive{Name: name, Key: slices.Index(q.keys, name)}
		if some {
			x.Values = strings.Split(values, "|")
		}
		out.Sensitive, columns.Sensitive = append(out.Sensitive, x), append(columns.Sensitive, name)
	}
	if dup := firstTwice(slices.Concat(q.keys, columns.Measures)); dup != "" {
		return out, columns, fail(exitUsage, "列 "+dup+" 出现了两次", "column "+dup+" is named twice")
	}
	var err error
	out.Tables, err = q.published()
	return out, columns, err
}

func firstTwice(names []string) string {
	for i, n := range names {
		if slices.Contains(names[:i], n) {
			return n
		}
	}
	return ""
}

// published are the tables, by the places of their keys.
func (q checking) published() ([][]int, error) {
	lists := q.tables
	var out [][]int
	if len(lists) == 0 && len(q.keys) > 0 {
		lists = []string{strings.Join(q.keys, ",")}
	}
	for _, list := range lists {
		var table []int
		for name := range strings.SplitSeq(list, ",") {
			i := slices.Index(q.keys, name)
			if i < 0 {
				return nil, fail(exitUsage, "--table 的列 "+name+" 不是分组列", "column "+name+" of --table is no key").hinting("用 --key 列出所有分组列", "list all keys with --key")
			}
			table = append(table, i)
		}
		slices.Sort(table)
		out = append(out, slices.Compact(table))
	}
	if q.total || len(out) == 0 {
		out = append(out, nil)
	}
	for i, t := range out {
		if slices.ContainsFunc(out[:i], func(o []int) bool { return slices.Equal(o, t) }) {
			return nil, fail(exitUsage, "同一个表出现了两次", "a table is named twice")
		}
	}
	return out, nil
}

// measureOf reads COL or COL=LOW..HIGH.
func measureOf(text string) (outside.Measure, error) {
	name, bounds, some := strings.Cut(text, "=")
	out := outside.Measure{Name: name}
	if !some {
		return out, nil
	}
	low, high, ok := strings.Cut(bounds, "..")
	var okLow, okHigh bool
	out.Low, okLow = contributions.Number(low)
	out.High, okHigh = contributions.Number(high)
	if !ok || !okLow || !okHigh || out.Low != nil && out.High != nil && out.Low.Cmp(out.High) > 0 {
		return out, fail(exitUsage, "度量的上下界写成 列=下界..上界，如 amount=0..1000000", "write the bounds of a measure as COL=LOW..HIGH, such as amount=0..1000000")
	}
	return out, nil
}

// rules are those of the grade, with what was given in their stead.
func (q checking) rules(given func(string) bool) (disclosure.Rules, error) {
	out, ok := gradeRules[q.grade]
	if !ok {
		return out, fail(exitUsage, "级别为 1 到 4", "the grade is 1 to 4")
	}
	if !slices.Contains(jurisdictions, q.jurisdiction) {
		return out, fail(exitUsage, "没有这个辖区规则", "there is no such jurisdiction").hinting("可用："+strings.Join(jurisdictions, "、"), "use "+strings.Join(jurisdictions, ", "))
	}
	if given("k") {
		out.K = q.k
	}
	if given("p") {
		out.P = q.p
	}
	if given("homogeneity") {
		out.Homogeneity, out.HomogeneityShare = q.homogeneity != 0, q.homogeneity
	}
	if given("dominance") {
		out.Dominance = nil
		for _, text := range q.dominance {
			if text == "none" {
				continue
			}
			n, percent, _ := strings.Cut(text, ",")
			first, errN := strconv.Atoi(n)
			second, errP := strconv.ParseInt(percent, 10, 64)
			if errN != nil || errP != nil {
				return out, fail(exitUsage, "支配规则写成 n,百分比，如 2,85", "write a dominance rule as N,PERCENT, such as 2,85")
			}
			out.Dominance = append(out.Dominance, disclosure.Dominance{N: first, Percent: second})
		}
	}
	if err := out.Validate(); err != nil {
		return out, fail(exitUsage, "规则参数无效：k 至少为 1，百分比为 1 到 100，支配规则的 n 为 1 或 2", fmt.Sprintf("the %v", err))
	}
	return out, nil
}
