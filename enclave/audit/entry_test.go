package audit_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/enclave/audit/audittest"
)

// placed is an entry as Append would complete it.
func placed(e audit.Entry) audit.Entry {
	e.V = audit.Version
	return e
}

func run() audit.Entry {
	e := audittest.Story()[2]
	return placed(e)
}

func TestEntryIsCanonical(t *testing.T) {
	e := run()
	e.Seq, e.Wall = 7, 900
	b, err := e.Encode()
	require.NoError(t, err)
	require.Equal(t, `{"action":"query.run","actor":{"account":"bank_a","organization":"bank","person":"p_bank_a","role":"analyst"},`+
		`"class":"3y","digests":{"query":"`+string(audittest.Digest("query"))+`","snapshot/persons":"`+string(audittest.Digest("s"))+`"},`+
		`"facts":{"grade":"2","grant":"grant_00000000000000000000000000000001"},"outcome":"running","seq":7,`+
		`"subject":"run_00000000000000000000000000000001","time":1002,"v":1,"wall":900}`, string(b))
	again, err := audit.Decode(b)
	require.NoError(t, err)
	require.Equal(t, e, again)
}

func TestEveryStoryEntryIsValid(t *testing.T) {
	for _, e := range audittest.Story() {
		e = placed(e)
		require.NoError(t, e.Validate(), e.Action)
	}
}

// What has not the form of the log stays out of it, above all data values and free text.
func TestEntryRefuses(t *testing.T) {
	long := strings.Repeat("a", 64)
	set := func(key, value string) func(e *audit.Entry) { return func(e *audit.Entry) { e.Facts[key] = value } }
	digest := func(name string, d catalog.Digest) func(e *audit.Entry) {
		return func(e *audit.Entry) { e.Digests[name] = d }
	}
	for name, spoil := range map[string]func(e *audit.Entry){
		"version":                     func(e *audit.Entry) { e.V = 2 },
		"negative number":             func(e *audit.Entry) { e.Seq = -1 },
		"number beyond JSON":          func(e *audit.Entry) { e.Seq = 1<<53 + 1 },
		"no time":                     func(e *audit.Entry) { e.Time = 0 },
		"time in seconds of eternity": func(e *audit.Entry) { e.Time = 1 << 60 },
		"wall after time":             func(e *audit.Entry) { e.Wall = e.Time },
		"unknown action":              func(e *audit.Entry) { e.Action = "query.rows" },
		"no action":                   func(e *audit.Entry) { e.Action = "" },
		"subject of another kind":     func(e *audit.Entry) { e.Subject = audittest.ID(catalog.PrefixGrant, 1) },
		"no subject":                  func(e *audit.Entry) { e.Subject = "" },
		"no outcome":                  func(e *audit.Entry) { e.Outcome = "" },
		"outcome of words":            func(e *audit.Entry) { e.Outcome = "it ran" },
		"no class":                    func(e *audit.Entry) { e.Class = "" },
		"unknown class":               func(e *audit.Entry) { e.Class = "1y" },
		"no actor":                    func(e *audit.Entry) { e.Actor = audit.Actor{} },
		"gateway with an organization": func(e *audit.Entry) {
			e.Actor = audit.Actor{Role: audit.RoleSystem, Organization: "bank"}
		},
		"account as the gateway":     func(e *audit.Entry) { e.Actor.Role = audit.RoleSystem },
		"account of words":           func(e *audit.Entry) { e.Actor.Account = "Zhang San" },
		"person's real name":         func(e *audit.Entry) { e.Actor.Person = "张三" },
		"unknown fact":               set("query", "x"),
		"grade out of range":         set("grade", "5"),
		"grade with a sign":          set("grade", "+2"),
		"count with zeros":           set("rows", "007"),
		"count below zero":           set("rows", "-1"),
		"grant of another kind":      set("grant", audittest.ID(catalog.PrefixRun, 1)),
		"resident number as dataset": set("dataset", "11010519491231002X"),
		"mobile number as account":   set("account", "13800138000"),
		"literal as reason":          set("reason", "base > 7200"),
		"text as verdict":            set("verdict", "the group is too small"),
		"SQL as mode":                set("mode", "select"+long),
		"address with a zone":        set("address", "fe80::1%eth0"),
		"address of a name":          set("address", "example.org"),
		"empty fact":                 set("mode", ""),
		"unknown digest":             digest("answer", audittest.Digest("x")),
		"digest of one of several":   digest("query/one", audittest.Digest("x")),
		"digest of an unnamed thing": digest("snapshot/A B", audittest.Digest("x")),
		"digest without algorithm":   digest("query", catalog.Digest(strings.Repeat("0", 64))),
		"digest in capitals":         digest("query", catalog.Digest("sha256:"+strings.Repeat("A", 64))),
		"short digest":               digest("query", "sha256:00"),
		"missing fact":               func(e *audit.Entry) { delete(e.Facts, "grant") },
		"missing digest":             func(e *audit.Entry) { delete(e.Digests, "query") },
		"too large": func(e *audit.Entry) {
			for i := range 200 {
				e.Digests["snapshot/d"+strconv.Itoa(i)] = audittest.Digest("x")
			}
		},
	} {
		e := run()
		spoil(&e)
		_, err := e.Encode()
		require.ErrorIs(t, err, audit.ErrInvalid, name)
	}
}

// What was asked for in vain need not carry what an effect must carry.
func TestRefusedEntryNeedsLess(t *testing.T) {
	e := run()
	e.Outcome, e.Facts, e.Digests = "refused", map[string]string{"code": "GRANT_MISSING"}, nil
	require.NoError(t, e.Validate())
	require.False(t, e.Effect())
	denied := placed(audittest.Entry(1, audit.ActionDenied, audittest.Person("bank_a"), "", "denied"))
	require.ErrorIs(t, denied.Validate(), audit.ErrInvalid)
	denied.Facts = map[string]string{"action": "release.collect"}
	require.NoError(t, denied.Validate())
}

func TestSubject(t *testing.T) {
	for in, want := range map[string]string{
		"persons": "persons", audittest.ID(catalog.PrefixRun, 1): audittest.ID(catalog.PrefixRun, 1),
		"SHA256:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg": "SHA256:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg",
		"SHA256:short": "", "": "", "../etc": "", "张三": "", "11010519491231002X": "", "a b": "", "a\nb": "", strings.Repeat("a", 64): "",
	} {
		require.Equal(t, want, audit.Subject(in))
	}
}

func TestDecodeIsStrict(t *testing.T) {
	e := run()
	good, err := e.Encode()
	require.NoError(t, err)
	for name, bad := range map[string]string{
		"space":          strings.Replace(string(good), ":", ": ", 1),
		"newline":        string(good) + "\n",
		"second value":   string(good) + "{}",
		"unknown member": strings.Replace(string(good), `"seq"`, `"note":"","seq"`, 1),
		"member twice":   strings.Replace(string(good), `"seq":0`, `"seq":0,"seq":0`, 1),
		"other case":     strings.Replace(string(good), `"seq"`, `"Seq"`, 1),
		"number as text": strings.Replace(string(good), `"time":1002`, `"time":"1002"`, 1),
		"exponent":       strings.Replace(string(good), `"time":1002`, `"time":1.002e3`, 1),
		"escape":         strings.Replace(string(good), `"running"`, `"\u0072unning"`, 1),
		"empty member":   strings.Replace(string(good), `"facts":{`, `"wall":0,"facts":{`, 1),
		"not JSON":       "running",
		"nothing":        "",
		"null":           "null",
	} {
		_, err := audit.Decode([]byte(bad))
		require.ErrorIs(t, err, audit.ErrInvalid, name)
		require.NotContains(t, err.Error(), "running", "an error quotes no content")
	}
}

// Every constant of type Action in the source has its row in the table.
func TestEveryActionHasItsRule(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "action.go", nil, 0)
	require.NoError(t, err)
	n := 0
	ast.Inspect(f, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok || len(spec.Names) == 0 || !strings.HasPrefix(spec.Names[0].Name, "Action") {
			return true
		}
		value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		require.NoError(t, err)
		e := run()
		e.Action, e.Subject = audit.Action(value), ""
		if err := e.Validate(); err != nil {
			require.NotContains(t, err.Error(), "action is not on the list", value)
		}
		n++
		return true
	})
	require.Greater(t, n, 50)
}

func FuzzDecode(f *testing.F) {
	for _, e := range audittest.Story() {
		e = placed(e)
		b, err := e.Encode()
		require.NoError(f, err)
		f.Add(b)
	}
	f.Add([]byte(`{"action":"denied","actor":{"role":"anonymous"},"class":"5y","facts":{"action":"x"},"outcome":"denied","seq":0,"time":1,"v":1}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := audit.Decode(b)
		if err != nil {
			require.ErrorIs(t, err, audit.ErrInvalid)
			return
		}
		again, err := e.Encode()
		require.NoError(t, err)
		require.Equal(t, string(b), string(again))
	})
}
