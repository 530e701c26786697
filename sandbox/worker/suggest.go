package worker

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"yumen/catalog"
	identifiers "yumen/internal/ident"
	"yumen/sandbox/wire"
)

// maxSuggested is how many columns a declaration may have.
const maxSuggested = 500

// surveyor makes the profile of a source.
type surveyor struct {
	e       *engine
	j       *wire.Job
	source  *source
	reader  *identifiers.Reader
	rows    int64
	columns []survey
}

// survey is what is known about one field so far. The profile holds what may be told.
type survey struct {
	wire.ColumnProfile
	typ     catalog.Type
	present int64
	exact   int64 // distinct values
	points  bool  // its values or its name point at somebody: others count per value of it
}

// suggest profiles a source of any format that is taken (openSource): every field is staged as text, then looked at by its distinct
// values. What it answers is coarse (wire.Profile).
func suggest(ctx context.Context, j *wire.Job, result io.Writer) (*wire.Status, error) {
	today, err := time.Parse(time.DateOnly, j.Suggest.Today)
	if err != nil {
		return nil, fail(wire.CodeJob, err)
	}
	s := &surveyor{j: j, reader: identifiers.NewReader(today)}
	may := allowance{dir: j.Data, bytes: j.Suggest.MaxBytes, rows: j.Suggest.MaxRows}
	if s.source, err = openSource(fmt.Sprintf("%s/%d", j.FDs, wire.FDFirst), may); err != nil {
		return nil, err
	}
	if err := s.prepare(ctx); err != nil {
		return nil, err
	}
	if err := s.source.describe(s.e, may); err != nil {
		return nil, err
	}
	if err := s.source.check(j.Suggest.MaxRows, nil); err != nil {
		return nil, err
	}
	if err := s.names(); err != nil {
		return nil, err
	}
	profile, err := s.profile()
	if err != nil {
		return nil, fail(wire.CodeQuery, err)
	}
	if err := wire.WriteProfile(result, profile); err != nil {
		return nil, err
	}
	return &wire.Status{Code: wire.CodeOK, Rows: 1}, nil
}

// prepare opens the engine with a file for what is staged, and closes it to everything else.
func (s *surveyor) prepare(ctx context.Context) (err error) {
	if s.e, err = open(ctx, s.j); err != nil {
		return err
	}
	if err := (&declaration{}).register(s.e); err != nil {
		return fail(wire.CodeOpen, err)
	}
	if err := s.e.exec("ATTACH " + literal(filepath.Join(s.j.Data, stageFile)) + " AS " + ident(stageFile+"_file")); err != nil {
		return fail(wire.CodeOpen, err)
	}
	return s.e.harden(reach{spill: filepath.Join(s.j.Data, "spill"), paths: []string{s.source.path}, dir: s.j.Data, loose: true})
}

// names refuses a header that no declaration can take, and one that looks like a row: its names would be values.
func (s *surveyor) names() error {
	fields := s.source.fields
	if len(fields) == 0 || len(fields) > maxSuggested {
		return refuse(wire.RuleTooManyColumns)
	}
	var faults []wire.Fault
	seen := map[string]bool{}
	for i, f := range fields {
		name := strings.TrimSpace(f.name)
		if s.source.format == formatCSV && valued(name) || len(s.reader.Find(name)) > 0 {
			return refuse(wire.RuleHeader)
		}
		switch low := strings.ToLower(name); {
		case !catalog.ColumnName(name):
			faults = append(faults, wire.Fault{Field: i + 1, Rule: wire.RuleColumnName})
		case seen[low]:
			faults = append(faults, wire.Fault{Field: i + 1, Rule: wire.RuleTwiceColumn})
		default:
			seen[low] = true
		}
		s.columns = append(s.columns, survey{ColumnProfile: wire.ColumnProfile{Name: name}})
	}
	if len(faults) > 0 {
		return &rejection{faults[:min(len(faults), wire.MaxFaults)]}
	}
	return nil
}

// valued reports whether a name is a date or a number, other than a year.
func valued(name string) bool {
	if _, err := catalog.CanonicalValue("DECIMAL(38,10)", name); err == nil {
		return len(name) != 4 || name < "1900" || name > "2100"
	}
	_, ok := isoDate(name)
	return ok
}

// stage is the table with every field as text.
func (s *surveyor) stage() string {
	if s.source.size < int64(s.j.Memory)<<20/4 {
		return "memory.main.stage"
	}
	return ident(stageFile+"_file") + ".main.stage"
}

func (s *surveyor) profile() (*wire.Profile, error) {
	texts := make([]string, len(s.columns))
	for i := range texts {
		texts[i] = fmt.Sprintf("%s AS f%d", s.source.text(i), i)
	}
	if err := s.e.exec("CREATE TABLE " + s.stage() + " AS SELECT " + strings.Join(texts, ", ") + " FROM " + s.source.reader()); err != nil {
		return nil, err
	}
	counts, err := s.counts("count(*), count(*) - count(DISTINCT hash("+s.fieldList()+"))", s.stage())
	if err != nil {
		return nil, err
	}
	if s.rows = counts[0]; s.rows == 0 {
		return nil, refuse(wire.RuleEmpty)
	}
	out := &wire.Profile{Format: string(s.source.format), Rows: below125(s.rows), Repeated: percent(counts[1], s.rows)}
	for i := range s.columns {
		if err := s.survey(i); err != nil {
			return nil, err
		}
	}
	if headless, err := s.headless(); headless || err != nil {
		return nil, cmp.Or(err, refuse(wire.RuleHeader))
	}
	for i := range s.columns {
		if err := s.list(i); err != nil {
			return nil, err
		}
		out.Columns = append(out.Columns, s.columns[i].ColumnProfile)
	}
	return out, nil
}

func (s *surveyor) fieldList() string {
	names := make([]string, len(s.columns))
	for i := range names {
		names[i] = fmt.Sprintf("f%d", i)
	}
	return strings.Join(names, ", ")
}

// counts reads one row of counts; a count over nothing is 0.
func (s *surveyor) counts(list, from string) ([]int64, error) {
	row, err := s.e.one("SELECT " + list + " FROM " + from)
	if err != nil {
		return nil, err
	}
	for i := range row {
		if row[i] == nil {
			row[i] = int64(0)
		}
	}
	return integers(row)
}

// percent is a share in steps of 5.
func percent(part, of int64) int {
	if of <= 0 || part <= 0 {
		return 0
	}
	return min(100, 5*int((part*200+5*of)/(10*of)))
}

// below125 is a count rounded down to 1, 2 or 5 times a power of ten.
func below125(n int64) int64 {
	best := int64(0)
	for power := int64(1); power > 0 && power <= n; power *= 10 {
		for _, f := range []int64{1, 2, 5} {
			if power <= n/f {
				best = f * power
			}
		}
	}
	return best
}
