package catalog

import (
	"fmt"
	"slices"
	"strings"
)

// The cardinalities of a declared edge.
const (
	ManyToOne = "many_to_one"
	OneToOne  = "one_to_one"
)

// joins checks the near ends of the declared edges.
func (c *checker) joins(s *DatasetSpec) {
	c.require(len(s.Joins) <= maxJoins, "spec.joins", "最多 50 条连接", "at most 50 joins")
	seen := map[string]bool{}
	for i := range s.Joins {
		j := &s.Joins[i]
		at := fmt.Sprintf("spec.joins[%d]", i)
		c.require(j.Cardinality == ManyToOne || j.Cardinality == OneToOne, at+".cardinality",
			"基数应为 many_to_one 或 one_to_one", "the cardinality is many_to_one or one_to_one")
		c.name(at+".to.dataset", j.To.Dataset)
		if !c.require(len(j.Columns) > 0 && len(j.Columns) == len(j.To.Columns), at+".columns",
			"两端的字段数应相等且不为零", "both ends name the same number of columns, at least one") {
			continue
		}
		c.require(!repeats(j.Columns) && !repeats(j.To.Columns), at+".columns", "连接字段重复", "a column is twice in the join")
		key := strings.ToLower(strings.Join(j.Columns, ",") + ">" + j.To.Dataset)
		c.require(!seen[key], at, "连接重复", "the join is declared twice")
		seen[key] = true
		c.nearEnd(at, s, j)
	}
}

// nearEnd checks that the join can run on what a query file holds: an entity's hashed key or plain dimensions.
func (c *checker) nearEnd(at string, s *DatasetSpec, j *Join) {
	entity := s.EntityOf(j.Columns...)
	for k, name := range j.Columns {
		field := fmt.Sprintf("%s.columns[%d]", at, k)
		col := s.Column(name)
		if !c.require(col != nil, field, "没有这个字段", "there is no such column: declare it") {
			continue
		}
		c.require(entity >= 0 || col.Has(RoleDimension), field, "连接字段应构成一个主体的完整键，或均为 dimension",
			"the columns of a join are the full key of an entity, or dimensions")
	}
	c.require(j.Cardinality != OneToOne || entity >= 0 && s.Entities[entity].Unique, at+".cardinality",
		"一对一连接的本端应为唯一主体的键", "the near end of one_to_one is the key of a unique entity")
}

// CheckJoins checks the edges between datasets once all are known: the far end exists, its types agree, and it is the full key
// of a unique entity of the same type, which every load proves. A public table has no such key, so no edge leads to one.
func CheckJoins(all []*Dataset) error {
	known := map[string]*Dataset{}
	for _, d := range all {
		known[d.Metadata.Name] = d
	}
	var c checker
	for _, d := range all {
		for i := range d.Spec.Joins {
			j := &d.Spec.Joins[i]
			at := fmt.Sprintf("dataset %s: spec.joins[%d]", d.Metadata.Name, i)
			target := known[j.To.Dataset]
			if c.require(target != nil, at+".to.dataset", "没有这个数据集：请先声明", "there is no such dataset: declare it first") {
				c.farEnd(at, &d.Spec, j, &target.Spec)
			}
		}
	}
	c.groups(all)
	return c.problems.orNil()
}

// groups checks that entities of one type are grouped everywhere or nowhere: a table without the group would count the firms of one
// holding as many.
func (c *checker) groups(all []*Dataset) {
	grouped := map[string]bool{}
	for _, d := range all {
		for _, e := range d.Spec.Entities {
			grouped[e.Type] = grouped[e.Type] || len(e.Group) > 0
		}
	}
	for _, d := range all {
		for i, e := range d.Spec.Entities {
			c.require(!grouped[e.Type] || len(e.Group) > 0 || e.Rows, fmt.Sprintf("dataset %s: spec.entities[%d].group", d.Metadata.Name, i),
				"该类主体在其他数据集声明了 group：请在此同样声明", "another dataset declares the group of this entity type: declare it here too")
		}
	}
}

func (c *checker) farEnd(at string, near *DatasetSpec, j *Join, far *DatasetSpec) {
	for k, name := range j.To.Columns {
		field := fmt.Sprintf("%s.to.columns[%d]", at, k)
		a, b := near.Column(j.Columns[k]), far.Column(name)
		if !c.require(b != nil, field, "目标数据集没有这个字段", "the other dataset has no such column") {
			return
		}
		c.require(a == nil || a.Type == b.Type, field, "两端类型不同", "the types of the two ends differ")
	}
	nearEntity, farEntity := near.EntityOf(j.Columns...), far.EntityOf(j.To.Columns...)
	if !c.require(farEntity >= 0 && far.Entities[farEntity].Unique, at+".to.columns",
		"目标端应为唯一主体的完整键（公开表没有主体，不能作为目标端）",
		"the far end is the full key of an entity declared unique; a public table has none, so nothing joins to it") {
		return
	}
	if !c.require(nearEntity >= 0, at+".columns", "连到主体键的本端也应为主体键", "the near end must be an entity's key too, because keys join by their hash") {
		return
	}
	a, b := near.Entities[nearEntity], far.Entities[farEntity]
	c.require(a.Type == b.Type, at, "两端主体类型不同，键的散列不会相等", "the entity types of the two ends differ, so their hashed keys never match")
	c.require(sameOrder(a.Key, b.Key, j), at, "两端主体键的字段顺序不一致", "the keys of the two ends list their parts in different order")
}

// sameOrder reports whether the join pairs the i-th part of one key with the i-th part of the other, as hashing does.
func sameOrder(near, far []string, j *Join) bool {
	for i := range near {
		k := slices.IndexFunc(j.Columns, func(name string) bool { return equalFold(name, near[i]) })
		if k < 0 || !equalFold(j.To.Columns[k], far[i]) {
			return false
		}
	}
	return true
}
