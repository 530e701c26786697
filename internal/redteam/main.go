package main

import (
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
)

func main() {
	data := flag.String("data", "testdata/data", "folder of the data sets")
	people := flag.Int("people", 6000, "how many people of each data set")
	targets := flag.Int("targets", 200, "how often each attack is played")
	runs := flag.String("runs", "", "what attacks on whole runs came to (YUMEN_REDTEAM of the tests of cmd/yumend)")
	flag.Parse()
	worst, err := run(os.Stdout, *data, *runs, *people, *targets)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("worst margin %.1f\n", worst)
	if worst < 0 {
		os.Exit(1)
	}
}

// budgets say with how many columns an attack is played: those that need much to ask are played on less.
func budgets(name string) []int {
	switch name {
	case "insider", "sums":
		return []int{2, 8, 32, 128}
	case "spelling", "free answers":
		return []int{1}
	case "comparator":
		return []int{2, 8}
	default:
		return []int{8, 32}
	}
}

// run plays every attack on every data set against the parts of the noisy mode, and returns the worst margin in percent points, that of attacks on whole
// runs among them.
func run(w io.Writer, dir, runs string, most, targets int) (float64, error) {
	worst := math.Inf(1)
	if runs != "" {
		var err error
		if worst, err = played(w, runs); err != nil {
			return 0, err
		}
	}
	for _, f := range files {
		p, err := f.read(dir, most)
		if err != nil {
			return 0, err
		}
		for _, a := range attacks() {
			for _, columns := range budgets(a.name) {
				r, err := measure(p, a, func(n int64) defence { return mode{sigma: sigma, columns: n, k: k} }, columns, targets)
				if err != nil {
					return 0, err
				}
				fmt.Fprintf(w, "%v  margin %.1f\n", r, r.margin())
				worst = min(worst, r.margin())
			}
		}
		for _, a := range amountAttacks() {
			for _, columns := range []int{32, 128} {
				r, err := measureAmounts(p, a, factors{}, columns, targets)
				if err != nil {
					return 0, err
				}
				fmt.Fprintf(w, "%v  margin %.1f\n", r, r.margin())
				worst = min(worst, r.margin())
			}
		}
	}
	return worst, nil
}

// played reads what attacks on whole runs came to, one a line that ends with its margin, and returns the worst.
func played(w io.Writer, path string) (float64, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return 0, fmt.Errorf("redteam: %w", err)
	}
	worst := math.Inf(1)
	for line := range strings.Lines(string(b)) {
		_, text, ok := strings.Cut(strings.TrimSpace(line), "  margin ")
		margin, err := strconv.ParseFloat(text, 64)
		if !ok || err != nil {
			return 0, fmt.Errorf("redteam: %s: a line without a margin", path)
		}
		fmt.Fprint(w, line)
		worst = min(worst, margin)
	}
	if math.IsInf(worst, 1) {
		return 0, fmt.Errorf("redteam: %s: nothing was played", path)
	}
	return worst, nil
}
