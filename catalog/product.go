package catalog

import "slices"

// ProductType is what a product gives. The list is closed: what is not in it cannot be declared, priced or handed out, and rows of data are
// not in it (BJ-FIN-19c, BJ-OPS-5a).
type ProductType string

// The types of product.
const (
	ProductAggregate    ProductType = "aggregate"    // protected cells of an approved computation
	ProductVerification ProductType = "verification" // 核验: whether a statement about one subject holds
	ProductReport       ProductType = "report"       // several approved computations, regularly
)

// ProductTypes lists the types.
func ProductTypes() []ProductType {
	return []ProductType{ProductAggregate, ProductVerification, ProductReport}
}

// Product is a declared product: what the operator offers, and at which price.
type Product struct {
	APIVersion string      `yaml:"apiVersion" json:"apiVersion"`
	Kind       Kind        `yaml:"kind" json:"kind"`
	Metadata   Metadata    `yaml:"metadata" json:"metadata"`
	Spec       ProductSpec `yaml:"spec" json:"spec"`
}

// ProductSpec says what a product is made of. It names computations, or datasets whose facts are verified; it has no place for columns, rows
// or files.
type ProductSpec struct {
	Title        Text        `yaml:"title" json:"title"`
	Type         ProductType `yaml:"type" json:"type"`
	Scenario     string      `yaml:"scenario" json:"scenario"`
	Computations []string    `yaml:"computations,omitempty" json:"computations,omitempty"` // of an aggregate one, of a report any number
	Datasets     []string    `yaml:"datasets,omitempty" json:"datasets,omitempty"`         // of a verification
	Price        *Price      `yaml:"price,omitempty" json:"price,omitempty"`               // none is free of charge
}

// Price is what a use of a product costs. Data are not sold by volume, so nothing is priced by row.
type Price struct {
	Amount Number `yaml:"amount" json:"amount"` // yuan, at most two decimals
	Unit   string `yaml:"unit" json:"unit"`     // answer, month or year
	Basis  string `yaml:"basis" json:"basis"`   // of the price: the decision or rule that allows it
}

var (
	priceUnits  = []string{"answer", "month", "year"}
	priceAmount = Type{Name: TypeDecimal, Precision: 14, Scale: 2}
)

const maxParts = 50

// Validate checks the declaration of a product.
func (p *Product) Validate() error {
	var c checker
	c.head(p, KindProduct)
	c.title("spec.title", p.Spec.Title)
	c.line("spec.scenario", p.Spec.Scenario)
	c.require(p.Spec.Scenario != "", "spec.scenario", "请写明应用场景", "give the scenario")
	known := c.require(slices.Contains(ProductTypes(), p.Spec.Type), "spec.type", "产品形式只有 aggregate、verification、report；原始数据不是产品",
		"a product is an aggregate, a verification or a report; raw data are no product")
	if known {
		c.made(&p.Spec)
	}
	if x := p.Spec.Price; x != nil {
		amount, err := priceAmount.Canonical(string(x.Amount))
		c.require(err == nil && amount != "" && amount[0] != '-', "spec.price.amount", "价格为不小于零、至多两位小数的金额（元）", "a price is an amount in yuan, not below zero, with at most two decimals")
		c.require(slices.Contains(priceUnits, x.Unit), "spec.price.unit", "计价单位只有 answer、month、year；数据不按行计价", "a price is for an answer, a month or a year; data are not priced by row")
		c.line("spec.price.basis", x.Basis)
		c.require(x.Basis != "", "spec.price.basis", "请写明定价依据", "give the basis of the price")
	}
	return c.problems.orNil()
}

// made checks what the product is made of.
func (c *checker) made(s *ProductSpec) {
	verifies := s.Type == ProductVerification
	c.require(verifies == (len(s.Datasets) > 0), "spec.datasets", "核验产品列出数据集，其他产品不列", "a verification lists datasets, and no other product does")
	c.require(verifies == (len(s.Computations) == 0), "spec.computations", "汇总与报告产品列出获批的计算，核验产品不列", "an aggregate and a report list approved computations, and a verification does not")
	c.require(s.Type != ProductAggregate || len(s.Computations) <= 1, "spec.computations", "汇总产品只有一个计算：多个请用 report", "an aggregate is one computation: several are a report")
	for _, list := range []struct {
		field string
		names []string
	}{{"spec.computations", s.Computations}, {"spec.datasets", s.Datasets}} {
		c.require(len(list.names) <= maxParts, list.field, "最多 50 个", "at most 50")
		for i, name := range list.names {
			c.name(list.field, name)
			c.require(!slices.Contains(list.names[:i], name), list.field, "名称重复", "a name is given twice")
		}
	}
}

func (p *Product) header() (string, Kind, string) { return p.APIVersion, p.Kind, p.Metadata.Name }

func (p *Product) normalise() {
	if x := p.Spec.Price; x != nil {
		if text, err := priceAmount.Canonical(string(x.Amount)); err == nil {
			x.Amount = Number(text)
		}
	}
}
