package compile_test

import (
	"fmt"
	"slices"

	"yumen/catalog"
	"yumen/enclave/compile"
)

// question builds plans by hand, in the canonical form that the front half gives them.
type question struct {
	specs map[string]catalog.DatasetSpec
	plan  compile.Plan
}

func ask(specs map[string]catalog.DatasetSpec, root string) *question {
	q := &question{specs: specs}
	q.plan.Base.Root = compile.Table{Path: root, Dataset: root, ParentEntity: -1, Entity: -1}
	q.plan.Sets = []compile.Box{{}}
	return q.references(root, root)
}

func (q *question) references(path, dataset string) *question {
	spec := q.specs[dataset]
	for i, u := range spec.Units() {
		q.plan.Base.Entities = append(q.plan.Base.Entities, compile.EntityRef{Path: path, Index: i, Type: u.Type, Unique: u.OneRow(), Rows: u.Rows, GroupOf: u.GroupOf})
	}
	return q
}

// join adds an inner join on columns of the parent that are an entity's key on both sides.
func (q *question) join(parent, column, dataset, key string) *question {
	q.left(parent, column, dataset, key)
	q.plan.Base.Joins[len(q.plan.Base.Joins)-1].Inner = true
	path := q.plan.Base.Joins[len(q.plan.Base.Joins)-1].Path
	for i := range q.plan.Sets {
		q.plan.Sets[i].Matched = append(q.plan.Sets[i].Matched, path)
	}
	return q
}

func (q *question) left(parent, column, dataset, key string) *question {
	path := parent + ">" + column + ":" + dataset
	from, to := q.specs[q.datasetOf(parent)], q.specs[dataset]
	q.plan.Base.Joins = append(q.plan.Base.Joins, compile.Table{Path: path, Dataset: dataset, Parent: parent,
		On: []compile.ColumnPair{{Parent: column, Column: key}}, ParentEntity: from.EntityOf(column), Entity: to.EntityOf(key)})
	return q.references(path, dataset)
}

func (q *question) datasetOf(path string) string {
	if path == q.plan.Base.Root.Path {
		return q.plan.Base.Root.Dataset
	}
	i := slices.IndexFunc(q.plan.Base.Joins, func(t compile.Table) bool { return t.Path == path })
	return q.plan.Base.Joins[i].Dataset
}

func (q *question) declared(path, column string) *catalog.Column {
	spec := q.specs[q.datasetOf(path)]
	return spec.Column(column)
}

// by adds a group key; fn and n generalise it.
func (q *question) by(path, column, fn string, n int64) *question {
	c := q.declared(path, column)
	typ := c.Type
	if fn == "year" || fn == "decade" || fn == "month" || fn == "quarter" {
		typ = "BIGINT"
	}
	q.plan.Keys = append(q.plan.Keys, compile.Key{Column: compile.ColumnRef{Path: path, Column: column}, Func: fn, N: n, Type: typ,
		Sensitive: c.Sensitive, SensitiveValues: c.SensitiveValues})
	return q
}

// binned adds a group key that splits a column into sets.
func (q *question) binned(path, column string, bins ...compile.Set) *question {
	c := q.declared(path, column)
	q.plan.Keys = append(q.plan.Keys, compile.Key{Column: compile.ColumnRef{Path: path, Column: column}, Func: "case", Bins: bins, Of: c.Type,
		Type: "BIGINT", Sensitive: c.Sensitive, SensitiveValues: c.SensitiveValues})
	return q
}

// rolled adds a group key that splits the number of rows of an entity, counted over the rows of set 0 as it is now.
func (q *question) rolled(index int, bins ...compile.Set) *question {
	column := compile.ColumnRef{Path: "rollup:" + fmt.Sprint(q.plan.Sets[0]), Column: "count"}
	q.plan.Base.Rollups = []compile.Rollup{{Path: column.Path, Entity: q.plan.Base.Entities[index], Box: q.plan.Sets[0],
		Columns: []compile.RollupColumn{{Name: "count", Func: "count"}}}}
	q.plan.Keys = append(q.plan.Keys, compile.Key{Column: column, Func: "case", Bins: bins, Of: "BIGINT", Type: "BIGINT"})
	return q
}

// where restricts a column in one set, or in all of them when set is negative.
func (q *question) where(set int, path, column string, allowed compile.Set) *question {
	c := q.declared(path, column)
	condition := compile.Condition{Column: compile.ColumnRef{Path: path, Column: column}, Type: c.Type, Set: allowed,
		Sensitive: c.Sensitive, SensitiveValues: c.SensitiveValues}
	for i := range q.plan.Sets {
		if set < 0 || set == i {
			q.plan.Sets[i].Conditions = append(q.plan.Sets[i].Conditions, condition)
		}
	}
	return q
}

// also adds a set: a copy of set 0 for a FILTER.
func (q *question) also() *question {
	box := compile.Box{Conditions: slices.Clone(q.plan.Sets[0].Conditions), Matched: slices.Clone(q.plan.Sets[0].Matched)}
	q.plan.Sets = append(q.plan.Sets, box)
	return q
}

func (q *question) rows(set int) *question {
	q.plan.Cells = append(q.plan.Cells, compile.Cell{Set: set, Measure: compile.Measure{Kind: compile.MeasureRows}})
	return q
}

func (q *question) entities(set int, path string, index int) *question {
	i := slices.IndexFunc(q.plan.Base.Entities, func(e compile.EntityRef) bool { return e.Path == path && e.Index == index })
	q.plan.Cells = append(q.plan.Cells, compile.Cell{Set: set, Measure: compile.Measure{Kind: compile.MeasureEntities, Entity: q.plan.Base.Entities[i]}})
	return q
}

func (q *question) sum(set int, path, column string) *question {
	return q.amount(set, compile.MeasureSum, path, column)
}

func (q *question) squares(set int, path, column string) *question {
	return q.amount(set, compile.MeasureSquares, path, column)
}

func (q *question) amount(set int, kind compile.MeasureKind, path, column string) *question {
	c := q.declared(path, column)
	q.plan.Cells = append(q.plan.Cells, compile.Cell{Set: set, Measure: compile.Measure{Kind: kind,
		Column: compile.ColumnRef{Path: path, Column: column}, Type: c.Type, SensitiveValues: c.SensitiveValues}})
	return q
}

func (q *question) product(set int, path, column, path2, column2 string) *question {
	c := q.declared(path2, column2)
	q.amount(set, compile.MeasureProducts, path, column)
	q.plan.Cells[len(q.plan.Cells)-1].Measure.Other = &compile.Factor{Column: compile.ColumnRef{Path: path2, Column: column2}, Type: c.Type}
	return q
}

func values(v ...string) compile.Set { return compile.Set{Values: v} }

func from(lo, hi string) compile.Set {
	return compile.Set{Intervals: []compile.Interval{{Lo: lo, Hi: hi}}}
}
