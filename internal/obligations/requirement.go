package main

import (
	_ "embed"
	"fmt"
	"strings"
)

//go:embed requirements.tsv
var requirementsText string

// requirement is what one article of a regulation asks of the gateway.
type requirement struct {
	ID       string // document, article and letter: BJ-OPS-27d
	Priority string // must, should or later
	Control  string // K01 to K27: requirements that one implementation meets
	Text     string
}

func requirements() ([]requirement, error) {
	var out []requirement
	for line := range strings.Lines(requirementsText) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(f) != 4 {
			return nil, fmt.Errorf("requirements.tsv: %q has not four columns", line)
		}
		out = append(out, requirement{f[0], f[1], f[2], f[3]})
	}
	return out, nil
}
