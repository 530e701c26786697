package policy

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"yumen/catalog"
	"yumen/internal/policyfile"
)

//go:embed all:rego
var embedded embed.FS

// DefaultBundle returns the rules, tests and data that are compiled into the binary.
func DefaultBundle() fs.FS {
	sub, err := fs.Sub(embedded, "rego")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}

// bundle is what a bundle's files say, before it is compiled.
type bundle struct {
	revision policyfile.Revision
	digest   catalog.Digest
	modules  map[string]string // production rules by path
	tests    map[string]string // *_test.rego by path
	bases    map[string]json.RawMessage
	data     map[string]any // the document data.yumen
	profiles map[Jurisdiction]*settings
}

// readBundle reads a bundle's files: .manifest, yumen/**.rego, data/**.yaml, testing/*.json. Any other file refuses.
func readBundle(files policyfile.Files) (*bundle, error) {
	b := &bundle{digest: files.Digest(), modules: map[string]string{}, tests: map[string]string{}, bases: map[string]json.RawMessage{}}
	var err error
	if b.revision, err = files.Revision(); err != nil {
		return nil, fmt.Errorf("read the policy bundle: %w", err)
	}
	for _, name := range files.Names() {
		if err := b.take(name, files[name]); err != nil {
			return nil, fmt.Errorf("read the policy bundle: %w", err)
		}
	}
	if err := b.readData(files); err != nil {
		return nil, fmt.Errorf("read the policy data: %w", err)
	}
	return b, nil
}

func (b *bundle) take(name string, raw []byte) error {
	switch {
	case name == policyfile.Manifest:
	case strings.HasPrefix(name, "yumen/") && strings.HasSuffix(name, "_test.rego"):
		b.tests[name] = string(raw)
	case strings.HasPrefix(name, "yumen/") && strings.HasSuffix(name, ".rego"):
		b.modules[name] = string(raw)
	case strings.HasPrefix(name, "testing/") && strings.HasSuffix(name, ".json"):
		b.bases[strings.TrimSuffix(path.Base(name), ".json")] = raw
	case strings.HasPrefix(name, "data/") && strings.HasSuffix(name, ".yaml"):
	default:
		return fmt.Errorf("%s has no place in a bundle", name)
	}
	return nil
}

// roles is data/roles.yaml.
type roles struct {
	Exclusive map[Role][]Role              `yaml:"exclusive"`
	Acts      map[Action]map[string][]Role `yaml:"acts"`
}

// readData reads the document data.yumen: profiles by jurisdiction, exclusive roles and acts.
func (b *bundle) readData(files policyfile.Files) error {
	base, err := readSettings(files, "data/default.yaml", nil)
	if err != nil {
		return err
	}
	if base.Lab || base.DeclarationsOptional {
		return errors.New("data/default.yaml: the default is no lab")
	}
	profiles := map[string]any{}
	b.profiles = map[Jurisdiction]*settings{}
	for _, name := range files.Names() {
		j, ok := strings.CutPrefix(name, "data/jurisdictions/")
		if !ok {
			continue
		}
		s, err := readSettings(files, name, base)
		if err != nil {
			return err
		}
		j = strings.TrimSuffix(j, ".yaml")
		if s.Lab != (Jurisdiction(j) == Lab) {
			return fmt.Errorf("%s: only the lab is a lab", name)
		}
		profiles[j], b.profiles[Jurisdiction(j)] = s.document(), s
	}
	r, err := readRoles(files)
	if err != nil {
		return err
	}
	exclusive := map[string]any{}
	for role, others := range r.Exclusive {
		exclusive[string(role)] = asSet(others)
	}
	b.data = map[string]any{"profiles": profiles, "exclusive": exclusive, "acts": r.Acts}
	return nil
}

// readSettings reads one file of parameters laid over a base, and refuses a value that is unknown or looser than the base's.
func readSettings(files policyfile.Files, name string, base *settings) (*settings, error) {
	var s settings
	if base != nil {
		s = *base
		s.RetentionByMarket, s.Credit = nil, maps.Clone(base.Credit)
	}
	if err := decodeYAML(files, name, &s); err != nil {
		return nil, err
	}
	if s.RetentionByMarket == nil && base != nil {
		s.RetentionByMarket = base.RetentionByMarket
	}
	if err := s.valid(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if base != nil {
		if err := s.looser(base); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return &s, nil
}

func readRoles(files policyfile.Files) (*roles, error) {
	const name = "data/roles.yaml"
	var r roles
	if err := decodeYAML(files, name, &r); err != nil {
		return nil, err
	}
	for _, role := range Roles() {
		if len(r.Exclusive[role]) == 0 {
			return nil, fmt.Errorf("%s: %s excludes nothing", name, role)
		}
	}
	for role, others := range r.Exclusive {
		for _, other := range others {
			if !slices.Contains(r.Exclusive[other], role) {
				return nil, fmt.Errorf("%s: %s excludes %s, but not the other way round", name, role, other)
			}
		}
	}
	return &r, nil
}

func decodeYAML(files policyfile.Files, name string, into any) error {
	raw, ok := files[name]
	if !ok {
		return fmt.Errorf("%s is missing", name)
	}
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	dec.KnownFields(true)
	if err := dec.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func asSet[T ~string](members []T) map[string]any {
	set := make(map[string]any, len(members))
	for _, m := range members {
		set[string(m)] = map[string]any{}
	}
	return set
}
