package worker

import (
	"database/sql/driver"
	"errors"
	"regexp"
	"strings"

	duckdb "github.com/duckdb/duckdb-go/v2"

	"yumen/sandbox/wire"
)

// nativeType is the closed list of types of a Parquet column that are taken; a date with a time of day counts for its date when the
// time is midnight. Times with a zone are not: their day depends on the reader.
var nativeType = regexp.MustCompile(`^(VARCHAR|BOOLEAN|U?(TINYINT|SMALLINT|INTEGER|BIGINT)|HUGEINT|FLOAT|DOUBLE|DECIMAL\([0-9]+,[0-9]+\)|DATE|TIMESTAMP(_S|_MS|_NS)?)$`)

func (s *source) parquet() string {
	return "read_parquet(" + literal(s.path) + ", hive_partitioning=false, union_by_name=false)"
}

// describeParquet reads the schema and what the footer says about the size. A file whose footer lies runs into the engine's limits.
func (s *source) describeParquet(e *engine, may allowance) error {
	row, err := e.one("SELECT sum(num_rows)::BIGINT, count(*) FROM parquet_file_metadata(" + literal(s.path) + ")")
	if err != nil {
		return unreadable(err)
	}
	rows, ok := row[0].(int64)
	if !ok || rows < 0 {
		return refuse(wire.RuleDamaged)
	}
	if s.rows = rows; rows > may.rows {
		return refuse(wire.RuleTooManyRows)
	}
	row, err = e.one("SELECT coalesce(sum(total_uncompressed_size), 0)::BIGINT FROM parquet_metadata(" + literal(s.path) + ")")
	if err != nil {
		return unreadable(err)
	}
	size, ok := row[0].(int64)
	if !ok || size < 0 {
		return refuse(wire.RuleDamaged)
	}
	err = e.query("DESCRIBE SELECT * FROM "+s.parquet(), func(row []driver.Value) error {
		name, _ := row[0].(string)
		native, _ := row[1].(string)
		if rule := typeRule(native); rule != "" {
			f := wire.Fault{Field: len(s.fields) + 1, Rule: rule}
			if plainName.MatchString(name) {
				f.Column = name
			}
			if len(s.faults) < wire.MaxFaults {
				s.faults = append(s.faults, f)
			}
		}
		s.fields = append(s.fields, field{name, native})
		return nil
	})
	if err != nil {
		return unreadable(err)
	}
	s.size = max(size, 4*rows*int64(len(s.fields))) // run-length encoding makes much of little
	switch {
	case len(s.fields) > maxFields:
		return refuse(wire.RuleTooManyColumns)
	case s.size > 3*may.bytes: // it is not copied, so all the room is for what is made of it
		return refuse(wire.RuleTooLarge)
	}
	return nil
}

func typeRule(native string) wire.Rule {
	switch {
	case nativeType.MatchString(native):
		return ""
	case strings.HasSuffix(native, "]"), strings.HasPrefix(native, "STRUCT("), strings.HasPrefix(native, "MAP("), strings.HasPrefix(native, "UNION("):
		return wire.RuleNested
	}
	return wire.RuleColumnType
}

// unreadable says why the engine could not read a Parquet file.
func unreadable(err error) error {
	var e *duckdb.Error
	if errors.As(err, &e) {
		switch {
		case e.Type == duckdb.ErrorTypeOutOfMemory:
			return refuse(wire.RuleTooLarge)
		case strings.Contains(strings.ToLower(e.Msg), "encrypt"):
			return refuse(wire.RuleEncrypted)
		}
	}
	return refuse(wire.RuleDamaged)
}
