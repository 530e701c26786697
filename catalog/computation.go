package catalog

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits of one computation.
const (
	MaxParameters = 8
	// MaxInstances is the largest product of the domains of a computation's parameters: each combination is judged on its own and beside
	// all others before a person approves the computation.
	MaxInstances = 200
	// MaxStatement is the longest text of a statement, in bytes.
	MaxStatement = 64 << 10
)

// Computation is a declared computation: a statement with named parameters over finite domains, which runs once it is certified and
// approved.
type Computation struct {
	APIVersion string          `yaml:"apiVersion" json:"apiVersion"`
	Kind       Kind            `yaml:"kind" json:"kind"`
	Metadata   Metadata        `yaml:"metadata" json:"metadata"`
	Spec       ComputationSpec `yaml:"spec" json:"spec"`
}

// ComputationSpec says what is asked, over what, and with which parameters.
type ComputationSpec struct {
	Title      Text        `yaml:"title" json:"title"`
	Datasets   []string    `yaml:"datasets" json:"datasets"` // exactly those that the statement reads
	Parameters []Parameter `yaml:"parameters,omitempty" json:"parameters,omitempty"`
	Columns    []string    `yaml:"columns,omitempty" json:"columns,omitempty"` // names of the answer's columns, in order; may be left out
	SQL        string      `yaml:"sql" json:"sql"`
}

// Parameter is a place of the statement, written $name, where one value of a finite domain stands. The domain is a list of values, or
// that of a column: its declared domain, else the edges of its grid within its bounds.
type Parameter struct {
	Name   string   `yaml:"name" json:"name"`
	Title  *Text    `yaml:"title,omitempty" json:"title,omitempty"`
	Type   string   `yaml:"type" json:"type"`
	Values []Scalar `yaml:"values,omitempty" json:"values,omitempty"`
	Column string   `yaml:"column,omitempty" json:"column,omitempty"` // dataset.column
}

func (c *Computation) header() (string, Kind, string) { return c.APIVersion, c.Kind, c.Metadata.Name }

// normalise gives every value its canonical spelling; what does not fit its type stays, for Validate to name.
func (c *Computation) normalise() {
	for i := range c.Spec.Parameters {
		p := &c.Spec.Parameters[i]
		if t, err := ParseType(p.Type); err == nil {
			p.Type = t.String()
			normaliseValues(t, p.Values)
		}
	}
}

// Validate checks the declaration by itself; names and the statement are checked against the catalog when it is applied.
func (c *Computation) Validate() error {
	var k checker
	k.head(c, KindComputation)
	k.title("spec.title", c.Spec.Title)
	k.require(len(c.Spec.Datasets) > 0 && len(c.Spec.Datasets) <= 6 && !repeats(c.Spec.Datasets), "spec.datasets",
		"请列出语句读取的 1 至 6 个数据集，各一次", "list the 1 to 6 datasets that the statement reads, each once")
	for i, name := range c.Spec.Datasets {
		k.name(fmt.Sprintf("spec.datasets[%d]", i), name)
	}
	k.require(strings.TrimSpace(c.Spec.SQL) != "" && len(c.Spec.SQL) <= MaxStatement && utf8.ValidString(c.Spec.SQL) && !strings.ContainsRune(c.Spec.SQL, 0),
		"spec.sql", "请写一条 SELECT，最长 64 KiB", "write one SELECT of at most 64 KiB")
	for i, name := range c.Spec.Columns {
		k.require(name != "" && printable(name, maxTitle), fmt.Sprintf("spec.columns[%d]", i), "请写输出列的名称", "write the name of a column of the answer")
	}
	k.parameters(c.Spec.Parameters)
	return k.problems.orNil()
}

func (c *checker) parameters(all []Parameter) {
	c.require(len(all) <= MaxParameters, "spec.parameters", "最多 8 个参数", "at most 8 parameters")
	var names []string
	product := 1
	for i := range all {
		p := &all[i]
		at := fmt.Sprintf("spec.parameters[%d]", i)
		c.name(at+".name", p.Name)
		c.require(!slices.Contains(names, p.Name), at+".name", "参数重名", "another parameter has this name")
		names = append(names, p.Name)
		if p.Title != nil {
			c.title(at+".title", *p.Title)
		}
		c.parameterDomain(at, p)
		product = min(product*max(len(p.Values), 1), MaxInstances+1)
	}
	c.require(product <= MaxInstances, "spec.parameters", "参数取值的组合超过 200 种：请缩小取值范围", "the parameters have more than 200 combinations of values: make their domains smaller")
}

func (c *checker) parameterDomain(at string, p *Parameter) {
	t, err := ParseType(p.Type)
	if err != nil {
		c.add(at+".type", "类型应为 VARCHAR、BOOLEAN、INTEGER、BIGINT、DATE 或 DECIMAL(p,s)（p 不超过 38）",
			"the type is VARCHAR, BOOLEAN, INTEGER, BIGINT, DATE or DECIMAL(p,s) with p at most 38")
		return
	}
	if !c.require((len(p.Values) > 0) != (p.Column != ""), at, "请写 values 或 column 之一：取值须有限", "give values or column, one of the two: a domain is finite") {
		return
	}
	dataset, column, _ := strings.Cut(p.Column, ".")
	c.require(p.Column == "" || ResourceName(dataset) && ColumnName(column), at+".column", "请写 数据集.字段", "write dataset.column")
	c.list(at+".values", p.Values, t)
}

// DomainOf lists the values that a parameter may have over a column: those of its declared domain, else the edges of its grid within its
// bounds, else both truth values. It fails when the column has no finite domain, or one of more than MaxInstances values.
func DomainOf(col *Column) ([]string, error) {
	t, err := ParseType(col.Type)
	if err != nil {
		return nil, err
	}
	switch {
	case len(col.Domain) > MaxInstances:
		return nil, errDomain
	case len(col.Domain) > 0:
		out := make([]string, len(col.Domain))
		for i, v := range col.Domain {
			out[i] = string(v)
		}
		return out, nil
	case t.Name == TypeBoolean:
		return []string{"false", "true"}, nil
	case col.Grid != "" && len(col.Bounds) == 2 && t.Numeric():
		return gridEdges(col, t)
	}
	return nil, errDomain
}

var errDomain = fmt.Errorf("no finite domain of at most %d values", MaxInstances)

// gridEdges lists the edges of a column's grid within its bounds, lowest first.
func gridEdges(col *Column, t Type) ([]string, error) {
	g, err := ParseGrid(col.Grid, t)
	if err != nil {
		return nil, err
	}
	var out []string
	for at := string(col.Bounds[0]); ; {
		_, edge, err := g.Around(at)
		if err != nil {
			return nil, err
		}
		above := edge == ""
		if !above {
			order, err := t.Compare(edge, string(col.Bounds[1]))
			if err != nil {
				return nil, err
			}
			above = order > 0
		}
		if above {
			return out, nil
		}
		if out = append(out, edge); len(out) > MaxInstances {
			return nil, errDomain
		}
		if at, err = t.Successor(edge); err != nil {
			return out, nil // the type ends here
		}
	}
}
