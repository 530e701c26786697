package main

import (
	"math/rand/v2"
)

// planTracker asks for a box of one person without ever naming it: in a box A and a column c of which he alone has value v, those of A with c in S∪{v},
// those with c in the rest of the values or v, and all of A. What the first two have twice is he.
func planTracker(p *people, random *rand.Rand, target, columns int) []question {
	var out []question
	for range columns {
		if len(out)+3 > columns {
			break
		}
		with, without, ok := isolated(p, random, target)
		if !ok {
			if len(out) == 0 {
				return nil
			}
			break
		}
		c := 0
		for with[c] == without[c] {
			c++
		}
		own := with[c] &^ without[c]
		half := without[c] & random.Uint32()
		one, two := append(box(nil), with...), append(box(nil), with...)
		one[c], two[c] = half|own, without[c]&^half|own
		out = append(out, question{box: one}, question{box: two}, question{box: with})
	}
	return out
}

func guessTracker(_ *people, _ int, _ []question, answers []answer, _ []int64) float64 {
	var sum float64
	for i := 0; i+2 < len(answers); i += 3 {
		if a, b, all := answers[i], answers[i+1], answers[i+2]; a.shown && b.shown && all.shown {
			sum += float64(a.count+b.count-all.count) - 0.5
		}
	}
	return sum
}

// planReconstruction asks for many overlapping parts of one box of some hundred people.
func planReconstruction(p *people, random *rand.Rand, target, columns int) []question {
	for range 40 {
		base := around(p, random, target, 3, 0.25)
		if n := others(p, base, target); n < 2*large || n > 10*large {
			continue
		}
		next := func() box {
			b := around(p, random, target, 2+random.IntN(3), 0.6)
			for c := range b {
				if base[c] != 0 && b[c] != 0 {
					b[c] &= base[c]
				} else {
					b[c] |= base[c]
				}
			}
			return b
		}
		out := distinct(p, columns, 6*columns, next, func(b box) bool { return others(p, b, target) > large })
		if len(out) > 1 {
			return out
		}
	}
	return nil
}

// guessReconstruction is the estimate of least squares with a prior: what each answer is above its expectation, weighed by the inverse of how all
// answers vary together (the shared people and the noise), counted towards the target.
func guessReconstruction(p *people, target int, questions []question, answers []answer, _ []int64) float64 {
	rate := float64(p.fact.size()) / float64(len(p.rows))
	spread := rate * (1 - rate)
	var sets []set
	var above []float64
	for i, a := range answers {
		if a.shown {
			s := p.in(questions[i].box)
			sets = append(sets, s)
			above = append(above, float64(a.count))
		}
	}
	n := len(sets)
	if n < 2 {
		return 0
	}
	// People differ in how likely they have the fact: the prior of each is the rate that the largest box shows.
	widest := 0
	for i := range sets {
		if sets[i].size() > sets[widest].size() {
			widest = i
		}
	}
	local := above[widest] / float64(sets[widest].size())
	matrix := make([][]float64, n)
	for i := range matrix {
		matrix[i] = make([]float64, n)
		for j := range matrix[i] {
			matrix[i][j] = spread * float64(overlap(sets[i], sets[j]))
		}
		matrix[i][i] += sigma * sigma
		above[i] -= local * float64(sets[i].size())
	}
	weight := solve(matrix, above)
	var estimate, mass float64
	for i := range sets {
		if sets[i].has(target) {
			estimate += spread * weight[i]
			mass++
		}
	}
	if mass == 0 {
		return 0
	}
	return estimate
}

func overlap(a, b set) int {
	both := make(set, len(a))
	for w := range a {
		both[w] = a[w] & b[w]
	}
	return both.size()
}

// solve is Gauss's elimination of a symmetric positive definite system; it destroys its arguments.
func solve(m [][]float64, y []float64) []float64 {
	for i := range m {
		for j := i + 1; j < len(m); j++ {
			f := m[j][i] / m[i][i]
			for k := i; k < len(m); k++ {
				m[j][k] -= f * m[i][k]
			}
			y[j] -= f * y[i]
		}
	}
	for i := len(m) - 1; i >= 0; i-- {
		for k := i + 1; k < len(m); k++ {
			y[i] -= m[i][k] * y[k]
		}
		y[i] /= m[i][i]
	}
	return y
}

// others counts those with the fact in a box, the target left out.
func others(p *people, b box, target int) int64 {
	selected := p.in(b)
	n := p.withFact(selected)
	if selected.has(target) && p.fact.has(target) {
		n--
	}
	return n
}

// planComparator asks for boxes where the target makes exactly the difference between k−1 and k.
func planComparator(p *people, random *rand.Rand, target, columns int) []question {
	return distinct(p, columns, 150+20*columns, func() box { return around(p, random, target, 3+random.IntN(4), 0.2) },
		func(b box) bool { return others(p, b, target) == k-1 })
}

// guessComparator looks at nothing but whether the cell is shown.
func guessComparator(_ *people, _ int, _ []question, answers []answer, _ []int64) float64 {
	var sum float64
	for _, a := range answers {
		switch {
		case !a.asked:
		case a.shown:
			sum++
		default:
			sum -= 0.01 // that it is withheld says little: it may be for another reason
		}
	}
	return sum
}

// Boxes of this many others with the fact are a little too small to be shown often.
const (
	fewest  = k + 4*sigma - 17
	fullest = k + 4*sigma - 3
)

// planFree asks far more than the budget holds, about boxes that are a little too small: whoever charges shown answers alone tells the rest for nothing.
func planFree(p *people, random *rand.Rand, target, _ int) []question {
	next := func() box {
		b := around(p, random, target, 2, 0.6)
		for range 12 {
			if others(p, b, target) <= fullest {
				break
			}
			c := random.IntN(len(b))
			if b[c] == 0 {
				b[c] = 1<<p.values[c] - 1
			}
			b[c] = b[c]&(random.Uint32()|random.Uint32()) | 1<<p.rows[target][c]
		}
		return b
	}
	return distinct(p, 500, 2500, next, func(b box) bool { n := others(p, b, target); return n >= fewest && n <= fullest })
}

// guessFree adds the likelihood ratios of what was shown, of what was not, and of what was refused while later questions were answered: that would have
// been shown.
func guessFree(_ *people, _ int, _ []question, answers []answer, others []int64) float64 {
	const line = k + 4*sigma
	last := 0
	for i, a := range answers {
		if a.asked {
			last = i
		}
	}
	var sum float64
	for i, a := range answers {
		short := line - float64(others[i]) // noise from which on the cell is shown, without the target
		switch {
		case a.asked && a.shown:
			sum += (float64(a.count-others[i]) - 0.5) / (sigma * sigma)
		case a.asked:
			sum += logBelow(short-2) - logBelow(short-1)
		case i < last:
			sum += logBelow(1-short) - logBelow(-short)
		}
	}
	return sum
}

// planSpelling writes one question in many ways.
func planSpelling(p *people, random *rand.Rand, target, columns int) []question {
	one := planInsider(p, random, target, 1)
	if len(one) == 0 {
		return nil
	}
	var out []question
	for i := range 512 * columns {
		out = append(out, question{box: one[0].box, spelling: i})
	}
	return out
}
