package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"yumen/policy"
)

func main() {
	tree := flag.String("tree", ".", "root of the project")
	write := flag.String("write", "", "file that gets the table")
	flag.Parse()
	if err := run(*tree, *write); err != nil {
		fmt.Fprintln(os.Stderr, "obligations:", err)
		os.Exit(1)
	}
}

func run(tree, write string) error {
	rows, err := coverage(tree)
	if err != nil {
		return err
	}
	if write != "" {
		if err := os.WriteFile(filepath.Clean(write), []byte(markdown(rows)), 0o644); err != nil {
			return err
		}
	}
	owed := 0
	for _, r := range rows {
		fmt.Printf("%-10s %-6s %s  %-17s rules %v tests %d\n", r.ID, r.Priority, r.Control, r.status(), r.Rules, len(r.Tests))
		if r.owed() {
			owed++
		}
	}
	fmt.Print("\n", summary(rows))
	if owed == 0 {
		return nil
	}
	fmt.Printf("\nwithout a test, though they must hold (%v):\n", built)
	for _, r := range rows {
		if r.owed() {
			fmt.Printf("  %s  %s  %s\n", r.ID, r.Control, r.Text)
		}
	}
	return fmt.Errorf("%d requirements that must hold have no test", owed)
}

// coverage is the table of the project in a folder.
func coverage(tree string) ([]row, error) {
	all, err := requirements()
	if err != nil {
		return nil, err
	}
	engine, err := policy.Open(policy.Config{Jurisdiction: "strict"})
	if err != nil {
		return nil, err
	}
	found, err := tests(os.DirFS(tree))
	if err != nil {
		return nil, err
	}
	return join(all, engine.Rules(), found)
}
