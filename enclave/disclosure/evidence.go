package disclosure

import "slices"

// Table is the evidence of one response: rows of cells, the same columns in every row.
type Table struct {
	// References names the entity references whose entities are counted ("tax#enterprise"), in the order of every Entities
	// and Totals list. At least one, unless the table is public.
	References []string
	// Public says that the tables are declared public: there are no entities, and no rule applies.
	Public  bool
	Columns []Column
	Rows    []Row
	// Linear are the classes of comparable answers, those of this response with those of before.
	Linear []Class
}

// Column describes one cell column.
type Column struct {
	Name string // for reports inside the domain
	Set  int    // index into Row.Groups: the rows that the cell adds up
	// Kind says how the cell is judged and rounded.
	Kind Kind
	// Beside is the number of further sums that are known to be linear in the same measure, each with weights that somebody may know: as
	// many more entities must contribute, so that no combination of them is about fewer than k.
	Beside int64
}

// Kind is what a cell adds up.
type Kind int

// The kinds of cell.
const (
	// Count cells are whole numbers: rows or distinct entities. They are judged for dominance when Totals are given, which is
	// when an entity may have several rows, and never for homogeneity: "every entity has one row" says nothing.
	Count Kind = iota
	// Amount cells are sums of a measure or of its squares: dominance and homogeneity need Totals for every reference.
	Amount
)

// Row is one combination of group keys.
type Row struct {
	Key    []*string // canonical text, nil for NULL; never used in a decision
	Groups []Group   // by set
	Cells  []Cell    // by column
}

// Group is the evidence shared by the cells of one row and set: they stand or fall together.
type Group struct {
	// Canon identifies the canonical cell (tables, row scope, box with the key values, snapshots), whatever query it came from:
	// the threshold jitter is keyed by it.
	Canon string
	// Jitter, 0..Rules.JitterMax, is added to K for the threshold of the cell itself, never to a distance.
	Jitter int64
	// Entities counts the distinct entities of each reference among the rows of the cell.
	Entities []int64
	// Differences to the universe and to the families without their sensitive conditions.
	Differences []Difference
	// Shares are those of declared sensitive values among the entities of the families without sensitive conditions.
	Shares []Share
	// Unknown says that a search for differences was cut short: the group is withheld.
	Unknown bool
}

// Cell is the evidence of one measure over the rows of its group.
type Cell struct {
	Value string // exact decimal text of the value, empty when there is none
	// Totals hold the entities' absolute totals for each reference. For a Count they may be empty: one row an entity.
	Totals []Concentration
	// Contributors count, for each reference, the entities with a total that is not zero, where that is judged: of products.
	Contributors []int64
	// Shares are those of the measured column's declared sensitive values.
	Shares []Share
	// Differences to earlier releases and to other cells of this response that add up the same measure.
	Differences []Difference
	// Before are the values that the very same cell was given on other loads of its data, oldest first.
	Before []Before
}

// Before is one earlier value of a cell. A cell that may not be told from it keeps it: nothing new is said, and whether a few entities
// changed or none looks alike.
type Before struct {
	Value  string // as it was released
	Answer int    // the caller's number of the earlier answer
	// Changed are the entities that contribute something else now, counted by every reference; none is no evidence of a change.
	Changed Difference
}

// Same reports whether nobody contributes something else now: the earlier value is that of now.
func (b Before) Same() bool {
	return len(b.Changed.Entities) > 0 && slices.Max(b.Changed.Entities) == 0
}

// Against says what a cell is compared with.
type Against string

// The comparators of a cell.
const (
	AgainstUniverse  Against = "universe"
	AgainstSensitive Against = "sensitive"
	AgainstEarlier   Against = "earlier"
	AgainstResponse  Against = "response"
)

// Difference is one direction of the difference between a cell and a comparator.
type Difference struct {
	Against Against
	// Outward is true for comparator minus cell, false for cell minus comparator.
	Outward bool
	// Empty says that the boxes alone prove the difference empty. Empty by data is not Empty: it is a count of zero.
	Empty bool
	// Entities counts the distinct entities of the difference, for each reference that its rows have; no entry is no evidence.
	Entities []int64
	// Totals are those of the differing rows, for amounts and for counts where an entity may have several rows.
	Totals []Concentration
	// Apart counts the entities of both cells that do not cancel, whatever multiple of one cell is subtracted from the other. K or more of
	// them make the difference that of a large group, whoever else is in it. Zero where rows are compared.
	Apart int64
	// Tolerated says that a count of zero is no finding: the cells are about other rows of one table by their boxes, or the rows are
	// compared as well.
	Tolerated bool
	// Opposite counts the entities of the other direction where, if they are many, a count of zero in this one is no finding: the two
	// values do not tell the one from the other. Zero where it always is.
	Opposite int64
	// Other is the cell of this response compared with, when Against is AgainstResponse. If its group precedes in order of
	// (set, row) and it is withheld, the difference does not count.
	Other Place
}

// Place is the position of a cell in the table.
type Place struct{ Row, Column int }

// Share is how many entities of a group hold one declared sensitive value.
type Share struct{ Holders, Entities int64 }
