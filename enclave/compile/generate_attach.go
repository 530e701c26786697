package compile

import (
	"fmt"
	"slices"
	"strings"

	"yumen/catalog"
)

// Attachment is one snapshot that statements read, under the name that they use for it.
type Attachment struct {
	Alias    string // the dataset's name for the run's own snapshot, else with a mark of the snapshot behind it
	Dataset  string
	Snapshot string
}

// Batch is a run of statements with everything that they read.
type Batch struct {
	Statements  []Statement
	Reads       [][]string   // by statement: the aliases that it reads
	Attachments []Attachment // sorted by alias
}

// maxAttached bounds the snapshots of one batch: a worker inherits a limited number of files.
const maxAttached = 24

// Batches cuts the statements into runs whose texts have at most this many bytes each (a longer statement stands alone), in order: the
// answers of all runs together are what Evidence reads.
func (p *Program) Batches(bytes int) []Batch {
	var out []Batch
	size := 0
	for i, s := range p.Statements {
		n := len(s.SQL)
		for _, a := range s.Args {
			n += len(a.Type) + len(a.Text)
		}
		reads := p.reads[i]
		if len(out) > 0 {
			reads = attachments([][]Attachment{out[len(out)-1].Attachments, reads})
		}
		if len(out) == 0 || size+n > bytes || len(reads) > maxAttached {
			out, size, reads = append(out, Batch{}), 0, p.reads[i]
		}
		last := &out[len(out)-1]
		last.Statements, last.Attachments, size = append(last.Statements, s), reads, size+n
		last.Reads = append(last.Reads, aliases(p.reads[i]))
	}
	return out
}

func aliases(list []Attachment) []string {
	out := make([]string, len(list))
	for i, a := range list {
		out[i] = a.Alias
	}
	return out
}

// attachments is the union of lists, sorted by alias.
func attachments(lists [][]Attachment) []Attachment {
	all := slices.Concat(lists...)
	slices.SortFunc(all, func(a, b Attachment) int {
		return strings.Compare(a.Alias+"\x00"+a.Snapshot, b.Alias+"\x00"+b.Snapshot)
	})
	return slices.Compact(all)
}

// distinct makes sure that every alias means one snapshot.
func distinct(all []Attachment) error {
	for i := range all {
		if i > 0 && strings.EqualFold(all[i].Alias, all[i-1].Alias) {
			return fmt.Errorf("%w: two snapshots of one name", ErrGenerate)
		}
	}
	return nil
}

// attachment is a snapshot of a dataset as this run attaches it.
func (l *layout) attachment(dataset, snapshot string) Attachment {
	if snapshot == l.in.Snapshots[dataset] {
		return Attachment{Alias: dataset, Dataset: dataset, Snapshot: snapshot}
	}
	digest := string(catalog.DigestOf([]byte(snapshot)))
	return Attachment{Alias: dataset + "@" + digest[len(digest)-12:], Dataset: dataset, Snapshot: snapshot}
}

// attached is the name under which a cohort's dataset is attached.
func (c cohort) attached(dataset string) string {
	if a, elsewhere := c.reads[dataset]; elsewhere {
		return a.Alias
	}
	return dataset
}

// attachmentsOf lists what statements over the cohorts read.
func (g *generator) attachmentsOf(cohorts []cohort) []Attachment {
	var out []Attachment
	for _, c := range cohorts {
		for _, d := range c.base.datasets() {
			a, elsewhere := c.reads[d]
			if !elsewhere {
				a = g.attachment(d, g.in.Snapshots[d])
			}
			out = append(out, a)
		}
	}
	return attachments([][]Attachment{out})
}

// on is the same cohort on other snapshots of some of its datasets.
func (c cohort) on(reads map[string]Attachment) cohort {
	c.reads = reads
	return c
}

// reading says on which data an earlier family can be compared with a cohort of this run.
type reading struct {
	theirs map[string]Attachment // what the family was answered from
	across bool                  // some dataset that both read is another snapshot now: entities are compared, not rows
	gone   bool                  // what it was answered from cannot be read
}

// read finds the data of an earlier family. Datasets that the base does not read are read as they were.
func (g *generator) read(f Family, base Base) reading {
	out := reading{theirs: map[string]Attachment{}}
	mine := base.datasets()
	for _, d := range f.Base.datasets() {
		id := f.snapshot(d)
		a := g.attachment(d, id)
		out.theirs[d] = a
		if a.Alias == d {
			continue
		}
		out.across = out.across || slices.Contains(mine, d)
		out.gone = out.gone || id == "" || g.in.Lost[id]
	}
	return out
}

// before is what a cohort of this run reads when the datasets that it shares with an earlier family are read as that one did.
func (r reading) before(base Base) map[string]Attachment {
	out := map[string]Attachment{}
	for _, d := range base.datasets() {
		if a, shared := r.theirs[d]; shared {
			out[d] = a
		}
	}
	return out
}

// now is what an earlier family reads when the datasets of this run are read as they are now.
func (r reading) now(pinned map[string]string) map[string]Attachment {
	out := map[string]Attachment{}
	for d, a := range r.theirs {
		if id, ours := pinned[d]; ours {
			a = Attachment{Alias: d, Dataset: d, Snapshot: id}
		}
		out[d] = a
	}
	return out
}
