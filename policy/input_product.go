package policy

import (
	"github.com/open-policy-agent/opa/v1/ast"

	"yumen/catalog"
)

// ProductFile asks whether a product may be filed.
type ProductFile struct {
	Common
	Op       ProductOp    `json:"op"`
	Operator bool         `json:"operator"` // the caller is of the operator
	Product  FiledProduct `json:"product"`
}

// ProductOp is an act upon a product.
type ProductOp string

// OpFileProduct files a product.
const OpFileProduct ProductOp = "file"

// FiledProduct is a product as far as the rules judge it.
type FiledProduct struct {
	Name   string              `json:"name"`
	Type   catalog.ProductType `json:"type"`
	Parts  map[string]Part     `json:"parts"` // what it is made of, by name; empty, never nil
	Priced bool                `json:"priced"`
	Unit   string              `json:"unit"`  // empty without a price
	Based  bool                `json:"based"` // the price has a basis
}

// Part is a computation or a dataset that a product is made of.
type Part struct {
	Kind  string `json:"kind"`  // computation, dataset
	State State  `json:"state"` // none where there is none
}

func (p Part) term() *ast.Term { return ast.ObjectTerm(text("kind", p.Kind), text("state", p.State)) }

// Action is product.file.
func (ProductFile) Action() Action { return ActionProductFile }

// AST is the input as the engine reads it.
func (f ProductFile) AST() ast.Value {
	p := f.Product
	return f.fields(text("op", f.Op), truth("operator", f.Operator), object("product", text("name", p.Name), text("type", p.Type),
		each("parts", p.Parts, Part.term), truth("priced", p.Priced), text("unit", p.Unit), truth("based", p.Based)))
}
