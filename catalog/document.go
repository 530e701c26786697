package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gowebpki/jcs"
	"go.yaml.in/yaml/v3"
)

// Limits of one file of declarations.
const (
	MaxDocumentBytes = 1 << 20
	maxDocuments     = 200
	maxAliases       = 100
	maxNodes         = 100_000 // with every alias counted as often as it is used
)

// Body is what a document declares: *Dataset, *Computation, *Product, *Calendar, *Organization or *Account.
type Body interface {
	// Validate returns Problems, or nil when the declaration can be applied.
	Validate() error
	header() (apiVersion string, kind Kind, name string)
	normalise()
}

// Document is one declared resource. Its body is normalised and valid.
type Document struct {
	Kind Kind
	Name string
	Line int // first line in the file, 0 when it came from elsewhere
	Body Body
}

func newBody(k Kind) Body {
	switch k {
	case KindDataset:
		return new(Dataset)
	case KindOrganization:
		return new(Organization)
	case KindAccount:
		return new(Account)
	case KindComputation:
		return new(Computation)
	case KindProduct:
		return new(Product)
	case KindCalendar:
		return new(Calendar)
	}
	return nil
}

// DecodeDocuments reads a file of YAML documents. It accepts nothing it does not know: unknown and duplicate fields, empty
// values, wrong types, merge keys and oversized input are refused. Every document is normalised (values in their canonical
// spelling) and validated; the error is Problems and lists all faults with their lines.
func DecodeDocuments(r io.Reader) ([]Document, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxDocumentBytes+1))
	if err != nil {
		return nil, fmt.Errorf("reading documents: %w", err)
	}
	var c checker
	switch {
	case len(text) > MaxDocumentBytes:
		c.add("", "文件超过 1 MiB：请拆分", "the file is larger than 1 MiB: split it")
	case !utf8.Valid(text):
		c.add("", "文件不是 UTF-8 编码：请转换", "the file is not UTF-8: convert it")
	}
	if len(c.problems) > 0 {
		return nil, c.problems
	}
	nodes, problems := parseNodes(text)
	if len(problems) > 0 {
		return nil, problems
	}
	return decodeNodes(nodes)
}

func decodeNodes(nodes []*yaml.Node) ([]Document, error) {
	var documents []Document
	var all Problems
	seen := map[string]bool{}
	budget := &aliasBudget{aliases: maxAliases, nodes: maxNodes}
	for i, n := range nodes {
		d, problems := decodeNode(n, budget)
		if key := string(d.Kind) + "/" + d.Name; len(problems) == 0 && seen[key] {
			problems = Problems{{Line: d.Line, Field: "metadata.name", Message: Text{Zh: "同一文件中重复声明", En: "declared twice in this file: keep one"}}}
		} else {
			seen[key] = true
		}
		for _, p := range problems {
			p.Document = i + 1
			all = append(all, p)
		}
		documents = append(documents, d)
	}
	if len(all) > 0 {
		return nil, all
	}
	return documents, nil
}

// parseNodes splits the text into the root nodes of its documents; empty documents are skipped.
func parseNodes(text []byte) ([]*yaml.Node, Problems) {
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var nodes []*yaml.Node
	for {
		var n yaml.Node
		switch err := dec.Decode(&n); {
		case errors.Is(err, io.EOF):
			return nodes, nil
		case err != nil:
			return nil, Problems{syntaxProblem(err)}
		}
		if n.Kind != yaml.DocumentNode || len(n.Content) != 1 || n.Content[0].Tag == "!!null" {
			continue
		}
		if nodes = append(nodes, n.Content[0]); len(nodes) > maxDocuments {
			return nil, Problems{{Line: n.Line, Message: Text{Zh: "一个文件最多 200 个文档：请拆分", En: "more than 200 documents in one file: split it"}}}
		}
	}
}

var yamlLine = regexp.MustCompile(`line ([0-9]+): `)

// syntaxProblem keeps the line of a YAML error and drops its text, which may quote the file.
func syntaxProblem(err error) Problem {
	p := Problem{Message: Text{Zh: "不是合法的 YAML：请检查缩进、引号和锚点", En: "not valid YAML: check indentation, quotes and anchors"}}
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		p.Line, _ = strconv.Atoi(m[1]) // digits by the expression; a line that does not fit is no line
	}
	return p
}

func decodeNode(n *yaml.Node, budget *aliasBudget) (Document, Problems) {
	d := Document{Line: n.Line}
	kind, ok := mappingValue(n, "kind")
	if !ok || newBody(Kind(kind)) == nil {
		return d, Problems{{Line: n.Line, Field: "kind", Message: Text{
			Zh: "缺少或未知的 kind：请用 Dataset、Computation、Product、Calendar、Organization 或 Account", En: "the kind is missing or unknown: use Dataset, Computation, Product, Calendar, Organization or Account"}}}
	}
	d.Kind, d.Body = Kind(kind), newBody(Kind(kind))
	w := walker{budget: budget, lines: map[string]int{"": n.Line}}
	w.walkBody(n, d.Body)
	if len(w.problems) > 0 {
		return d, w.problems
	}
	if err := n.Decode(d.Body); err != nil { // the walk has checked every field: what is left is a fault of nesting or anchors
		return d, Problems{syntaxProblem(err)}
	}
	d.Body.normalise()
	_, _, d.Name = d.Body.header()
	var problems Problems
	if err := d.Body.Validate(); err != nil && !errors.As(err, &problems) {
		problems = Problems{syntaxProblem(err)}
	}
	for i := range problems {
		problems[i].Line = w.lineOf(problems[i].Field)
	}
	return d, problems
}

// DecodeCanonical reads one document from its canonical JSON, as Canonical wrote it, and validates it again.
func DecodeCanonical(text []byte) (Document, error) {
	var head struct {
		Kind Kind `json:"kind"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return Document{}, fmt.Errorf("decoding a document: %w", err)
	}
	d := Document{Kind: head.Kind, Body: newBody(head.Kind)}
	if d.Body == nil {
		return Document{}, errors.New("decoding a document: unknown kind")
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(d.Body); err != nil {
		return Document{}, fmt.Errorf("decoding a document: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return Document{}, errors.New("decoding a document: bytes after its end")
	}
	if err := d.Body.Validate(); err != nil {
		return Document{}, fmt.Errorf("decoding a document: %w", err)
	}
	_, _, d.Name = d.Body.header()
	return d, nil
}

// Canonical is the document as canonical JSON (RFC 8785): equal declarations have equal bytes, whatever their file looked like.
func (d Document) Canonical() ([]byte, error) {
	plain, err := json.Marshal(d.Body)
	if err != nil {
		return nil, fmt.Errorf("encoding a document: %w", err)
	}
	canonical, err := jcs.Transform(plain)
	if err != nil {
		return nil, fmt.Errorf("canonical form of a document: %w", err)
	}
	return canonical, nil
}

// Digest is the digest of the canonical form.
func (d Document) Digest() (Digest, error) {
	canonical, err := d.Canonical()
	if err != nil {
		return "", err
	}
	return DigestOf(canonical), nil
}

// mappingValue returns the plain value of a key of a mapping.
func mappingValue(n *yaml.Node, key string) (string, bool) {
	if n.Kind != yaml.MappingNode {
		return "", false
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key && n.Content[i+1].Kind == yaml.ScalarNode {
			return strings.TrimSpace(n.Content[i+1].Value), true
		}
	}
	return "", false
}
