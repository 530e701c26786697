package source

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"yumen/catalog"
)

// Location is a place in the domain, as the zone's configuration lists it: a directory, or a schema of a PostgreSQL database.
type Location struct {
	Name      string
	Provider  string // organization whose data it holds: what another provides is not read from it
	Directory string // absolute
	Owner     string // user who may own the directory and its files, beside root and the gateway: a name or a number; empty is nobody else

	Host         string // absolute path of the folder of a Unix socket, or the name or address of the server
	Port         int    // 0 is 5432
	Database     string
	Schema       string
	User         string
	PasswordFile string // empty: the server asks for none
	CAFile       string // whose certificates are believed, in PEM; needed unless the server is on this machine
}

// place reads what a declaration names in one location.
type place interface {
	// check looks at the location as it is now.
	check(ctx context.Context) error
	// takes reports whether it is of the kind that the declaration asks for.
	takes(s *catalog.Supply) bool
	read(ctx context.Context, spec *catalog.DatasetSpec, size func(int64), w io.Writer) error
	manifest(ctx context.Context, s *catalog.Supply) ([]byte, error)
}

// Set are the locations of a zone, by name.
type Set struct {
	names     []string
	places    map[string]place
	providers map[string]string
}

// New makes the set. It looks at the form alone: Check looks at the places.
func New(all []Location) (*Set, error) {
	out := &Set{places: map[string]place{}, providers: map[string]string{}}
	for i, l := range all {
		p, err := l.place()
		if err != nil {
			return nil, fmt.Errorf("location %s: %w", l.Name, err)
		}
		if !catalog.ResourceName(l.Name) || out.places[l.Name] != nil {
			return nil, fmt.Errorf("location %s: %w", l.Name, fault("名称应以小写字母开头，只含小写字母、数字和下划线，且不重复", "a name begins with a lower-case letter, holds lower-case letters, digits and underscores, and is there once"))
		}
		if !catalog.ResourceName(l.Provider) {
			return nil, fmt.Errorf("location %s: %w", l.Name, fault("请用 provider 写明是哪个提供单位的数据（机构名称）：只有其数据集可以从中读取", "say with provider whose data it holds (the name of an organization): its datasets alone are read from it"))
		}
		if slices.ContainsFunc(all[:i], l.meets) {
			return nil, fmt.Errorf("location %s: %w", l.Name, fault("两个提供单位的目录不能一个在另一个之内", "the directories of two providers do not lie within one another"))
		}
		out.names, out.places[l.Name], out.providers[l.Name] = append(out.names, l.Name), p, l.Provider
	}
	return out, nil
}

func (l Location) place() (place, error) {
	database := l.Host != "" || l.Port != 0 || l.Database != "" || l.Schema != "" || l.User != "" || l.PasswordFile != "" || l.CAFile != ""
	switch {
	case (l.Directory != "") == database:
		return nil, fault("写 directory，或者写 host 等数据库字段，二者其一", "give directory, or host and the other fields of a database: one of the two")
	case l.Directory != "" && !plain(l.Directory):
		return nil, fault("directory 应为规范的绝对路径，且不是根目录", "directory is an absolute path in its plain form, and not the root")
	case l.Directory != "":
		return directory{path: l.Directory, owner: l.Owner}, nil
	case l.Owner != "":
		return nil, fault("owner 只用于目录", "owner belongs to a directory")
	case l.Host == "" || l.Database == "" || l.Schema == "" || l.User == "" || l.Port < 0 || l.Port > 65535:
		return nil, fault("数据库须有 host、database、schema 与 user", "a database needs host, database, schema and user")
	case strings.HasPrefix(l.Host, "/") && !plain(l.Host):
		return nil, fault("host 为套接字目录时应为规范的绝对路径", "host, where it is the folder of a socket, is an absolute path in its plain form")
	case l.CAFile == "" && !l.onThisMachine():
		return nil, fault("不在本机的数据库须用 TLS：请给出 ca_file", "a database on another machine is reached by TLS alone: give ca_file")
	}
	return server{l}, nil
}

// meets reports whether a directory of another provider is within this one, or this one within it.
func (l Location) meets(other Location) bool {
	within := func(a, b string) bool { return strings.HasPrefix(a+"/", b+"/") }
	return l.Directory != "" && other.Directory != "" && l.Provider != other.Provider && (within(l.Directory, other.Directory) || within(other.Directory, l.Directory))
}

func plain(path string) bool {
	return filepath.IsAbs(path) && filepath.Clean(path) == path && path != "/"
}

// Names lists the locations in the order of the configuration.
func (s *Set) Names() []string { return append([]string(nil), s.names...) }

// Check looks at one location as it is now: that it is there, is owned as it should be, and lies where it may.
func (s *Set) Check(ctx context.Context, name string) error {
	p := s.places[name]
	if p == nil {
		return errUnknownPlace
	}
	return p.check(ctx)
}

// Declared reports whether the location that a declaration names is one of the zone's, of its provider, and of the kind that it asks for.
func (s *Set) Declared(spec *catalog.DatasetSpec) bool {
	if !spec.Supply.InPlace() {
		return false
	}
	p := s.places[spec.Supply.Location]
	return p != nil && p.takes(spec.Supply) && s.providers[spec.Supply.Location] == spec.Provider
}

// Read copies the file or table as one whole to w, after telling its size in bytes where that is known.
func (s *Set) Read(ctx context.Context, spec *catalog.DatasetSpec, size func(int64), w io.Writer) error {
	if !s.Declared(spec) {
		return errUnknownPlace
	}
	return s.places[spec.Supply.Location].read(ctx, spec, size, w)
}

// Manifest is the batch manifest that lies beside a file, or nothing where none is declared.
func (s *Set) Manifest(ctx context.Context, spec *catalog.DatasetSpec) ([]byte, error) {
	if !s.Declared(spec) {
		return nil, errUnknownPlace
	}
	if spec.Supply.Manifest == "" {
		return nil, nil
	}
	return s.places[spec.Supply.Location].manifest(ctx, spec.Supply)
}
