package compile_test

import (
	"math"
	"slices"
)

// What one contributor finds who knows his own amount: another's, within p percent.
const findWithin = "an amount within p percent"

// What he finds who knows his own mark.
const findOther = "another's mark"

// insiders is what a contributor determines of another with what he knows of himself.
func (w *hamlet) insiders(facts []fact) string {
	var sums []fact
	for _, f := range facts {
		if f.sum {
			sums = append(sums, f)
		}
	}
	if w.within(sums, 10) {
		return findWithin
	}
	var worlds []int
	for world := range 1 << len(w.public) {
		if w.fits(world, facts) {
			worlds = append(worlds, world)
		}
	}
	for i := range w.public {
		ever, never := 0, 0
		for _, world := range worlds {
			if world>>i&1 == 1 == w.marked[i] {
				ever, never = ever|world, never|^world
			}
		}
		if others := (1<<len(w.public) - 1) &^ (1 << i); ever&never&others != others {
			return findOther
		}
	}
	return ""
}

// within reports whether somebody can bound another's amount from above to less than p percent of it: an outsider, or one contributor
// who knows his own. Both know who is in every cell, and that no amount is negative.
func (w *hamlet) within(sums []fact, p int) bool {
	if len(sums) == 0 {
		return false
	}
	people := len(w.public)
	rows := make([][]float64, len(sums))
	for i, f := range sums {
		rows[i] = make([]float64, people+1)
		for j, in := range f.members(func(i int) bool { return w.marked[i] }) {
			rows[i][j] = float64(in)
		}
		rows[i][people] = float64(f.value)
	}
	for knows := -1; knows < people; knows++ {
		known := rows
		if knows >= 0 {
			if !slices.ContainsFunc(rows, func(r []float64) bool { return r[knows] != 0 }) {
				continue // he is in no cell, an outsider
			}
			own := make([]float64, people+1)
			own[knows], own[people] = 1, float64(w.amount[knows])
			known = append(slices.Clone(rows), own)
		}
		for target, amount := range w.amount {
			if target == knows || amount == 0 {
				continue
			}
			if most := largest(known, target); most-float64(amount) < float64(p)/100*float64(amount)-1e-6 {
				return true
			}
		}
	}
	return false
}

// largest is the largest value that a variable can have under equations over variables that are not negative; each row ends with its
// right side, which is not negative. The equations have a solution. It is the simplex method in two phases with Bland's rule.
func largest(rows [][]float64, target int) float64 {
	m, n := len(rows), len(rows[0])-1
	t := make([][]float64, m) // n variables, m artificial ones, right side
	basis := make([]int, m)
	for i, r := range rows {
		t[i] = make([]float64, n+m+1)
		copy(t[i], r[:n])
		t[i][n+i], t[i][n+m], basis[i] = 1, r[n], n+i
	}
	artificial := make([]float64, n+m)
	for i := range m {
		artificial[n+i] = -1
	}
	maximise(t, basis, artificial, n+m)
	goal := make([]float64, n+m)
	goal[target] = 1
	for i := range m { // an artificial variable that stays in the basis is zero and must stay so
		if basis[i] < n {
			continue
		}
		if j := slices.IndexFunc(t[i][:n], func(x float64) bool { return math.Abs(x) > 1e-7 }); j >= 0 {
			pivot(t, basis, i, j)
		}
	}
	return maximise(t, basis, goal, n)
}

// maximise brings a tableau to the largest value of a goal over its first columns and returns that.
func maximise(t [][]float64, basis []int, goal []float64, columns int) float64 {
	width := len(t[0]) - 1
	for {
		enter := -1
		for j := 0; j < columns && enter < 0; j++ {
			gain := goal[j]
			for i := range t {
				gain -= goal[basis[i]] * t[i][j]
			}
			if gain > 1e-7 {
				enter = j
			}
		}
		if enter < 0 {
			value := 0.0
			for i := range t {
				value += goal[basis[i]] * t[i][width]
			}
			return value
		}
		leave := -1
		for i := range t {
			if t[i][enter] <= 1e-7 {
				continue
			}
			if leave >= 0 {
				a, b := t[i][width]/t[i][enter], t[leave][width]/t[leave][enter]
				if a > b+1e-9 || a > b-1e-9 && basis[i] > basis[leave] {
					continue
				}
			}
			leave = i
		}
		if leave < 0 {
			return math.Inf(1)
		}
		pivot(t, basis, leave, enter)
	}
}

func pivot(t [][]float64, basis []int, row, column int) {
	by := t[row][column]
	for j := range t[row] {
		t[row][j] /= by
	}
	for i := range t {
		if f := t[i][column]; i != row && f != 0 {
			for j := range t[i] {
				t[i][j] -= f * t[row][j]
			}
		}
	}
	basis[row] = column
}
