package main

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"

	"yumen/enclave/budget"
	"yumen/enclave/noise"
)

// The mode under attack: grade 2 of the defaults.
const (
	sigma = 10
	k     = 5
)

// result is one attack at one number of columns.
type result struct {
	data, attack string
	columns      int
	targets      int
	right        float64 // guesses that are right; not knowing is half
	bound        float64 // what the theorem allows, rounded up
}

func (r result) accuracy() float64 { return r.right / float64(r.targets) }

// interval is Wilson's, for z deviations.
func (r result) interval(z float64) (low, high float64) {
	n, a := float64(r.targets), r.accuracy()
	middle := (a + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(a*(1-a)/n+z*z/(4*n*n))
	return middle - half, middle + half
}

// margin is how far, in percent points, the bound lies above what was measured for certain (99.9 %).
func (r result) margin() float64 {
	low, _ := r.interval(3.2905)
	return 100 * (r.bound - low)
}

func (r result) String() string {
	low, high := r.interval(1.96)
	return fmt.Sprintf("%-7s %-15s %4d columns  right %5.1f %% [%.1f, %.1f] of %d  bound %.1f %%", r.data, r.attack, r.columns,
		100*r.accuracy(), 100*low, 100*high, r.targets, 100*r.bound)
}

// bound of so many columns of one unit: every step rounded up, as the gateway states it.
func bound(columns int) (float64, error) {
	ten := big.NewRat(sigma, 1)
	loss, err := noise.Loss(ten)
	if err != nil {
		return 0, fmt.Errorf("redteam: %w", err)
	}
	scale, err := noise.NewScale(ten, 1)
	if err != nil {
		return 0, fmt.Errorf("redteam: %w", err)
	}
	times := big.NewRat(int64(columns), 1)
	guess, err := budget.Guess(budget.Spent{Loss: loss.Mul(loss, times), Slack: new(big.Rat).Mul(scale.Slack(), times)})
	if err != nil {
		return 0, fmt.Errorf("redteam: %w", err)
	}
	out, _ := guess.Float64()
	return out, nil
}

// measure plays an attack on so many targets. Whether a target has the fact is tossed for the occasion, half yes and half no, so that the prior is even whatever
// the other columns make likely: only what answers tell of the target himself helps.
func measure(p *people, a attack, d func(columns int64) defence, columns, targets int) (result, error) {
	limit, err := bound(columns)
	if err != nil {
		return result{}, err
	}
	random := rand.New(rand.NewPCG(uint64(columns), uint64(len(a.name))<<32|uint64(a.name[0])))
	out := result{data: p.name, attack: a.name, columns: columns, bound: limit}
	facts := random.Perm(targets)
	playable := random.Perm(len(p.rows))
	for round := uint64(0); ; round++ { // whom it can be played on is played on again, under another secret
		var again []int
		for _, target := range playable {
			if out.targets == targets {
				return out, nil
			}
			questions := a.plan(p, random, target, columns)
			if len(questions) == 0 {
				continue
			}
			again = append(again, target)
			fact := facts[out.targets]%2 == 0
			out.targets++
			guess, err := play(p.with(target, fact), a, d(int64(columns)), target, round, questions)
			if err != nil {
				return result{}, err
			}
			switch {
			case guess == 0:
				out.right += 0.5
			case (guess > 0) == fact:
				out.right++
			}
		}
		if playable = again; len(again) == 0 {
			return result{}, fmt.Errorf("redteam: %s, %s: nobody whom it can be played on", p.name, a.name)
		}
	}
}

func play(p *people, a attack, d defence, target int, round uint64, questions []question) (float64, error) {
	answers, err := d.ask(p, uint64(target)<<32|round<<16|uint64(len(questions)), questions)
	if err != nil {
		return 0, err
	}
	var known []int64
	if a.insider {
		for _, q := range questions {
			if q.sum {
				known = append(known, p.sum(p.in(q.box))-p.amounts[target])
				continue
			}
			known = append(known, others(p, q.box, target))
		}
	}
	return a.guess(p, target, questions, answers, known), nil
}

// logBelow is the logarithm of the probability that noise is at most x.
func logBelow(x float64) float64 {
	return math.Log(0.5 * math.Erfc(-(x+0.5)/sigma/math.Sqrt2))
}
