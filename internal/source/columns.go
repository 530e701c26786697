package source

import (
	"context"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"yumen/catalog"
)

// mapped lists the types of PostgreSQL that are read as a declared one. There are no others: floating point is not exact, an array is not one
// value, and what an extension's type looks like as text is not known.
var mapped = map[string][]string{
	"VARCHAR": {"text", "varchar", "bpchar", "uuid"},
	"BOOLEAN": {"bool"},
	"INTEGER": {"int2", "int4", "int8", "numeric"}, // the load refuses what does not fit exactly
	"BIGINT":  {"int2", "int4", "int8", "numeric"},
	"DECIMAL": {"int2", "int4", "int8", "numeric"},
	"DATE":    {"date"},
}

// types reads the columns of a table, a view or a materialized view of the schema. A foreign table lies somewhere else and is none.
func (s server) types(ctx context.Context, tx pgx.Tx, table string) (map[string]string, error) {
	rows, err := tx.Query(ctx, `SELECT a.attname::text, CASE WHEN n.nspname = 'pg_catalog' THEN t.typname::text ELSE '' END
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace o ON o.oid = c.relnamespace
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
WHERE o.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped`, s.Schema, table)
	if err != nil {
		return nil, queryFault(err)
	}
	out := map[string]string{}
	var name, typ string
	if _, err := pgx.ForEachRow(rows, []any{&name, &typ}, func() error { out[name] = typ; return nil }); err != nil {
		return nil, queryFault(err)
	}
	if len(out) == 0 {
		return nil, errTable
	}
	return out, nil
}

// statement copies the declared columns, under their declared names, as text in the spelling of files.
func (s server) statement(spec *catalog.DatasetSpec, types map[string]string) (string, error) {
	var columns, order []string
	for i := range spec.Columns {
		c := &spec.Columns[i]
		name, typ, err := column(c.Name, types)
		if err != nil {
			return "", err
		}
		declared, _, _ := strings.Cut(c.Type, "(")
		if !slices.Contains(mapped[declared], typ) {
			return "", errType.because(c.Name)
		}
		text := quoted(name) + "::pg_catalog.text"
		columns = append(columns, text+" AS "+quoted(c.Name))
		order = append(order, text+` COLLATE pg_catalog."C"`)
	}
	return "COPY (SELECT " + strings.Join(columns, ", ") + " FROM " + quoted(s.Schema, spec.Supply.Table) + " ORDER BY " + strings.Join(order, ", ") +
		") TO STDOUT WITH (FORMAT csv, HEADER true, ENCODING 'UTF8')", nil
}

// column finds a declared column: by its very name, or else by the one that is the same without case.
func column(declared string, types map[string]string) (name, typ string, err error) {
	if t, there := types[declared]; there {
		return declared, t, nil
	}
	for n, t := range types {
		if !strings.EqualFold(n, declared) {
			continue
		}
		if name != "" {
			return "", "", errColumn.because(declared)
		}
		name, typ = n, t
	}
	if name == "" {
		return "", "", errColumn.because(declared)
	}
	return name, typ, nil
}

func quoted(name ...string) string { return pgx.Identifier(name).Sanitize() }
