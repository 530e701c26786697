package source_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/internal/source"
	"yumen/internal/source/sourcetest"
)

const tables = `
CREATE SCHEMA share; CREATE SCHEMA other; GRANT USAGE ON SCHEMA share TO yumen;
CREATE TABLE share.people (id bigint, name text, born date, active boolean, base numeric(12,2), secret text, "Odd ""Name" int, approx float8, tags text[]);
INSERT INTO share.people VALUES (2, E'a,"b"\nc', '2024-01-31', true, 12.50, 'canary', 7, 0.1, '{x}'), (1, NULL, NULL, false, -3, 'canary', NULL, 1, NULL);
CREATE VIEW share.seen AS SELECT id, name FROM share.people;
CREATE TABLE share.closed (id bigint); CREATE TABLE other.people (id bigint);
CREATE EXTENSION postgres_fdw; CREATE SERVER away FOREIGN DATA WRAPPER postgres_fdw;
CREATE FOREIGN TABLE share.far (id bigint) SERVER away; GRANT SELECT ON share.far TO yumen;
GRANT SELECT (id, name, born, active, base, "Odd ""Name", approx, tags) ON share.people TO yumen; GRANT SELECT ON share.seen TO yumen;
CREATE FUNCTION share.writes() RETURNS bigint LANGUAGE sql AS $$ INSERT INTO share.closed VALUES (1) RETURNING id $$;
ALTER FUNCTION share.writes() SECURITY DEFINER; CREATE VIEW share.trap AS SELECT share.writes() AS id; GRANT SELECT ON share.trap TO yumen;
`

// started is a real server with the tables.
func started(t *testing.T) *sourcetest.Server {
	t.Helper()
	s, err := sourcetest.Start()
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Stop()) })
	_, err = s.SQL("postgres", tables)
	require.NoError(t, err)
	return s
}

func spec(table string, columns ...string) *catalog.DatasetSpec {
	out := &catalog.DatasetSpec{Provider: "bureau", Supply: &catalog.Supply{Mode: catalog.SupplyTenantSpace, Location: "here", Table: table}}
	for _, c := range columns {
		name, typ, _ := strings.Cut(c, " ")
		out.Columns = append(out.Columns, catalog.Column{Name: name, Type: typ})
	}
	return out
}

func read(l source.Location, spec *catalog.DatasetSpec) (string, error) {
	l.Name, l.Provider = "here", "bureau"
	set, err := source.New([]source.Location{l})
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	err = set.Read(context.Background(), spec, func(int64) {}, &b)
	return b.String(), err
}

func told(err error) string {
	var f *source.Fault
	if errors.As(err, &f) {
		return f.Told().En
	}
	return ""
}

func TestBJ_OPS_27c_DatabaseIsReadInPlace(t *testing.T) {
	s := started(t)
	socket := source.Location{Host: s.Socket, Port: s.Port, Database: "postgres", Schema: "share", User: "yumen"}

	got, err := read(socket, spec("people", "id BIGINT", "name VARCHAR", "born DATE", "active BOOLEAN", "base DECIMAL(12,2)"))
	require.NoError(t, err)
	require.Equal(t, "id,name,born,active,base\n1,,,false,-3.00\n2,\"a,\"\"b\"\"\nc\",2024-01-31,true,12.50\n", got, "declared columns alone, in an order of the values")
	got, err = read(socket, spec("seen", "ID BIGINT"))
	require.NoError(t, err)
	require.Equal(t, "ID\n1\n2\n", got, "a view; names compare without case")

	for what, c := range map[string]struct {
		spec *catalog.DatasetSpec
		want string
	}{
		"floating point":        {spec("people", "approx DECIMAL(5,1)"), "type"},
		"an array":              {spec("people", "tags VARCHAR"), "type"},
		"a number as a date":    {spec("people", "id DATE"), "type"},
		"no such column":        {spec("people", "age BIGINT"), "lacks a declared column"},
		"no such table":         {spec("nobody", "id BIGINT"), "no such table"},
		"another schema":        {spec("other.people", "id BIGINT"), "no such table"},
		"a statement":           {spec("people; DROP TABLE share.people", "id BIGINT"), "no such table"},
		"a foreign table":       {spec("far", "id BIGINT"), "no such table"},
		"a column not granted":  {spec("people", "secret VARCHAR"), "may not read"},
		"a table not granted":   {spec("closed", "id BIGINT"), "may not read"},
		"a view that writes":    {spec("trap", "id BIGINT"), "25006"},
		"a directory's dataset": {&catalog.DatasetSpec{Provider: "bureau", Supply: &catalog.Supply{Mode: catalog.SupplyTenantSpace, Location: "here", Path: "x"}}, "lists no such location"},
	} {
		got, err := read(socket, c.spec)
		require.Contains(t, told(err), c.want, what)
		require.NotContains(t, got+told(err), "canary", what)
	}
	left, err := s.SQL("postgres", "SELECT count(*) FROM share.closed")
	require.NoError(t, err)
	require.Equal(t, "0\n", left)

	t.Run("TLS", func(t *testing.T) { overTLS(t, s) })
}

// overTLS: with the right issuer and password the server is believed; without one of them nothing is read.
func overTLS(t *testing.T, s *sourcetest.Server) {
	password := filepath.Join(t.TempDir(), "password")
	require.NoError(t, os.WriteFile(password, []byte(sourcetest.Password+"\n"), 0o600))
	one := spec("seen", "id BIGINT")
	good := source.Location{Host: "127.0.0.1", Port: s.Port, Database: "postgres", Schema: "share", User: "yumen", PasswordFile: password, CAFile: s.CA}
	got, err := read(good, one)
	require.NoError(t, err)
	require.Equal(t, "id\n1\n2\n", got)

	plain := good
	plain.CAFile = ""
	_, err = read(plain, one)
	require.Contains(t, told(err), "refuses the login", "the server wants TLS")
	named := good
	named.Host = "localhost"
	_, err = read(named, one)
	require.Contains(t, told(err), "cannot be reached", "another name than the certificate's")
	named.CAFile = ""
	_, err = read(named, one)
	require.Contains(t, told(err), "by TLS alone", "a name may be another machine")
	require.NoError(t, os.WriteFile(password, []byte("wrong"), 0o600))
	_, err = read(good, one)
	require.Contains(t, told(err), "28P01")
	require.NoError(t, os.Chmod(password, 0o644)) //nolint:gosec // that is the point
	_, err = read(good, one)
	require.Contains(t, told(err), "password_file")
	gone := good
	gone.Port = 1
	gone.PasswordFile = ""
	_, err = read(gone, one)
	require.Contains(t, told(err), "cannot be reached")
}
