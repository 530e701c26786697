package main

import (
	"math/rand/v2"
)

// attack is one way to find out a fact. It plans questions about a target without seeing any answer, and guesses from the answers. An attack
// that finds nothing to ask about a target plans none, and another target is taken.
type attack struct {
	name    string
	insider bool // knows the fact of everybody but the target
	plan    func(p *people, random *rand.Rand, target, columns int) []question
	// guess is positive for yes, negative for no, 0 for not knowing. Others are what is known of each question without the target, for insiders.
	guess func(p *people, target int, questions []question, answers []answer, others []int64) float64
}

// attacks are all of them. Those of the literature: differencing pairs and trackers (Denning, Denning, Schwartz 1979), averaging (Asghar, Kaafar), noise
// exploitation by equality (Gadotti et al. 2019), linear reconstruction (Dinur, Nissim 2003). Population is an attacker with a model of
// everybody else, sums one after an amount.
func attacks() []attack {
	return []attack{
		{"insider", true, planInsider, guessInsider},
		{"sums", true, planSums, guessSums},
		{"pairs", false, planPairs, guessPairs},
		{"equality", false, planPairs, guessEquality},
		{"averaging", false, planAveraging, guessPairs},
		{"tracker", false, planTracker, guessTracker},
		{"reconstruction", false, planReconstruction, guessReconstruction},
		{"population", false, planPopulation, guessPopulation},
		{"comparator", true, planComparator, guessComparator},
		{"free answers", true, planFree, guessFree},
		{"spelling", true, planSpelling, guessInsider},
	}
}

// around is a random box that holds a target: so many columns with conditions, and each value of theirs admitted with a probability.
func around(p *people, random *rand.Rand, target, conditions int, admitted float64) box {
	b := make(box, len(p.values))
	for range conditions {
		c := random.IntN(len(p.values))
		b[c] = 1 << p.rows[target][c]
		for v := range p.values[c] {
			if random.Float64() < admitted {
				b[c] |= 1 << v
			}
		}
	}
	return b
}

// large is a number of people with the fact that is shown for certain: k and twice the farthest that noise reaches.
const large = k + 8*sigma

// distinct plans up to n questions about different cells, each for which admit says so, in a bounded number of trials.
func distinct(p *people, n, trials int, next func() box, admit func(box) bool) []question {
	seen := map[string]bool{}
	var out []question
	for range trials {
		if len(out) == n {
			break
		}
		b := next()
		if key := p.canonical(b); !seen[key] && admit(b) {
			seen[key] = true
			out = append(out, question{box: b})
		}
	}
	return out
}

func planInsider(p *people, random *rand.Rand, target, columns int) []question {
	return distinct(p, columns, 8*columns, func() box { return around(p, random, target, 1+random.IntN(3), 0.7) },
		func(b box) bool { return others(p, b, target) > large })
}

// guessInsider adds up what is above what the others account for: the likelihood ratio of Gaussian noise.
func guessInsider(_ *people, _ int, _ []question, answers []answer, others []int64) float64 {
	var sum float64
	for i, a := range answers {
		if a.asked && a.shown {
			sum += float64(a.count-others[i]) - 0.5
		}
	}
	return sum
}

// isolated finds a box and a column so that the target alone has his value of that column in the box, and the rest of the box is large.
func isolated(p *people, random *rand.Rand, target int) (with, without box, ok bool) {
	for range 40 {
		with = around(p, random, target, 1+random.IntN(4), 0.3)
		if others(p, with, target) <= large {
			continue
		}
		selected := p.in(with)
		for _, c := range random.Perm(len(p.values)) {
			own := p.rows[target][c]
			if with[c] == 0 && overlap(selected, p.having[c][own]) == 1 {
				with[c] = 1<<p.values[c] - 1
				without = append(box(nil), with...)
				without[c] &^= 1 << own
				return with, without, true
			}
		}
	}
	return nil, nil, false
}

// planPairs asks with and without the one value that only the target has.
func planPairs(p *people, random *rand.Rand, target, columns int) []question {
	var out []question
	seen := map[string]bool{}
	for range 2 * columns {
		with, without, ok := isolated(p, random, target)
		if !ok && len(out) == 0 || len(out)+2 > columns {
			break
		}
		if ok && !seen[p.canonical(with)] {
			seen[p.canonical(with)] = true
			out = append(out, question{box: with}, question{box: without})
		}
	}
	return out
}

func guessPairs(_ *people, _ int, _ []question, answers []answer, _ []int64) float64 {
	var sum float64
	for i := 0; i+1 < len(answers); i += 2 {
		if a, b := answers[i], answers[i+1]; a.shown && b.shown {
			sum += float64(a.count-b.count) - 0.5
		}
	}
	return sum
}

// guessEquality takes equal answers for equal rows: the one person between two questions is then not among those who have the fact.
func guessEquality(_ *people, _ int, _ []question, answers []answer, _ []int64) float64 {
	equal, different := 0, 0
	for i := 0; i+1 < len(answers); i += 2 {
		a, b := answers[i], answers[i+1]
		switch {
		case !a.shown || !b.shown:
		case a.count == b.count:
			equal++
		default:
			different++
		}
	}
	return float64(different) - 8*float64(equal) // by chance they are equal one time in 35
}

// planAveraging asks one pair in many surroundings: conditions that leave out values which nobody in the box has, so that the rows are the same.
func planAveraging(p *people, random *rand.Rand, target, columns int) []question {
	with, without, ok := isolated(p, random, target)
	if !ok {
		return nil
	}
	selected := p.in(with)
	var empty [][2]int // column and value that nobody in the box has
	for c := range p.values {
		for v := range p.values[c] {
			if with[c]>>v&1 == 1 || with[c] == 0 {
				here := 0
				for w := range selected {
					if selected[w]&p.having[c][v][w] != 0 {
						here++
					}
				}
				if here == 0 {
					empty = append(empty, [2]int{c, v})
				}
			}
		}
	}
	var out []question
	seen := map[string]bool{}
	for range 4 * columns {
		a, b := append(box(nil), with...), append(box(nil), without...)
		for _, e := range empty {
			if random.IntN(2) == 0 {
				for _, x := range []box{a, b} {
					if x[e[0]] == 0 {
						x[e[0]] = 1<<p.values[e[0]] - 1
					}
					x[e[0]] &^= 1 << e[1]
				}
			}
		}
		if key := p.canonical(a); !seen[key] && len(out)+2 <= columns {
			seen[key] = true
			out = append(out, question{box: a}, question{box: b})
		}
	}
	return out
}
