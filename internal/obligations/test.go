package main

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// In text an ID has hyphens, in an identifier underscores. A name is of a test when the IDs open it and a colon, or the rule and a colon, follow.
var (
	idText   = regexp.MustCompile(`^(?:BJ-FIN|BJ-OPS|SJZ|XC|XM)-[0-9]+[a-z]?`)
	named    = regexp.MustCompile("[\"`]((?:(?:BJ-FIN|BJ-OPS|SJZ|XC|XM)-[0-9]+[a-z]?(?:, ?)?)+)(?: [A-Z]{3}-[0-9]{3}(?:, ?[A-Z]{3}-[0-9]{3})*)?: ")
	identity = regexp.MustCompile(`\b[Tt]est_?((?:(?:BJ_FIN|BJ_OPS|SJZ|XC|XM)_[0-9]+[a-z]?_)+)`)
	idName   = regexp.MustCompile(`(?:BJ_FIN|BJ_OPS|SJZ|XC|XM)_[0-9]+[a-z]?`)
	scripted = regexp.MustCompile(`\A# ((?:(?:BJ-FIN|BJ-OPS|SJZ|XC|XM)-[0-9]+[a-z]?(?:, ?)?)+): `)
)

// tests lists the files that hold a test of a requirement, by ID, each once and in order.
func tests(tree fs.FS) (map[string][]string, error) {
	found := map[string][]string{}
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && name != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "bin" || d.Name() == "node_modules") {
			return fs.SkipDir
		}
		script := path.Ext(name) == ".txtar" || path.Ext(name) == ".txt" && strings.Contains(name, "testdata/script/")
		if d.IsDir() || !script && !strings.HasSuffix(name, "_test.go") && !strings.HasSuffix(name, "_test.rego") {
			return nil
		}
		text, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		for _, id := range idsIn(string(text), script) {
			if !slices.Contains(found[id], name) {
				found[id] = append(found[id], name)
			}
		}
		return nil
	})
	return found, err
}

func idsIn(text string, script bool) []string {
	var out []string
	list := func(m []string) {
		for id := range strings.SplitSeq(m[1], ",") {
			out = append(out, idText.FindString(strings.TrimSpace(id)))
		}
	}
	if script {
		if m := scripted.FindStringSubmatch(text); m != nil {
			list(m)
		}
		return out
	}
	for _, m := range named.FindAllStringSubmatch(text, -1) {
		list(m)
	}
	for _, m := range identity.FindAllStringSubmatch(text, -1) {
		for _, id := range idName.FindAllString(m[1], -1) {
			out = append(out, strings.ReplaceAll(id, "_", "-"))
		}
	}
	return out
}
