package zone

import (
	"bytes"
	"embed"
	"fmt"

	"yumen/catalog"
)

// declarations are the documents of the sample zone, as an operator would write them.
//
//go:embed declarations/*.yaml
var declarations embed.FS

// Files lists the embedded declarations in the order in which they are applied.
func Files() []string { return []string{"organizations.yaml", "accounts.yaml", "datasets.yaml"} }

// File returns the text of one embedded declaration, so that the demo can apply what a reader can read.
func File(name string) ([]byte, error) {
	text, err := declarations.ReadFile("declarations/" + name)
	if err != nil {
		return nil, fmt.Errorf("sample zone: %w", err)
	}
	return text, nil
}

// Documents returns all declarations of the sample zone: organizations, accounts, then datasets.
func Documents() ([]catalog.Document, error) {
	var all []catalog.Document
	for _, name := range Files() {
		text, err := File(name)
		if err != nil {
			return nil, err
		}
		documents, err := catalog.DecodeDocuments(bytes.NewReader(text))
		if err != nil {
			return nil, fmt.Errorf("sample zone: %s: %w", name, err)
		}
		all = append(all, documents...)
	}
	return all, nil
}
