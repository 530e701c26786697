package catalog

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Limits of one dataset.
const (
	maxColumns  = 500
	maxEntities = 10
	maxJoins    = 50
)

// reservedDatasets are names that the engine or the generated SQL uses itself.
var reservedDatasets = []string{"cells", "information_schema", "main", "memory", "pg_catalog", "system", "temp"}

// Frequencies of update that a declaration may name, and the form of a retention period (ISO 8601: P3Y, P6M).
var (
	frequencies = []string{"realtime", "daily", "weekly", "monthly", "quarterly", "yearly", "once", "irregular"}
	retention   = regexp.MustCompile(`^P([0-9]{1,4}Y)?([0-9]{1,4}M)?([0-9]{1,4}W)?([0-9]{1,5}D)?$`)
)

// Validate checks the declaration of a dataset by itself; edges to other datasets are checked by CheckJoins.
func (d *Dataset) Validate() error {
	var c checker
	c.head(d, KindDataset)
	c.require(!slices.Contains(reservedDatasets, d.Metadata.Name), "metadata.name", "名称为系统保留：请换一个", "the name is reserved: choose another")
	c.describe(&d.Spec)
	if c.require(len(d.Spec.Columns) > 0 && len(d.Spec.Columns) <= maxColumns, "spec.columns", "请声明 1 至 500 个字段", "declare 1 to 500 columns") {
		c.columns(&d.Spec)
		c.entities(&d.Spec)
		c.joins(&d.Spec)
	}
	c.require(d.Spec.Consent == "" || d.Spec.Consent == ConsentRequired, "spec.consent", "consent 只能为 required，或省略", "consent is required, or left out")
	c.require(d.Spec.Consent == "" || d.Spec.Subject() != nil, "spec.consent", "需要主体授权的数据集必须有带 key 的主体", "a dataset that needs authorizations has an entity with a key")
	return c.problems.orNil()
}

// describe checks what the catalogue says about the dataset as a whole.
func (c *checker) describe(s *DatasetSpec) {
	c.title("spec.title", s.Title)
	if s.Provider != "" {
		c.name("spec.provider", s.Provider)
	}
	c.line("spec.directory.duty", s.Directory.Duty)
	c.line("spec.directory.data", s.Directory.Data)
	c.line("spec.directory.system", s.Directory.System)
	c.line("spec.directory.table", s.Directory.Table)
	c.line("spec.catalog_id", s.CatalogID)
	sharing := []Sharing{"", SharingUnconditional, SharingConditional, SharingNone}
	c.require(slices.Contains(sharing, s.Sharing), "spec.sharing",
		"共享类型应为 unconditional、conditional 或 none", "sharing is unconditional, conditional or none")
	c.line("spec.sharing_basis", s.SharingBasis)
	opening := []Opening{"", OpeningUnconditional, OpeningConditional, OpeningNone}
	c.require(slices.Contains(opening, s.Opening), "spec.opening",
		"开放属性应为 unconditional、conditional 或 none", "opening is unconditional, conditional or none")
	market := []Market{"", MarketOrdinary, MarketAuthorised, MarketSealed}
	c.require(slices.Contains(market, s.Market), "spec.market",
		"市场化类别应为 ordinary、authorised 或 sealed", "the market class is ordinary, authorised or sealed")
	c.require(s.Frequency == "" || slices.Contains(frequencies, s.Frequency), "spec.frequency",
		"更新频率应为 "+strings.Join(frequencies, "、"), "the frequency is one of "+strings.Join(frequencies, ", "))
	c.supply(s.Supply)
	c.require(s.Retention == "" || s.Retention != "P" && retention.MatchString(s.Retention), "spec.retention",
		"保存期限用 ISO 8601 表示，例如 P3Y", "the retention is an ISO 8601 period such as P3Y")
}

// entities checks the privacy units: a table has some or says that it is public.
func (c *checker) entities(s *DatasetSpec) {
	c.require(len(s.Units()) <= maxEntities, "spec.entities", "主体与集团合计最多 10 个", "at most 10 entities, groups included")
	switch {
	case s.Public && len(s.Entities) > 0:
		c.add("spec.public", "公开表没有主体：二者只留其一", "a public table has no entities: keep one of the two")
	case !s.Public && len(s.Entities) == 0:
		c.add("spec", "请声明 entities；不涉及任何主体的表写 public: true", "declare entities, or public: true for a table about no one")
	}
	inKey := map[string]bool{}
	rows := 0
	for i := range s.Entities {
		e := &s.Entities[i]
		at := fmt.Sprintf("spec.entities[%d]", i)
		c.name(at+".type", e.Type)
		if e.Rows {
			rows++
			c.require(len(e.Key) == 0 && !e.Unique && len(e.Group) == 0 && e.MaxRows == 0, at, "rows: true 表示每行即一个主体，不能再写 key、unique、group 或 max_rows",
				"rows: true has neither key nor unique nor group nor max_rows")
			continue
		}
		c.require(e.MaxRows == 0 || e.MaxRows > 0 && !e.Unique, at+".max_rows", "max_rows 为每个主体的最多行数，至少为 1；unique 主体不必写",
			"max_rows is the most rows of one entity, at least 1; a unique entity needs none")
		c.require(e.GroupMaxRows == 0 || e.GroupMaxRows > 0 && len(e.Group) > 0, at+".group_max_rows", "group_max_rows 为每个集团的最多行数，须先声明 group",
			"group_max_rows is the most rows of one group, of an entity that has one")
		c.entityKey(at, s, i, inKey)
		c.entityGroup(at, s, e, inKey)
	}
	c.require(rows <= 1, "spec.entities", "rows: true 至多一个", "at most one entity has rows: true")
	for i := range s.Columns {
		col := &s.Columns[i]
		c.require(!col.Has(RoleEntityKey) || inKey[strings.ToLower(col.Name)], fmt.Sprintf("spec.columns[%d].roles", i),
			"entity_key 字段不属于任何主体的 key 或 group", "the column has role entity_key but is in no entity's key or group")
		c.require(col.ConstantPer == "" || hasEntityType(s, col.ConstantPer), fmt.Sprintf("spec.columns[%d].constant_per", i),
			"constant_per 应为已声明的主体类型", "constant_per names a declared entity type")
	}
}

func (c *checker) entityKey(at string, s *DatasetSpec, index int, inKey map[string]bool) {
	e := &s.Entities[index]
	if !c.require(len(e.Key) > 0, at+".key", "请写出主体键的字段，或写 rows: true", "name the columns of the entity's key, or write rows: true") {
		return
	}
	c.require(!repeats(e.Key), at+".key", "主体键的字段重复", "a column is twice in the key")
	c.require(s.EntityOf(e.Key...) == index, at+".key", "两个主体使用同一个键", "another entity has the same key")
	for j, name := range e.Key {
		field := fmt.Sprintf("%s.key[%d]", at, j)
		inKey[strings.ToLower(name)] = true
		col := s.Column(name)
		if !c.require(col != nil, field, "没有这个字段", "there is no such column: declare it") {
			continue
		}
		c.require(col.Has(RoleEntityKey), field, "该字段应有角色 entity_key", "the column needs the role entity_key")
		nullable := col.Nullable != nil && *col.Nullable
		c.require(!e.Unique || !nullable, field, "唯一主体的键不能为空：请去掉 nullable: true", "a unique entity's key is never empty: remove nullable: true")
	}
}

// entityGroup checks that a group is named as its entities are: column by column of one type, so that a holding that is an entity
// itself is its own group.
func (c *checker) entityGroup(at string, s *DatasetSpec, e *Entity, inKey map[string]bool) {
	if len(e.Group) == 0 {
		return
	}
	c.require(len(e.Group) == len(e.Key), at+".group", "集团的字段数须与 key 相同", "the group has as many columns as the key")
	c.require(!repeats(append(slices.Clone(e.Group), e.Key...)), at+".group", "集团的字段不能重复，也不能是 key 的字段", "a column is twice in the group, or also in the key")
	for j, name := range e.Group {
		field := fmt.Sprintf("%s.group[%d]", at, j)
		inKey[strings.ToLower(name)] = true
		col := s.Column(name)
		if !c.require(col != nil, field, "没有这个字段", "there is no such column: declare it") {
			continue
		}
		c.require(col.Has(RoleEntityKey), field, "该字段应有角色 entity_key", "the column needs the role entity_key")
		if j < len(e.Key) {
			key := s.Column(e.Key[j])
			c.require(key == nil || key.Type == col.Type, field, "集团与 key 的对应字段类型不同，散列不会相等", "the type differs from that of the key's column, so their hashes never match")
		}
	}
}

func hasEntityType(s *DatasetSpec, name string) bool {
	return slices.ContainsFunc(s.Entities, func(e Entity) bool { return e.Type == name })
}

func repeats(names []string) bool {
	seen := map[string]bool{}
	for _, n := range names {
		n = strings.ToLower(n)
		if seen[n] {
			return true
		}
		seen[n] = true
	}
	return false
}
