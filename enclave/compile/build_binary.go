package compile

// binary reports whether a measure can only be 0 or 1: its sum, and the sum of its squares, count the rows in which it is 1, and are
// judged as that count: a sum of marks names people as their number does.
func binary(d *domain) bool {
	typ := d.typ.String()
	zero, one := mark(typ, "0"), mark(typ, "1")
	values := []span{{zero, after(zero)}, {one, after(one)}}
	if d.typ.Scale == 0 {
		values = []span{{zero, d.next("1")}}
	}
	return d.typ.Numeric() && covers(values, d.universe)
}

// ones restricts a cohort to the rows in which a measure is 1, if it can only be 0 or 1.
func (b *builder) ones(o *operand, c *cohortBuilder) (*cohortBuilder, bool) {
	d, known := b.domainOf(o.column)
	if !known || !binary(d) {
		return c, false
	}
	d.notNull = d.notNull || b.facts.notNull(o.node.src.Dataset, o.column.Name)
	one := mark(d.typ.String(), "1")
	c = c.clone()
	c.add(&restriction{operand: o, domain: d, spans: []span{{one, d.next("1")}}, last: o.at})
	return c, true
}
