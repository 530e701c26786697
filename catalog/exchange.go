package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// ExchangeFormat names the form of a unified-catalog exchange file (统一目录交换文件, BJ-FIN-10).
const ExchangeFormat = "yumen-catalog-exchange/v1"

// Limits of one exchange file.
const (
	MaxExchangeBytes   = 64 << 20
	maxExchangeEntries = 20_000
)

// ErrExchange says that a file is no exchange file, or not a whole one.
var ErrExchange = errors.New("not a unified-catalog exchange file")

type exchange struct {
	Format  string          `json:"format"`
	Entries []exchangeEntry `json:"entries"`
}

// exchangeEntry is one dataset: its identifier in the unified catalog, its declaration, and the declaration's digest.
type exchangeEntry struct {
	Name      string      `json:"name"`
	CatalogID string      `json:"catalog_id,omitempty"`
	Digest    Digest      `json:"digest"`
	Spec      DatasetSpec `json:"spec"`
}

// EncodeExchange writes datasets as an exchange file, sorted by name: equal catalogs are equal files.
func EncodeExchange(all []*Dataset) ([]byte, error) {
	out := exchange{Format: ExchangeFormat, Entries: []exchangeEntry{}}
	for _, d := range all {
		digest, err := d.document().Digest()
		if err != nil {
			return nil, err
		}
		out.Entries = append(out.Entries, exchangeEntry{Name: d.Metadata.Name, CatalogID: d.Spec.CatalogID, Digest: digest, Spec: d.Spec})
	}
	slices.SortFunc(out.Entries, func(a, b exchangeEntry) int { return strings.Compare(a.Name, b.Name) })
	text, err := json.MarshalIndent(out, "", " ")
	if err != nil {
		return nil, fmt.Errorf("encode the exchange file: %w", err)
	}
	return append(text, '\n'), nil
}

func (d *Dataset) document() Document {
	return Document{Kind: KindDataset, Name: d.Metadata.Name, Body: d}
}

// DecodeExchange reads an exchange file: nothing unknown, every declaration valid and the one of its digest, every name once.
func DecodeExchange(text []byte) ([]*Dataset, error) {
	if len(text) > MaxExchangeBytes {
		return nil, fmt.Errorf("%w: it is larger than 64 MiB", ErrExchange)
	}
	var in exchange
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&in); err != nil {
		return nil, fmt.Errorf("%w: its form is another", ErrExchange)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) || in.Format != ExchangeFormat || len(in.Entries) > maxExchangeEntries {
		return nil, fmt.Errorf("%w: its format is not %s, or it has a tail or too many entries", ErrExchange, ExchangeFormat)
	}
	var out []*Dataset
	seen := map[string]bool{}
	for i, e := range in.Entries {
		d := &Dataset{APIVersion: APIVersion, Kind: KindDataset, Metadata: Metadata{Name: e.Name}, Spec: e.Spec}
		if err := d.Validate(); err != nil {
			return nil, fmt.Errorf("%w: entry %d: %w", ErrExchange, i+1, err)
		}
		if digest, err := d.document().Digest(); err != nil || digest != e.Digest || e.CatalogID != d.Spec.CatalogID || seen[e.Name] {
			return nil, fmt.Errorf("%w: entry %d is there twice, or not what its digest and identifier say", ErrExchange, i+1)
		}
		seen[e.Name] = true
		out = append(out, d)
	}
	return out, nil
}

// Drift is one difference between the zone and an exchange file.
type Drift struct {
	Dataset string `json:"dataset"`
	Field   string `json:"field,omitempty"` // empty: the whole dataset is on one side alone
	Zone    string `json:"zone,omitempty"`  // as JSON; empty: it is not there
	File    string `json:"file,omitempty"`
}

// Drifts compares two catalogs field by field; columns, entities and joins are compared by name and by place. It is empty exactly for equal catalogs.
func Drifts(zone, file []*Dataset) ([]Drift, error) {
	out := []Drift{}
	here, there := byName(zone), byName(file)
	for _, name := range sortedKeys(here, there) {
		a, b := here[name], there[name]
		switch {
		case a == nil:
			out = append(out, Drift{Dataset: name, File: "declared"})
			continue
		case b == nil:
			out = append(out, Drift{Dataset: name, Zone: "declared"})
			continue
		}
		x, err := a.tree()
		if err != nil {
			return nil, err
		}
		y, err := b.tree()
		if err != nil {
			return nil, err
		}
		drift(&out, name, "spec", x, y)
	}
	return out, nil
}

func byName(all []*Dataset) map[string]*Dataset {
	out := map[string]*Dataset{}
	for _, d := range all {
		out[d.Metadata.Name] = d
	}
	return out
}

func sortedKeys[T any](maps ...map[string]T) []string {
	var out []string
	for _, m := range maps {
		for k := range m {
			out = append(out, k)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// tree is the specification as JSON has it, with lists of named things as objects, their place among them.
func (d *Dataset) tree() (any, error) {
	text, err := json.Marshal(d.Spec)
	if err != nil {
		return nil, fmt.Errorf("compare declarations: %w", err)
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var tree map[string]any
	if err := dec.Decode(&tree); err != nil {
		return nil, fmt.Errorf("compare declarations: %w", err)
	}
	if columns, ok := tree["columns"].([]any); ok {
		named, order := map[string]any{}, []any{}
		for _, c := range columns {
			if m, ok := c.(map[string]any); ok {
				named[fmt.Sprint(m["name"])] = m
				order = append(order, m["name"])
			}
		}
		tree["columns"], tree["column order"] = named, order
	}
	return tree, nil
}

func drift(out *[]Drift, dataset, path string, a, b any) {
	x, xIs := a.(map[string]any)
	y, yIs := b.(map[string]any)
	if xIs && yIs {
		for _, key := range sortedKeys(x, y) {
			drift(out, dataset, path+"."+key, x[key], y[key])
		}
		return
	}
	if was, is := asText(a), asText(b); was != is {
		*out = append(*out, Drift{Dataset: dataset, Field: path, Zone: was, File: is})
	}
}

// asText is a part of a tree as JSON, its members in order; nothing is empty.
func asText(v any) string {
	if v == nil {
		return ""
	}
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}
