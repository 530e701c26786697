package main

import (
	"flag"
	"fmt"
	"io"
	"math"
	"os"
)

func main() {
	data := flag.String("data", "testdata/data", "folder of the data sets")
	people := flag.Int("people", 6000, "how many people of each data set")
	targets := flag.Int("targets", 100, "how often each attack is played")
	flag.Parse()
	worst, err := run(os.Stdout, *data, *people, *targets)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("worst margin %.3f\n", worst)
	if worst < 0 {
		os.Exit(1)
	}
}

// budgets say with how many columns an attack is played: those that need much to ask are played on less.
func budgets(name string) []int {
	switch name {
	case "insider":
		return []int{2, 8, 32, 128}
	case "spelling", "free answers":
		return []int{1}
	case "comparator":
		return []int{2, 8}
	default:
		return []int{8, 32}
	}
}

// run plays every attack on every data set against the noisy mode, and returns the worst margin.
func run(w io.Writer, dir string, most, targets int) (float64, error) {
	worst := math.Inf(1)
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
				fmt.Fprintf(w, "%v  margin %.3f\n", r, r.margin())
				worst = min(worst, r.margin())
			}
		}
	}
	return worst, nil
}
