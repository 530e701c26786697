package sqltree

import "slices"

func (d *decoder) relation(o *object) From {
	defer d.in(o.at)()
	kind := o.text("type")
	alias := o.text("alias")
	switch kind {
	case "TABLE_FUNCTION":
		refuse(ReasonTableFunction, o.at)
	case "EXPRESSION_LIST":
		refuse(ReasonValues, o.at)
	case "SHOW_REF":
		refuse(ReasonStatement, o.at)
	case "PIVOT":
		refuse(ReasonPivot, o.at)
	}
	o.empty(ReasonSample, "sample")
	at := position(o.take("query_location"))
	if at == None {
		at = o.at
	}
	var out From
	switch kind {
	case "EMPTY":
	case "BASE_TABLE":
		out = d.table(o, alias)
	case "JOIN":
		if alias != "" {
			refuse(ReasonColumnList, at)
		}
		out = d.join(o, at)
	case "SUBQUERY":
		out = &Subquery{Pos: at, Alias: alias, Columns: o.texts("column_name_alias"), Select: d.statement(o.take("subquery"), at)}
	default:
		refuse(ReasonTableFunction, at)
	}
	o.done()
	return out
}

func (d *decoder) table(o *object, alias string) From {
	o.empty(ReasonColumnList, "column_name_alias")
	o.empty(ReasonSchema, "catalog_name", "at_clause")
	return &Table{Pos: o.at, Schema: o.text("schema_name"), Name: o.text("table_name"), Alias: alias}
}

func (d *decoder) join(o *object, at Pos) From {
	j := &Join{Pos: at}
	j.Kind = JoinKind(o.text("join_type"))
	ref := o.text("ref_type")
	switch {
	case ref == "CROSS" && j.Kind == JoinInner:
		j.Kind = JoinCross
	case ref != "REGULAR" || !slices.Contains([]JoinKind{JoinInner, JoinLeft, JoinRight, JoinFull}, j.Kind):
		refuse(ReasonJoinKind, at)
	}
	o.empty(ReasonJoinKind, "delim_flipped", "duplicate_eliminated_columns")
	j.Using = o.texts("using_columns")
	j.Left = d.source(o.object("left"))
	j.Right = d.source(o.object("right"))
	j.On = d.joinCondition(o)
	conditions := len(j.Using)
	if j.On != nil {
		conditions++
	}
	if (j.Kind == JoinCross) != (conditions == 0) || j.On != nil && len(j.Using) > 0 {
		refuse(ReasonJoinKind, at)
	}
	return j
}

// joinCondition reads ON. A function in it is no fault of the function: none would do there.
func (d *decoder) joinCondition(o *object) Expr {
	outer := d.joining
	d.joining = true
	defer func() { d.joining = outer }()
	return d.optional(o, "condition")
}

// source is a relation that must exist: a join has two.
func (d *decoder) source(o *object) From {
	f := d.relation(o)
	if f == nil {
		refuse(ReasonUnknownNode, o.at)
	}
	return f
}
