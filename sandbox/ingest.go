package sandbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"yumen/catalog"
	"yumen/sandbox/wire"
)

// IngestSpec is one load: a source of any format that is taken, with its declaration. Zero limits are the runner's defaults.
type IngestSpec struct {
	Declaration catalog.DatasetSpec
	Source      *os.File            // sealed, read-only
	Keys        map[string][32]byte // hash key by entity type, for every declared type
	// Query and Identity receive the two files as they come. What they got counts only when Ingest succeeds. A dataset with
	// neither entities, identifiers nor keys has no identity file, one with none of the other roles no query file.
	Query    io.Writer
	Identity io.Writer
	// Progress is told how far the load is, in percents that grow, from another goroutine. Optional.
	Progress func(percent int)
	MemoryMB int
	Threads  int
	Timeout  time.Duration
}

// FileReport is a file that an ingest produced; Size 0 means that there is none.
type FileReport struct {
	Size   int64          `json:"size"`
	Digest catalog.Digest `json:"digest,omitempty"`
}

// ColumnReport and EntityReport are the profile of a declared column and a declared entity.
type (
	ColumnReport = wire.ColumnReport
	EntityReport = wire.EntityReport
)

// IngestReport is what a load found out, for declared columns alone and without any value.
type IngestReport struct {
	Rows     int64          `json:"rows"`
	Columns  []ColumnReport `json:"columns"`
	Entities []EntityReport `json:"entities"` // in declared order
	Query    FileReport     `json:"query"`
	Identity FileReport     `json:"identity"`
}

// Ingest checks a source against its declaration and builds the two files of a snapshot in a worker's private space. The
// query file holds the table main.data: every dimension and measure under its declared name and type, and for each declared
// entity i a column __ekey_i with its hashed key (catalog.EntityKey, for rows that are entities catalog.RowKey). The identity
// file holds the table main.data with the same __ekey_i, the identifiers and the keys. A source that does not keep its
// declaration is an *IngestRejected, and nothing of it is kept.
func (r *Runner) Ingest(ctx context.Context, spec IngestSpec) (*IngestReport, error) {
	if !sealed(spec.Source) {
		return nil, violation("the source is not sealed")
	}
	st, err := spec.Source.Stat()
	if err != nil {
		return nil, violation("source")
	}
	expanded := expansion(spec.Source, st.Size())
	job := &wire.Ingest{Spec: spec.Declaration, Keys: map[string][]byte{}, MaxRows: r.config.MaxSourceRows}
	for typ, key := range spec.Keys {
		job.Keys[typ] = slices.Clone(key[:])
	}
	way := &percents{tell: spec.Progress}
	files := map[string]*sink{wire.FileQuery: newSink(spec.Query), wire.FileIdentity: newSink(spec.Identity)}
	t := &task{
		job: wire.Job{Kind: wire.KindIngest, Ingest: job}, files: []*os.File{spec.Source},
		timeout:  orDefault(spec.Timeout, r.config.Timeout),
		memoryMB: orInt(spec.MemoryMB, r.config.JobMemoryMB), threads: orInt(spec.Threads, r.config.Threads),
		// Room for the two files, for a copy that is easier to read, and for the table that either the stage or the search for faults needs.
		dataMB: int(min(96+6*(expanded>>20), r.config.MaxFileBytes>>20)),
		result: func(in io.Reader) error {
			return wire.ReadFiles(in, r.config.MaxFileBytes, func(name string, chunk []byte) error {
				if name == wire.FileProgress {
					return way.next(chunk)
				}
				f, ok := files[name]
				if !ok {
					return violation("file name")
				}
				return f.write(chunk)
			})
		},
	}
	job.MaxBytes = int64(t.dataMB) << 20 / 3
	status, err := r.do(ctx, t)
	for _, f := range files {
		if f.err != nil {
			return nil, fmt.Errorf("sandbox: write a file: %w", f.err)
		}
	}
	if err != nil {
		return nil, err
	}
	if status.Code == wire.CodeRejected {
		return nil, rejected(&spec.Declaration, status.Faults)
	}
	return ingested(&spec.Declaration, status, files)
}

// percents are what a worker says about how far it is: whole, growing, below a hundred.
type percents struct {
	tell func(int)
	last int
}

func (p *percents) next(chunk []byte) error {
	if len(chunk) != 1 || int(chunk[0]) <= p.last || chunk[0] >= 100 {
		return violation("progress")
	}
	if p.last = int(chunk[0]); p.tell != nil {
		p.tell(p.last)
	}
	return nil
}

// How much a compressed source may grow, and what it may come to in any case.
const (
	maxExpansion = 16
	minExpansion = 64 << 20
)

// expansion is how many bytes room is made for when a source of this size is read. The first bytes decide about room and nothing else:
// what a source is, the worker finds out.
func expansion(source io.ReaderAt, size int64) int64 {
	head := make([]byte, 4)
	if _, err := source.ReadAt(head, 0); err != nil {
		return size
	}
	for _, magic := range []string{"\x1f\x8b", "\x28\xb5\x2f\xfd", "PAR1"} {
		if strings.HasPrefix(string(head), magic) {
			return max(maxExpansion*size, minExpansion)
		}
	}
	return size
}

// sink is one file on its way out: size and digest are the gateway's own.
type sink struct {
	out  io.Writer
	hash hash.Hash
	size int64
	err  error
}

func newSink(out io.Writer) *sink { return &sink{out: out, hash: sha256.New()} }

func (s *sink) write(chunk []byte) error {
	if s.out == nil {
		s.err = fmt.Errorf("no writer")
		return s.err
	}
	if _, s.err = s.out.Write(chunk); s.err != nil {
		return s.err
	}
	s.hash.Write(chunk)
	s.size += int64(len(chunk))
	return nil
}

func (s *sink) report() FileReport {
	if s.size == 0 {
		return FileReport{}
	}
	return FileReport{Size: s.size, Digest: catalog.Digest("sha256:" + hex.EncodeToString(s.hash.Sum(nil)))}
}

// ingested checks what a worker reports against the declaration and against what has arrived.
func ingested(spec *catalog.DatasetSpec, status *wire.Status, files map[string]*sink) (*IngestReport, error) {
	rep := status.Report
	if rep == nil || rep.Rows < 0 || len(rep.Columns) != len(spec.Columns) || len(rep.Entities) != len(spec.Units()) {
		return nil, violation("report")
	}
	for i, c := range rep.Columns {
		if c.Name != spec.Columns[i].Name || c.Nulls < 0 || c.Nulls > rep.Rows || c.NotNull != (c.Nulls == 0) || c.Distinct < 0 || c.Distinct > rep.Rows ||
			len(c.Found) > len(catalog.IdentifierKinds()) || slices.ContainsFunc(c.Found, func(f wire.Found) bool { return !f.Sound() }) {
			return nil, violation("report")
		}
	}
	units := spec.Units()
	for i, e := range rep.Entities {
		if e.Type != units[i].Type || e.Distinct < 0 || e.MaxRows < 0 || e.Nulls < 0 || e.Distinct > rep.Rows || e.Nulls > rep.Rows-e.Distinct || e.MaxRows > rep.Rows {
			return nil, violation("report")
		}
	}
	for name, f := range files {
		if status.Files[name] != f.size {
			return nil, violation("file size")
		}
	}
	return &IngestReport{Rows: rep.Rows, Columns: rep.Columns, Entities: rep.Entities,
		Query: files[wire.FileQuery].report(), Identity: files[wire.FileIdentity].report()}, nil
}

// rejected keeps of a worker's faults what cannot be a value: declared names as they are declared, and plain names of columns
// that are not.
func rejected(spec *catalog.DatasetSpec, faults []Fault) error {
	out := &IngestRejected{}
	for _, f := range faults {
		c := spec.Column(f.Column)
		switch {
		case c != nil:
			f.Column = c.Name
		case f.Rule != wire.RuleExtraColumn || !plain(f.Column):
			f.Column = ""
		}
		out.Faults = append(out.Faults, f)
	}
	return out
}

func plain(name string) bool {
	return len(name) <= 63 && name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == "" &&
		(name[0] < '0' || name[0] > '9')
}
