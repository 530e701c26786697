// Package compile owns the protected plan: what a query asks, in canonical form, and the SQL of one dialect that answers it.
// The plan is made from the bound tree (catalog/footprint); the user's text never reaches a generator.
package compile

import (
	"fmt"

	"yumen/catalog"
)

// Plan is the protected plan of one query: one base, one list of group keys, one or more boxes grouped by them,
// the cells that leave, and the outer query over those cells. A text that groups data more than once has a part for each, of which this is the
// first.
type Plan struct {
	Base Base  `json:"base"`
	Keys []Key `json:"keys"`
	// Sets are the distinct boxes; every cell column names one. Set 0 is the query's own WHERE clause.
	Sets []Box `json:"sets"`
	// Cells are the protected aggregates, each a distinct (set, measure); at least one, a hidden row count if the query names none.
	Cells []Cell        `json:"cells"`
	Post  Post          `json:"post,omitzero"`
	Grade catalog.Grade `json:"grade"` // highest grade among all columns touched in any clause, of every part
	// More are the further parts, without an outer query of their own: Post is over all of them.
	More []*Plan `json:"more,omitempty"`
}

// Parts are the protected relations of the text in the order in which they are answered, as if each had been asked by itself: those of fewer
// group keys and conditions first, so that a total is known before its parts. Equal questions have equal parts, and no two are equal.
func (p *Plan) Parts() []*Plan { return append([]*Plan{p}, p.More...) }

// Relation is the name by which the outer query knows the cells of a part.
func Relation(part int) string {
	if part == 0 {
		return "cells"
	}
	return fmt.Sprintf("cells%d", part)
}

// Base is the relation that holds the rows: a root table whose rows are counted, and tables joined to it many-to-one along
// declared edges, so that every row of the base is one row of the root. A roll-up is one more many-to-one relation.
type Base struct {
	Root    Table    `json:"root"`
	Joins   []Table  `json:"joins,omitempty"`   // sorted by Path; the parent of each is the root or another join
	Rollups []Rollup `json:"rollups,omitempty"` // sorted by Path
	// Entities lists every entity reference of every table in the base, sorted by (Path, Index).
	Entities []EntityRef `json:"entities"`
}

// Table is one table reference. Path is canonical and independent of aliases: the dataset's name for the root, and
// parent path + ">" + joined columns of the parent ("," between) + ":" + dataset for a join.
type Table struct {
	Path    string `json:"path"`
	Dataset string `json:"dataset"`
	Parent  string `json:"parent,omitempty"`
	Inner   bool   `json:"inner,omitempty"` // an inner join: its match is part of every box (Box.Matched)
	// On pairs the parent's columns with this table's columns. When both sides are an entity's full key, the join runs on
	// the hashed keys ParentEntity and Entity (indexes into the datasets' entities); otherwise both are -1 and the plain columns join.
	On           []ColumnPair `json:"on,omitempty"`
	ParentEntity int          `json:"parent_entity"`
	Entity       int          `json:"entity"`
}

// ColumnPair is one equality of a join.
type ColumnPair struct {
	Parent string `json:"parent"`
	Column string `json:"column"`
}

// Rollup is an entity roll-up over the root: one row per entity, joined back to the root by the entity's key.
// Path is "rollup:" + digest of its content.
type Rollup struct {
	Path    string         `json:"path"`
	Entity  EntityRef      `json:"entity"` // of the root or of a joined table
	Box     Box            `json:"box"`    // the rows that are rolled up
	Columns []RollupColumn `json:"columns"`
}

// RollupColumn is one result of a roll-up: count of rows, or sum or avg of a measure of the base.
type RollupColumn struct {
	Name   string    `json:"name"` // canonical: "count", "sum(path.column)", "avg(path.column)"
	Func   string    `json:"func"` // count, sum, avg
	Column ColumnRef `json:"column"`
}

// EntityRef is one entity reference: the Index-th declared entity of the table at Path. Its hashed key is the column
// EntityColumn(Index) of the table's query file. Unique means one row an entity in that table. NotNull means that the snapshot was
// verified to have the whole key in every row; a unique entity's key always is there.
type EntityRef struct {
	Path   string `json:"path"`
	Index  int    `json:"index"`
	Type   string `json:"type"`
	Unique bool   `json:"unique,omitempty"`
	// Rows means that the row itself is the entity: one that changed is one that went and one that came.
	Rows bool `json:"rows,omitempty"`
	// GroupOf is 1 + the index of the entity whose groups these are; 0 for an entity itself.
	GroupOf int `json:"group_of,omitempty"`
	// NotNull is of the pinned snapshot.
	NotNull bool `json:"not_null,omitempty"`
}

// ColumnRef names a column of the base: a table's path and a declared column, or a roll-up's path and result name.
type ColumnRef struct {
	Path   string `json:"path"`
	Column string `json:"column"`
}

// Key is one group key: a column, bare or generalised. Func is "" or year, quarter, month, decade (as DuckDB's functions of
// those names), trunc_year, trunc_quarter, trunc_month (date_trunc), band (lower edge floor(x/n)*n), prefix (first n characters), case (the
// number of the bin that holds the value, from 0).
type Key struct {
	Column ColumnRef `json:"column"`
	Func   string    `json:"func,omitempty"`
	N      int64     `json:"n,omitempty"`
	// Bins are, of case, disjoint sets that hold all values of the column, NULL included, sorted by their lowest values. What a text calls
	// them is no part of the plan: equal sets are an equal key.
	Bins      []Set  `json:"bins,omitempty"`
	Of        string `json:"of,omitempty"`        // of case: the type of the column
	Type      string `json:"type"`                // result type, as DuckDB names it
	Sensitive bool   `json:"sensitive,omitempty"` // the column is declared sensitive
	// SensitiveValues are those declared for the column, canonical texts of its own type.
	SensitiveValues []string `json:"sensitive_values,omitempty"`
}

// Box is a cohort: a conjunction of one set per column, and the tables that must match.
// A column that is absent is unrestricted; a set that allows everything is never stored.
type Box struct {
	Conditions []Condition `json:"conditions,omitempty"` // sorted by (path, column)
	Matched    []string    `json:"matched,omitempty"`    // sorted paths of joined tables and roll-ups whose match is required
}

// Condition restricts one column to a set.
type Condition struct {
	Column          ColumnRef `json:"column"`
	Type            string    `json:"type"` // declared type of the column
	Set             Set       `json:"set"`
	Sensitive       bool      `json:"sensitive,omitempty"`
	SensitiveValues []string  `json:"sensitive_values,omitempty"`
}

// Set is a canonical set of values of one column: either Values and Prefixes (sorted canonical texts; with Except, all values but those),
// or Intervals (sorted, disjoint, not touching, half-open). Null says whether NULL belongs to it.
type Set struct {
	Values    []string   `json:"values,omitempty"`
	Except    bool       `json:"except,omitempty"`
	Intervals []Interval `json:"intervals,omitempty"`
	Prefixes  []string   `json:"prefixes,omitempty"` // sorted, none a prefix of another
	Null      bool       `json:"null,omitempty"`
}

// Interval is [Lo, Hi) over numbers or ISO dates; an empty text is unbounded.
type Interval struct {
	Lo string `json:"lo,omitempty"`
	Hi string `json:"hi,omitempty"`
}

// MeasureKind says what a cell adds up.
type MeasureKind string

// The measures of a cell.
const (
	// MeasureRows counts rows of the root (count(*), count(col), sum(1)).
	MeasureRows MeasureKind = "rows"
	// MeasureEntities counts distinct entities of one reference (count(distinct key)).
	MeasureEntities MeasureKind = "entities"
	// MeasureSum adds a column, MeasureSquares its squares, MeasureProducts its products with another column.
	MeasureSum      MeasureKind = "sum"
	MeasureSquares  MeasureKind = "squares"
	MeasureProducts MeasureKind = "products"
)

// Measure is one monomial. Counting the distinct entities of the root's own unique key is MeasureRows, so that equal
// meaning has one form. The result of a roll-up is expressed over the base: the sum of a roll-up's sum is the sum of the
// base column, the count of its rows is MeasureEntities of its entity.
type Measure struct {
	Kind   MeasureKind `json:"kind"`
	Column ColumnRef   `json:"column,omitzero"`
	Type   string      `json:"type,omitempty"` // declared type of the column
	Entity EntityRef   `json:"entity,omitzero"`
	// SensitiveValues are those declared for the measured column.
	SensitiveValues []string `json:"sensitive_values,omitempty"`
	// Other is the second factor of a product, sorted behind Column.
	Other *Factor `json:"other,omitempty"`
}

// Factor is a column of a product.
type Factor struct {
	Column          ColumnRef `json:"column"`
	Type            string    `json:"type"`
	SensitiveValues []string  `json:"sensitive_values,omitempty"`
}

// Cell is one protected aggregate column: a measure over the rows of a set. An aggregate over a nullable column has its own
// set with "column IS NOT NULL".
type Cell struct {
	Set     int     `json:"set"`
	Measure Measure `json:"measure"`
}

// Post is the outer query over released cells. SQL is ours, generated, over a relation for each part (Relation) with the columns
// k0… (group keys, typed as Key.Type) and c0… (cells: BIGINT for counts, DECIMAL(38,s) for sums; NULL when withheld).
type Post struct {
	SQL     string       `json:"sql"`
	Args    []Value      `json:"args,omitempty"`
	Columns []PostColumn `json:"columns"`
	// Sources are what each column is computed from, for who explains the plan when it has been made; they are not part of it.
	Sources [][]Source `json:"-"`
	// Formulas are how columns follow from cells, where nothing but the first part is asked; nil where that is not known.
	Formulas []*Formula `json:"-"`
	// Clauses say what else stands over the cells: having, windows, values, order, limit, further SELECTs.
	Clauses Clauses `json:"-"`
}

// Source is a group key or a cell of a part.
type Source struct {
	Part  int
	Key   bool
	Index int
}

// Clauses are the kinds of clauses of an outer query.
type Clauses struct{ Having, Window, Value, Order, Limit, Over bool }

// PostColumn is a column of the answer; its type is fixed by the static plan.
type PostColumn struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// Value is a bound literal: a DuckDB type and its canonical text; Null means NULL.
type Value struct {
	Type string `json:"type"`
	Text string `json:"text,omitempty"`
	Null bool   `json:"null,omitempty"`
}

// EntityColumn is the query file's column with the hashed key of the index-th declared entity.
func EntityColumn(index int) string { return "__ekey_" + string(rune('0'+index)) }
