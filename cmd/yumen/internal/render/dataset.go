package render

import (
	"bytes"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"yumen/catalog"
)

// Notes are remarks by column; those about the whole are under "".
type Notes map[string][]string

// Dataset is a proposed declaration as YAML, with the remarks as comments beside what they are about. Fields that a person must fill
// in are empty and marked; with an empty field the document is refused.
func Dataset(d *catalog.Dataset, notes Notes, fill string) ([]byte, error) {
	var b bytes.Buffer
	comments(&b, "", notes[""])
	s := &d.Spec
	fmt.Fprintf(&b, "apiVersion: %s\nkind: %s\nmetadata: {name: %s}\nspec:\n", d.APIVersion, d.Kind, d.Metadata.Name)
	fmt.Fprintf(&b, "  title: {zh: , en: }  # %s\n", fill)
	if s.Provider == "" {
		fmt.Fprintf(&b, "  provider:  # %s\n", fill)
	} else {
		fmt.Fprintf(&b, "  provider: %s\n", s.Provider)
	}
	fmt.Fprintf(&b, "  # directory: {duty: , data: , system: , table: }\n  # state_secret: false\n  sharing: %s\n  market: %s\n", s.Sharing, s.Market)
	fmt.Fprintf(&b, "  prohibited: {national_security: , public_interest: , source_agreement: , law: }  # %s: true, false (BJ-OPS-28)\n", fill)
	b.WriteString("  # frequency: daily\n  # retention: P3Y\n  entities:\n")
	for i := range s.Entities {
		if err := item(&b, &s.Entities[i], nil); err != nil {
			return nil, err
		}
	}
	b.WriteString("  columns:\n")
	for i := range s.Columns {
		c := &s.Columns[i]
		comments(&b, "  ", notes[c.Name])
		t, err := catalog.ParseType(c.Type)
		plain := err == nil && (t.Numeric() || t.Name == catalog.TypeBoolean)
		if err := item(&b, c, map[string]bool{"bounds": true, "domain": plain, "sensitive_values": plain}); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}

func comments(b *bytes.Buffer, indent string, lines []string) {
	for _, line := range lines {
		fmt.Fprintf(b, "%s# %s\n", indent, strings.Join(strings.Fields(line), " "))
	}
}

// item writes one element of a list on one line. The values of the members in plain are written without quotes.
func item(b *bytes.Buffer, v any, plain map[string]bool) error {
	var n yaml.Node
	if err := n.Encode(v); err != nil {
		return fmt.Errorf("print yaml: %w", err)
	}
	n.Style = yaml.FlowStyle
	for i := 0; i+1 < len(n.Content); i += 2 {
		member := n.Content[i+1]
		member.Style |= yaml.FlowStyle
		for _, value := range member.Content {
			if plain[n.Content[i].Value] {
				value.Tag, value.Style = "", 0
			}
		}
	}
	text, err := yaml.Marshal(&n)
	if err != nil {
		return fmt.Errorf("print yaml: %w", err)
	}
	fmt.Fprintf(b, "  - %s\n", strings.TrimSpace(string(text)))
	return nil
}
