package main

import (
	"math"
	"math/rand/v2"
)

// model is what an attacker knows of a population without knowing anybody's fact: how likely people with given attributes have it, learned from
// people of the same population who are not under attack (a census bureau's tables, a rival's customers). It is naive Bayes with one added to each count.
type model struct {
	prior float64     // logarithm of the odds
	odds  [][]float64 // by column and value: what it adds
}

// learn makes a model of the people who are given.
func learn(rows [][]uint8, values []int, fact []bool) *model {
	yes := 0
	for _, f := range fact {
		if f {
			yes++
		}
	}
	m := &model{prior: math.Log(float64(yes+1) / float64(len(rows)-yes+1))}
	for c, n := range values {
		var with, without [most]float64
		for i, r := range rows {
			if fact[i] {
				with[r[c]]++
			} else {
				without[r[c]]++
			}
		}
		odds := make([]float64, n)
		for v := range odds {
			odds[v] = math.Log((with[v]+1)/float64(yes+n)) - math.Log((without[v]+1)/float64(len(rows)-yes+n))
		}
		m.odds = append(m.odds, odds)
	}
	return m
}

// rate is how likely somebody with these attributes has the fact.
func (m *model) rate(row []uint8) float64 {
	sum := m.prior
	for c, v := range row {
		sum += m.odds[c][v]
	}
	return 1 / (1 + math.Exp(-sum))
}

// planPopulation asks about the target among few others whose facts the model is sure of: what is left to guess of them is less than the noise.
func planPopulation(p *people, random *rand.Rand, target, columns int) []question {
	return distinct(p, columns, 20*columns, func() box { return around(p, random, target, 2+random.IntN(4), 0.5) },
		func(b box) bool { return others(p, b, target) > large })
}

// guessPopulation is the best linear estimate of the target's fact: of each answer what the model expects of the others is taken off, and what is
// left is weighed by the inverse of how the answers vary together, for the same others are in several boxes and each has noise.
func guessPopulation(p *people, target int, questions []question, answers []answer, _ []int64) float64 {
	rates := make([]float64, len(p.rows))
	for i, r := range p.rows {
		rates[i] = p.model.rate(r)
	}
	var sets []set
	var above []float64
	for i, a := range answers {
		if !a.shown {
			continue
		}
		s := p.in(questions[i].box)
		rest := float64(a.count) - 0.5
		for x := range p.rows {
			if x != target && s.has(x) {
				rest -= rates[x]
			}
		}
		sets, above = append(sets, s), append(above, rest)
	}
	matrix := make([][]float64, len(sets))
	for i := range matrix {
		matrix[i] = make([]float64, len(sets))
		for j := range matrix[i] {
			for x := range p.rows {
				if x != target && sets[i].has(x) && sets[j].has(x) {
					matrix[i][j] += rates[x] * (1 - rates[x])
				}
			}
		}
		matrix[i][i] += sigma * sigma
	}
	var sum float64
	for _, w := range solve(matrix, above) {
		sum += w
	}
	return sum
}
