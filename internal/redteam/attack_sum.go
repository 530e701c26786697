package main

import "math/rand/v2"

// planSums asks for the sum of the clamped amounts of boxes with the target in them. Every sum comes with the count that decides whether it is shown, which costs
// a column of its own; the fact is whether his amount is the most that it may be, or nothing.
func planSums(p *people, random *rand.Rand, target, columns int) []question {
	out := distinct(p, columns/2, 8*columns, func() box { return around(p, random, target, 1+random.IntN(3), 0.7) },
		func(b box) bool { return p.in(b).size() > large })
	for i := range out {
		out[i].sum = true
	}
	return out
}

// guessSums adds up what is above what the others account for.
func guessSums(p *people, _ int, _ []question, answers []answer, others []int64) float64 {
	var sum float64
	for i, a := range answers {
		if a.asked && a.shown {
			sum += float64(a.count-others[i]) - float64(p.clip)/2
		}
	}
	return sum
}
