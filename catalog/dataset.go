package catalog

// APIVersion is the version that every declared document carries.
const APIVersion = "yumen/v1"

// Kind names a declared resource.
type Kind string

// The kinds a document can declare.
const (
	KindOrganization Kind = "Organization"
	KindAccount      Kind = "Account"
	KindDataset      Kind = "Dataset"
	KindComputation  Kind = "Computation"
	KindProduct      Kind = "Product"
	KindCalendar     Kind = "Calendar"
)

// Metadata names a resource. Names are lower-case letters, digits and underscores, at most 63.
type Metadata struct {
	Name string `yaml:"name" json:"name"`
}

// Text is one message in both languages of the product.
type Text struct {
	Zh string `yaml:"zh" json:"zh"`
	En string `yaml:"en" json:"en"`
}

// Grade is the data grade 1 (low) to 4 (high) of DB11/T 1918-2021. Zero is a missing grade and denies.
type Grade uint8

// Valid reports whether the grade is one of 1 to 4.
func (g Grade) Valid() bool { return g >= 1 && g <= 4 }

// Role says what a column may be used for in a query.
type Role string

// The roles of a column; a column has one or more.
const (
	RoleEntityKey  Role = "entity_key"
	RoleIdentifier Role = "identifier"
	RoleDimension  Role = "dimension"
	RoleMeasure    Role = "measure"
)

// Sharing, Market: the classes of the unified public-data catalogue.
type (
	Sharing string
	Market  string
)

// The sharing types (unconditional, conditional, none) and market classes (ordinary, authorised, sealed).
const (
	SharingUnconditional Sharing = "unconditional"
	SharingConditional   Sharing = "conditional"
	SharingNone          Sharing = "none"
	MarketOrdinary       Market  = "ordinary"
	MarketAuthorised     Market  = "authorised"
	MarketSealed         Market  = "sealed"
)

// Dataset is a declared dataset: one table as the zone knows it.
type Dataset struct {
	APIVersion string      `yaml:"apiVersion" json:"apiVersion"`
	Kind       Kind        `yaml:"kind" json:"kind"`
	Metadata   Metadata    `yaml:"metadata" json:"metadata"`
	Spec       DatasetSpec `yaml:"spec" json:"spec"`
}

// DatasetSpec is what a provider declares about a dataset.
type DatasetSpec struct {
	Title     Text      `yaml:"title" json:"title"`
	Provider  string    `yaml:"provider,omitempty" json:"provider,omitempty"` // organization name
	Directory Directory `yaml:"directory,omitempty" json:"directory,omitzero"`
	CatalogID string    `yaml:"catalog_id,omitempty" json:"catalog_id,omitempty"` // unified-catalogue identifier
	Sharing   Sharing   `yaml:"sharing,omitempty" json:"sharing,omitempty"`
	// SharingBasis cites the law or regulation by which data are not shared (XC-19b).
	SharingBasis string      `yaml:"sharing_basis,omitempty" json:"sharing_basis,omitempty"`
	Opening      Opening     `yaml:"opening,omitempty" json:"opening,omitempty"`
	Market       Market      `yaml:"market,omitempty" json:"market,omitempty"`
	Prohibited   *Prohibited `yaml:"prohibited,omitempty" json:"prohibited,omitempty"` // the four answers of BJ-OPS-28
	// StateSecret answers whether the data are or hold state secrets (SJZ-2); nil is no answer.
	StateSecret *bool   `yaml:"state_secret,omitempty" json:"state_secret,omitempty"`
	Frequency   string  `yaml:"frequency,omitempty" json:"frequency,omitempty"`
	Retention   string  `yaml:"retention,omitempty" json:"retention,omitempty"`
	Supply      *Supply `yaml:"supply,omitempty" json:"supply,omitempty"` // how the data comes into the zone
	// Consent is required where data are used only while authorizations of their subjects, or a legal basis, are recorded (BJ-OPS-25c).
	Consent  string   `yaml:"consent,omitempty" json:"consent,omitempty"`
	Public   bool     `yaml:"public,omitempty" json:"public,omitempty"` // no privacy unit; otherwise entities are required
	Entities []Entity `yaml:"entities,omitempty" json:"entities,omitempty"`
	Columns  []Column `yaml:"columns" json:"columns"`
	Joins    []Join   `yaml:"joins,omitempty" json:"joins,omitempty"`
}

// ConsentRequired is the declaration that the subjects of a dataset must authorize each scenario and purpose (BJ-OPS-25c).
const ConsentRequired = "required"

// Subject is the entity whose authorization a use of the dataset takes: the first person with a key, else the first entity with one; nil
// when no row can be named.
func (s *DatasetSpec) Subject() *Entity {
	var first *Entity
	for i := range s.Entities {
		switch e := &s.Entities[i]; {
		case len(e.Key) == 0:
		case e.Type == "person":
			return e
		case first == nil:
			first = e
		}
	}
	return first
}

// Directory is the four-level position: duty, data, system, table (职责目录 → 数据目录 → 系统目录 → 库表目录).
type Directory struct {
	Duty   string `yaml:"duty,omitempty" json:"duty,omitempty"`
	Data   string `yaml:"data,omitempty" json:"data,omitempty"`
	System string `yaml:"system,omitempty" json:"system,omitempty"`
	Table  string `yaml:"table,omitempty" json:"table,omitempty"`
}

// Prohibited holds the four answers that would forbid operation (BJ-OPS-28).
type Prohibited struct {
	NationalSecurity bool `yaml:"national_security" json:"national_security"`
	PublicInterest   bool `yaml:"public_interest" json:"public_interest"`
	SourceAgreement  bool `yaml:"source_agreement" json:"source_agreement"`
	Law              bool `yaml:"law" json:"law"`
}

// Entity declares a privacy unit of the dataset: its type and the columns of its full key, or Rows when each row is one entity.
type Entity struct {
	Type   string   `yaml:"type" json:"type"`
	Key    []string `yaml:"key,omitempty" json:"key,omitempty"`
	Unique bool     `yaml:"unique,omitempty" json:"unique,omitempty"` // at most one row an entity, enforced at load
	Rows   bool     `yaml:"rows,omitempty" json:"rows,omitempty"`     // each row is one entity without a key
	// Group are columns that name, by the same kind of key, the group that the entity belongs to (a holding); empty: it is its own. The
	// rules count groups beside entities. One value an entity, and no group within a group, enforced at load.
	Group []string `yaml:"group,omitempty" json:"group,omitempty"`
	// MaxRows is the most rows that one entity has, GroupMaxRows the most that one group has, enforced at load; 0 for no declared limit. Noise
	// is scaled by it.
	MaxRows      int64 `yaml:"max_rows,omitempty" json:"max_rows,omitempty"`
	GroupMaxRows int64 `yaml:"group_max_rows,omitempty" json:"group_max_rows,omitempty"`
}

// OneRow reports whether every entity has at most one row.
func (e Entity) OneRow() bool { return e.Unique || e.Rows }

// RowsMax is the most rows that one entity has: 1, what is declared, or 0 when nothing is.
func (e Entity) RowsMax() int64 {
	if e.OneRow() {
		return 1
	}
	return e.MaxRows
}

// Unit is a privacy unit that the rules count: a declared entity, or the group of one.
type Unit struct {
	Entity
	// GroupOf is 1 + the index of the entity whose groups these are, 0 for an entity itself.
	GroupOf int
}

// groupMark ends the type of a group's unit; no declared type has it.
const groupMark = ":group"

// Units lists what the rules count, as the query file numbers it: the declared entities, then the groups of those that have one. A
// group has several rows, and a type of its own: its keys are not compared with those of entities.
func (s *DatasetSpec) Units() []Unit {
	var out, groups []Unit
	for i, e := range s.Entities {
		out = append(out, Unit{Entity: e})
		if len(e.Group) > 0 {
			groups = append(groups, Unit{Entity: Entity{Type: e.Type + groupMark, Key: e.Key, Group: e.Group, MaxRows: e.GroupMaxRows}, GroupOf: i + 1})
		}
	}
	return append(out, groups...)
}

// Column declares one column.
type Column struct {
	Name            string   `yaml:"name" json:"name"`
	Type            string   `yaml:"type" json:"type"` // VARCHAR, BOOLEAN, INTEGER, BIGINT, DATE, DECIMAL(p,s)
	Title           *Text    `yaml:"title,omitempty" json:"title,omitempty"`
	Grade           Grade    `yaml:"grade" json:"grade"`
	Roles           []Role   `yaml:"roles" json:"roles"`
	GradeReason     string   `yaml:"grade_reason,omitempty" json:"grade_reason,omitempty"` // why the grade is below the least one of identifier and category
	Category        Category `yaml:"category,omitempty" json:"category,omitempty"`         // kind of sensitive personal information
	Identifier      string   `yaml:"identifier,omitempty" json:"identifier,omitempty"`     // identifier kind: resident_id, uscc, mobile, …
	Sensitive       bool     `yaml:"sensitive,omitempty" json:"sensitive,omitempty"`
	SensitiveValues []string `yaml:"sensitive_values,omitempty" json:"sensitive_values,omitempty"`
	Generalise      []string `yaml:"generalise,omitempty" json:"generalise,omitempty"` // year, quarter, month, decade, band(n), prefix(n)
	GeneralisedOnly bool     `yaml:"generalised_only,omitempty" json:"generalised_only,omitempty"`
	Bounds          []Bound  `yaml:"bounds,omitempty" json:"bounds,omitempty"`         // [low, high], both inclusive: numbers or days
	Clip            Number   `yaml:"clip,omitempty" json:"clip,omitempty"`             // what one entity adds to a noisy sum at most, either way; of a measure
	Grid            string   `yaml:"grid,omitempty" json:"grid,omitempty"`             // "1-2-5", "step(n)", year, quarter, month, decade
	Domain          []Scalar `yaml:"domain,omitempty" json:"domain,omitempty"`         // the closed list of values
	MaxValues       int64    `yaml:"max_values,omitempty" json:"max_values,omitempty"` // most different values of a text without a domain
	Nullable        *bool    `yaml:"nullable,omitempty" json:"nullable,omitempty"`
	ConstantPer     string   `yaml:"constant_per,omitempty" json:"constant_per,omitempty"` // entity type for which the value is constant
	// Downgrade says why the grade is below the one approved before.
	Downgrade *Downgrade `yaml:"downgrade,omitempty" json:"downgrade,omitempty"`
}

// Has reports whether the column has the role.
func (c *Column) Has(r Role) bool {
	for _, x := range c.Roles {
		if x == r {
			return true
		}
	}
	return false
}

// Join declares an edge to another dataset. Only many_to_one and one_to_one edges onto a unique key exist.
type Join struct {
	Columns     []string `yaml:"columns" json:"columns"`
	To          JoinEnd  `yaml:"to" json:"to"`
	Cardinality string   `yaml:"cardinality" json:"cardinality"` // many_to_one, one_to_one
}

// JoinEnd is the far end of a declared edge.
type JoinEnd struct {
	Dataset string   `yaml:"dataset" json:"dataset"`
	Columns []string `yaml:"columns" json:"columns"`
}

// Column returns the declared column of that name, or nil. Names compare case-insensitively, as SQL does.
func (s *DatasetSpec) Column(name string) *Column {
	for i := range s.Columns {
		if equalFold(s.Columns[i].Name, name) {
			return &s.Columns[i]
		}
	}
	return nil
}

// Grade is the highest grade among the columns, or zero when any is missing.
func (s *DatasetSpec) Grade() Grade {
	var top Grade
	for i := range s.Columns {
		g := s.Columns[i].Grade
		if !g.Valid() {
			return 0
		}
		top = max(top, g)
	}
	return top
}

// EntityOf returns the index of the entity whose full key is exactly these columns (in any order), or -1.
func (s *DatasetSpec) EntityOf(columns ...string) int {
	for i, e := range s.Entities {
		if len(e.Key) > 0 && sameNames(e.Key, columns) {
			return i
		}
	}
	return -1
}
