// Command hostile is a worker that does not keep the protocol. It answers probes, and otherwise does what the text of its
// job says. It is built by the tests of package sandbox.
package main

import (
	"encoding/binary"
	"io"
	"os"
	"runtime"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"yumen/sandbox/wire"
)

var result, status = os.NewFile(wire.FDResult, "result"), os.NewFile(wire.FDStatus, "status")

func main() {
	var plan [wire.PlanWords]uint64
	if binary.Read(os.NewFile(wire.FDPlan, "plan"), binary.LittleEndian, &plan) != nil {
		os.Exit(71)
	}
	job, err := wire.TakeJob(func(*wire.Job) error { return nil })
	if err != nil {
		os.Exit(70)
	}
	switch job.Kind {
	case wire.KindProbe:
		probed(plan[2], job.Probe.Deadly)
	case wire.KindRun:
		behave(job.Run.Statements[0].SQL)
	case wire.KindPost:
		post(job.Post.SQL)
	case wire.KindIngest:
		ingest(job.Ingest)
	}
}

// flaw is what a cage that does not hold looks like. Tests set it when they build this program.
var flaw string

// probed says what a real worker says in the cage that this one never enters.
func probed(layers uint64, deadly bool) {
	cage := &wire.Cage{Layers: layers, NoNewPrivs: true, Seccomp: 2, Tried: 1}
	switch {
	case flaw == "idle":
		cage.Tried = 0
	case flaw == "open":
		cage.Done = []string{"read /etc/passwd", "mount"}
	case deadly && flaw != "mild":
		if flaw == "other" {
			os.Exit(1)
		}
		dieOfACall()
	}
	say(&wire.Status{Code: wire.CodeOK, Cage: cage})
}

// dieOfACall ends this process as the filter of a cage does.
func dieOfACall() {
	runtime.LockOSThread()
	kill := unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_KILL_PROCESS}
	_ = unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
	_ = unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&unix.SockFprog{Len: 1, Filter: &kill})), 0, 0)
}

func say(s *wire.Status) { _ = wire.WriteStatus(status, s) }

func secret() *string {
	s := "secret"
	return &s
}

// rows writes a stream of n rows of one statement.
func rows(w io.Writer, n int) {
	out := wire.NewCellWriter(w)
	for range n {
		_ = out.Write(0, wire.Row{secret()})
	}
	_ = out.Close()
}

func endless(w io.Writer, b []byte) {
	for {
		if _, err := w.Write(b); err != nil {
			os.Exit(1)
		}
	}
}

// honest is what a worker says that has sent three rows.
var honest = &wire.Status{Code: wire.CodeOK, Rows: 3}

// behave does what is named; a name that is not known is a status line of the test's own.
func behave(name string) {
	f, ok := behaviours[name]
	if !ok {
		rows(result, 3)
		_, _ = status.Write([]byte(name))
		return
	}
	f()
}

var behaviours = map[string]func(){
	"honest": func() {
		rows(result, 3)
		say(honest)
	},
	"silence": func() {
		time.Sleep(time.Hour)
	},
	"closed silence": func() {
		result.Close()
		status.Close()
		os.Stderr.Close()
		time.Sleep(time.Hour)
	},
	"silence after all": func() {
		rows(result, 3)
		result.Close()
		say(honest)
		status.Close()
		time.Sleep(time.Hour)
	},
	"exit": func() {
		os.Exit(0)
	},
	"failing exit": func() {
		rows(result, 3)
		say(honest)
		os.Exit(3)
	},
	"panic": func() {
		panic("secret")
	},
	"no status": func() {
		rows(result, 3)
	},
	"no result": func() {
		say(honest)
	},
	"fewer rows": func() {
		rows(result, 2)
		say(honest)
	},
	"more rows": func() {
		rows(result, 4)
		say(honest)
	},
	"cut": func() {
		var whole cutWriter
		rows(&whole, 3)
		_, _ = result.Write(whole[:len(whole)/2])
		say(honest)
	},
	"trailing": func() {
		rows(result, 3)
		_, _ = result.Write([]byte("secret"))
		say(honest)
	},
	"garbage": func() {
		_, _ = result.Write([]byte("secret secret secret secret"))
		say(honest)
	},
	"endless rows": func() {
		out := wire.NewCellWriter(result)
		for out.Write(0, wire.Row{secret()}) == nil {
		}
	},
	"endless zeros": func() {
		endless(result, make([]byte, 1<<16))
	},
	"endless lengths": func() {
		endless(result, []byte{0xff, 0xff, 0xff, 0xff, 0xf0, 0xff, 0xff, 0x7f})
	},
	"endless status": func() {
		endless(status, []byte("secret "))
	},
	"endless words": func() {
		endless(os.Stderr, []byte("secret "))
	},
	"statement number": func() {
		out := wire.NewCellWriter(result)
		_ = out.Write(7, wire.Row{secret()})
		_ = out.Close()
		say(&wire.Status{Code: wire.CodeOK, Rows: 1})
	},
	"negative statement": func() {
		out := wire.NewCellWriter(result)
		_ = out.Write(-1, wire.Row{secret()})
		_ = out.Close()
		say(&wire.Status{Code: wire.CodeOK, Rows: 1})
	},
	"ragged": func() {
		out := wire.NewCellWriter(result)
		_ = out.Write(0, wire.Row{secret()})
		_ = out.Write(0, wire.Row{secret(), secret()})
		_ = out.Close()
		say(&wire.Status{Code: wire.CodeOK, Rows: 2})
	},
	"bytes": func() {
		bad := "\xff\xfe"
		out := wire.NewCellWriter(result)
		_ = out.Write(0, wire.Row{&bad})
		_ = out.Close()
		say(&wire.Status{Code: wire.CodeOK, Rows: 1})
	},
	"files instead": func() {
		out := wire.NewFileWriter(result)
		_ = out.Close()
		say(&wire.Status{Code: wire.CodeOK})
	},
	"rejected instead": func() {
		say(&wire.Status{Code: wire.CodeRejected, Faults: []wire.Fault{{Rule: wire.RuleType}}})
	},
}

type cutWriter []byte

func (c *cutWriter) Write(p []byte) (int, error) {
	*c = append(*c, p...)
	return len(p), nil
}

func post(name string) {
	out := wire.NewFileWriter(result)
	body := `[["secret"]]`
	columns := []wire.Column{{Name: "a", Type: "VARCHAR"}}
	switch name {
	case "nested":
		body = `[[["secret"]]]`
	case "wide":
		body = `[["a","b"]]`
	case "trailing":
		body += "x"
	case "object":
		body = `{"a":1}`
	case "null":
		body = "null"
	case "type":
		columns[0].Type = "STRUCT(a INTEGER)"
	case "other file":
		_ = out.Copy("../x", &cutReader{[]byte("x")})
	}
	_ = out.Copy(wire.FileRows, &cutReader{[]byte(body)})
	_ = out.Close()
	sizes := out.Sizes()
	if name == "size" {
		sizes[wire.FileRows]++
	}
	say(&wire.Status{Code: wire.CodeOK, Rows: 1, Columns: columns, Files: sizes})
}

type cutReader struct{ b []byte }

func (c *cutReader) Read(p []byte) (int, error) {
	if len(c.b) == 0 {
		return 0, io.EOF
	}
	n := copy(p, c.b)
	c.b = c.b[n:]
	return n, nil
}

func ingest(in *wire.Ingest) {
	out := wire.NewFileWriter(result)
	_ = out.Copy(wire.FileQuery, &cutReader{[]byte("query")})
	_ = out.Close()
	report := &wire.Report{Rows: 5, Columns: []wire.ColumnReport{{Name: in.Spec.Columns[0].Name, NotNull: true}}}
	sizes := out.Sizes()
	switch in.Spec.Provider { // the behaviour
	case "name":
		report.Columns[0].Name = "secret"
	case "count":
		report.Columns[0].Nulls = 6
	case "fact":
		report.Columns[0].Nulls = 5
	case "columns":
		report.Columns = nil
	case "entity":
		report.Entities = []wire.EntityReport{{Type: "secret"}}
	case "no report":
		report = nil
	case "size":
		sizes[wire.FileQuery]++
	case "fault":
		say(&wire.Status{Code: wire.CodeRejected, Faults: []wire.Fault{{Row: 1, Column: "the secret", Rule: wire.RuleExtraColumn},
			{Row: 1, Column: "secret", Rule: wire.RuleType}}})
		return
	}
	say(&wire.Status{Code: wire.CodeOK, Report: report, Files: sizes})
}
