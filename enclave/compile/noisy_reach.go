package compile

import (
	"math/big"
	"slices"

	"yumen/catalog"
)

// maxReach bounds how many rows one entity may move; beyond it noise has no meaning.
const maxReach = 1 << 40

// reaching is how many rows of the base one entity of a reference moves at most. It follows from what the declarations promise and every load
// proves (catalog.Entity.RowsMax). References that lead to one another by joins on hashed keys are one.
type reaching struct {
	origin  func(EntityRef) EntityRef
	own     map[EntityRef]*big.Int // the rows that are its own
	through map[EntityRef]*big.Int // rows of others: what is rolled up over them changes with it
}

// reaches follows the joins from the root: a row of a joined table has as many rows of its parent as the entity that joins them may have
// there.
func reaches(b Base, specs map[string]*catalog.DatasetSpec) (reaching, error) {
	c := cohort{base: b}
	out := reaching{origin: func(e EntityRef) EntityRef { o, _ := c.origin(e); return o }, own: map[EntityRef]*big.Int{}, through: map[EntityRef]*big.Int{}}
	rows := map[string]*big.Int{b.Root.Path: big.NewInt(1)} // rows of the base for each row of a table
	dataset := map[string]string{b.Root.Path: b.Root.Dataset}
	for _, t := range byPath(b.Joins) {
		if t.Entity < 0 || t.ParentEntity < 0 {
			return out, &Uncovered{WantKeyJoin, t.Dataset, ""}
		}
		most, err := rowsMax(specs, dataset[t.Parent], t.ParentEntity)
		if err != nil {
			return out, err
		}
		rows[t.Path], dataset[t.Path] = new(big.Int).Mul(rows[t.Parent], most), t.Dataset
	}
	for _, e := range b.Entities {
		if out.origin(e) != e {
			continue
		}
		most, err := rowsMax(specs, dataset[e.Path], e.Index)
		if err != nil {
			return out, err
		}
		out.own[e], out.through[e] = most.Mul(most, rows[e.Path]), new(big.Int)
	}
	for _, u := range b.Rollups {
		for e, n := range out.through {
			if over := out.origin(u.Entity); e != over {
				n.Add(n, new(big.Int).Mul(out.own[e], out.own[over]))
			}
		}
	}
	for e := range out.own {
		if out.of(e.Type).Cmp(big.NewInt(maxReach)) > 0 {
			return out, &Uncovered{WantSmaller, dataset[e.Path], e.Type}
		}
	}
	return out, nil
}

// rowsMax is the declared number of rows of an entity.
func rowsMax(specs map[string]*catalog.DatasetSpec, dataset string, index int) (*big.Int, error) {
	spec := specs[dataset]
	if spec == nil || index < 0 || index >= len(spec.Units()) {
		return nil, &Uncovered{WantMaxRows, dataset, ""}
	}
	u := spec.Units()[index]
	most := u.RowsMax()
	if most < 1 {
		return nil, &Uncovered{WantMaxRows, dataset, u.Type}
	}
	return big.NewInt(most), nil
}

// types lists the entity types, each once.
func (r reaching) types() []string {
	var out []string
	for e := range r.own {
		out = append(out, e.Type)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// of is how many rows one entity of a type moves by all references to it. The rows that are its own by one of them can be left out.
func (r reaching) of(typ string, but ...EntityRef) *big.Int {
	out := new(big.Int)
	for e, n := range r.own {
		if e.Type != typ {
			continue
		}
		out.Add(out, r.through[e])
		if !slices.Contains(but, e) {
			out.Add(out, n)
		}
	}
	return out
}

// weigh finds how far one entity moves a statistic, and how much of it all cells of the column together.
//
// A count of rows: as many as the entity moves, in whatever cells. A count of entities: itself, once in each cell that it has rows in, and of
// others no more than it moves rows. A sum: the width of what contributions are cut to (clip, or twice that where amounts can be negative) for the
// entity that they are cut for, once in each cell; every other row that moves may change what an entity adds by as much.
func (n *NoisyProgram) weigh(s *Statistic) error {
	reach, err := n.reachOf(*s)
	if err != nil {
		return err
	}
	unit := big.NewInt(1)
	counted := EntityRef{}
	switch s.Measure.Kind {
	case MeasureRows:
	case MeasureEntities:
		counted = reach.origin(s.Measure.Entity)
	default:
		if s.Factored, err = n.factored(*s, reach); err != nil {
			return err
		}
		if s.Factored != nil {
			s.Places, s.Sensitivity, s.Units, s.Touched = scaleOf(s.Measure.Type), unit, 1, 1
			return nil
		}
		if unit, s.Places, err = n.width(s.Measure); err != nil {
			return err
		}
		if s.Measure.Kind == MeasureSum {
			counted = n.cut()
		}
	}
	sensitivity, squares := new(big.Int), new(big.Int)
	for _, typ := range reach.types() {
		moved := reach.of(typ)
		if counted.Type == typ {
			moved = reach.of(typ, counted)
			cells := big.NewInt(1)
			if s.Set != universal {
				cells = n.cellsOf(counted, reach)
			}
			squares = together(cells, moved)
			moved.Add(moved, big.NewInt(1))
		}
		if moved.Cmp(sensitivity) > 0 {
			sensitivity = moved
		}
	}
	s.Units = charge(squares, sensitivity)
	if s.Set != universal && slices.ContainsFunc(n.plan.Keys, n.moves) {
		s.Units *= 2
	}
	s.Touched = n.touches(s, reach)
	s.Sensitivity = sensitivity.Mul(sensitivity, unit)
	return nil
}

// moves reports whether a row can go from one value of a key to another because of one entity: by a fact about it, because the row that it was
// joined to is there no more, or because what is rolled up over rows changed. It is in one cell less and in one more then.
func (n *NoisyProgram) moves(k Key) bool {
	return k.Sensitive || !n.plan.matches(k.Column.Path) || slices.ContainsFunc(n.plan.Base.Rollups, func(r Rollup) bool { return r.Path == k.Column.Path })
}

// touches is how many cells of a column one entity can change: each row that it moves is in one cell before and in one after, and a column has no
// more cells than keys.
func (n *NoisyProgram) touches(s *Statistic, reach reaching) int64 {
	most := int64(n.Most())
	if s.Set == universal {
		most = 1
	}
	for _, typ := range reach.types() {
		if rows := reach.of(typ); rows.Cmp(big.NewInt(most)) >= 0 {
			return max(1, most)
		}
	}
	rows := int64(1)
	for _, typ := range reach.types() {
		rows = max(rows, 2*reach.of(typ).Int64())
	}
	return max(1, min(rows, most))
}

// together bounds the sum of squares over all cells when an entity moves each of so many by one and some of them by so much more.
func together(cells, more *big.Int) *big.Int {
	if more.Sign() == 0 {
		return cells
	}
	root := new(big.Int).Sqrt(new(big.Int).Sub(cells, big.NewInt(1)))
	root.Add(root, big.NewInt(1)) // rounded up
	root.Add(root, more)
	return root.Mul(root, root)
}

// charge is a sum of squares over the square of the sensitivity, rounded up: at least one.
func charge(squares, sensitivity *big.Int) int64 {
	square := new(big.Int).Mul(sensitivity, sensitivity)
	q, r := new(big.Int).QuoRem(squares, square, new(big.Int))
	if r.Sign() > 0 {
		q.Add(q, big.NewInt(1))
	}
	return max(1, q.Int64())
}

// cellsOf is in how many cells of a column one entity can be: as many as it has rows and as there are keys, and one where every key is the same
// for all its rows.
func (n *NoisyProgram) cellsOf(e EntityRef, reach reaching) *big.Int {
	constant := func(k Key) bool {
		if k.Column.Path == e.Path {
			c := n.in.Specs[n.plan.datasetOf(e.Path)].Column(k.Column.Column)
			return !n.plan.several(e) || c != nil && c.ConstantPer == e.Type
		}
		return slices.ContainsFunc(n.plan.Base.Joins, func(t Table) bool {
			return t.Path == k.Column.Path && t.Parent == e.Path && t.ParentEntity == e.Index
		})
	}
	if !slices.ContainsFunc(n.plan.Keys, func(k Key) bool { return !constant(k) }) {
		return big.NewInt(1)
	}
	out := big.NewInt(int64(max(1, n.Most())))
	if rows := reach.own[e]; rows.Cmp(out) < 0 {
		out.Set(rows)
	}
	return out
}

// cut is the entity whose contributions to a sum are cut to clip: the first that the root declares.
func (n *NoisyProgram) cut() EntityRef {
	for _, e := range n.plan.Base.Entities {
		if e.Path == n.plan.Base.Root.Path && e.Index == 0 {
			return e
		}
	}
	return EntityRef{}
}

// several reports whether an entity of a reference may have several rows in the base.
func (p *Plan) several(e EntityRef) bool { return !(e.Unique && e.Path == p.Base.Root.Path) }

// datasetOf is the dataset of a table of the base.
func (p *Plan) datasetOf(path string) string {
	for _, t := range p.Base.Joins {
		if t.Path == path {
			return t.Dataset
		}
	}
	return p.Base.Root.Dataset
}

// width is how far one contribution can be from another when every factor is cut to its clip, in the last place of the measure.
func (n *NoisyProgram) width(m Measure) (width *big.Int, places int, err error) {
	signed := false
	width = big.NewInt(1)
	for _, f := range m.factors() {
		c, err := n.declared(f.Column)
		if err != nil {
			return nil, 0, err
		}
		if c.Clip == "" {
			return nil, 0, &Uncovered{WantClip, n.plan.datasetOf(f.Column.Path), f.Column.Column}
		}
		r, err := c.Clip.Rat()
		if err != nil || len(c.Bounds) != 2 {
			return nil, 0, &Uncovered{WantClip, n.plan.datasetOf(f.Column.Path), f.Column.Column}
		}
		low, err := c.Bounds[0].Rat()
		if err != nil {
			return nil, 0, &Uncovered{WantClip, n.plan.datasetOf(f.Column.Path), f.Column.Column}
		}
		n.clips[f.Column] = new(big.Rat).Set(r)
		signed = signed || low.Sign() < 0
		scale := scaleOf(f.Type)
		r.Mul(r, new(big.Rat).SetInt(power(scale)))
		times := 1
		if m.Kind == MeasureSquares {
			times = 2
		}
		for range times {
			width.Mul(width, r.Num())
			places += scale
		}
	}
	if signed && m.Kind != MeasureSquares {
		width.Lsh(width, 1)
	}
	return width, places, nil
}

// declared is the declaration of a column of the base.
func (n *NoisyProgram) declared(ref ColumnRef) (*catalog.Column, error) {
	if slices.ContainsFunc(n.plan.Base.Rollups, func(u Rollup) bool { return u.Path == ref.Path }) {
		return nil, &Uncovered{WantRollup, n.plan.Base.Root.Dataset, ref.Column}
	}
	dataset := n.plan.datasetOf(ref.Path)
	if spec := n.in.Specs[dataset]; spec != nil {
		if c := spec.Column(ref.Column); c != nil {
			return c, nil
		}
	}
	return nil, &Uncovered{WantDomain, dataset, ref.Column}
}
