package main

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"

	"yumen/enclave/noise"
)

// Sums of grade 2 have factors in place of noise. What they promise is of amounts: whatever is asked, and whatever is known of everybody else, an estimate of one person's amount is off
// by p percent or more. So the attacks here estimate amounts, and are judged by how far off they are.

// part is p of the defaults, in percent.
const part = 10

// factors answers sums of amounts, each read times its person's factor. Its fields plant weaknesses.
type factors struct {
	redrawn bool // drawn anew for every snapshot
	small   bool // an eighth of the size
}

// people read under one secret: their keys, and in each snapshot the amounts. Those of others change from snapshot to snapshot, the target's does not.
type read struct {
	people  *people
	factors factors
	target  int
	seed    uint64
	keys    []uint64
}

func (f factors) over(p *people, target int, seed uint64) read {
	out := read{p, f, target, seed, make([]uint64, len(p.amounts))}
	random := rand.New(rand.NewPCG(seed, 17))
	for i := range out.keys {
		out.keys[i] = random.Uint64()
	}
	return out
}

// amount is what somebody has in a snapshot: within a twentieth of what he had in the first.
func (r read) amount(i, snapshot int) int64 {
	a := r.people.amounts[i]
	if i == r.target || snapshot == 0 {
		return a
	}
	return a * (95 + int64((r.keys[i]>>(snapshot%50))%11)) / 100
}

// told is the sum over a set in a snapshot, as the gateway answers it.
func (r read) told(s set, snapshot int) (float64, error) {
	secret := noise.Secret{byte(r.seed), byte(r.seed >> 8), byte(r.seed >> 16), byte(r.seed >> 24)}
	if r.factors.redrawn {
		secret[31] = byte(snapshot)
	}
	reading, err := secret.Reading(part, "person", r.people.name)
	if err != nil {
		return 0, fmt.Errorf("redteam: %w", err)
	}
	cover, err := noise.NewFactor(part, big.NewInt(r.people.clip))
	if err != nil {
		return 0, fmt.Errorf("redteam: %w", err)
	}
	var sum int64
	for i := range r.people.amounts {
		if !s.has(i) {
			continue
		}
		times := reading.Of(r.keys[i])
		if r.factors.small {
			times = reading.Unit + (times-reading.Unit)/8
		}
		sum += r.amount(i, snapshot) * times
	}
	v, err := cover.Round(noise.Seal(big.NewInt(sum)), reading.Unit)
	if err != nil {
		return 0, fmt.Errorf("redteam: %w", err)
	}
	out, _ := new(big.Float).SetInt(v.Amount()).Float64()
	return out, nil
}

// between is two sets that differ by the target alone, both shown for certain.
type between struct{ with, without set }

// apart finds them: a box in which nobody else has the target's value of a column, and the box without that value.
func apart(p *people, random *rand.Rand, target int) (between, bool) {
	for range 40 {
		b := around(p, random, target, 1+random.IntN(4), 0.3)
		with := p.in(b)
		if with.size() <= large {
			continue
		}
		for _, c := range random.Perm(len(p.values)) {
			own := p.rows[target][c]
			if b[c] == 0 && overlap(with, p.having[c][own]) == 1 {
				b[c] = (1<<p.values[c] - 1) &^ (1 << own)
				return between{with, p.in(b)}, true
			}
		}
	}
	return between{}, false
}

// amountAttack estimates the target's amount with so many columns: a sum costs its own, and that of the count that decides beside it.
type amountAttack struct {
	name  string
	guess func(r read, random *rand.Rand, columns int) (estimate float64, ok bool, err error)
}

func amountAttacks() []amountAttack {
	return []amountAttack{
		{"amount-pairs", guessDifferences},
		{"amount-snapshots", guessSnapshots},
		{"amount-insider", guessRest},
	}
}

// guessDifferences averages the differences of many pairs, which blurs the rounding.
func guessDifferences(r read, random *rand.Rand, columns int) (float64, bool, error) {
	var sum float64
	found := 0
	for range columns / 4 {
		if b, ok := apart(r.people, random, r.target); ok {
			d, err := r.difference(b, 0)
			if err != nil {
				return 0, false, err
			}
			sum, found = sum+d, found+1
		} else if found == 0 {
			return 0, false, nil
		}
	}
	return sum / float64(found), true, nil
}

func (r read) difference(b between, snapshot int) (float64, error) {
	x, err := r.told(b.with, snapshot)
	if err != nil {
		return 0, err
	}
	y, err := r.told(b.without, snapshot)
	return x - y, err
}

// guessSnapshots averages pairs over as many loads, in which everybody else's amounts have changed.
func guessSnapshots(r read, random *rand.Rand, columns int) (float64, bool, error) {
	var sum float64
	found := 0
	for snapshot := range columns / 4 {
		if b, ok := apart(r.people, random, r.target); ok {
			d, err := r.difference(b, snapshot)
			if err != nil {
				return 0, false, err
			}
			sum, found = sum+d, found+1
		} else if found == 0 {
			return 0, false, nil
		}
	}
	return sum / float64(found), true, nil
}

// guessRest takes the amounts of all others, which an insider knows, from sums with the target in them.
func guessRest(r read, random *rand.Rand, columns int) (float64, bool, error) {
	var sum float64
	found := 0
	for range columns {
		if found == columns/2 {
			break
		}
		s := r.people.in(around(r.people, random, r.target, 3+random.IntN(3), 0.3))
		if s.size() <= large {
			continue
		}
		x, err := r.told(s, 0)
		if err != nil {
			return 0, false, err
		}
		for i := range r.people.amounts {
			if s.has(i) && i != r.target {
				x -= float64(r.amount(i, 0))
			}
		}
		sum, found = sum+x, found+1
	}
	return sum / float64(max(1, found)), found > 0, nil
}

// offBy is how far estimates of one attack were from the truth, in parts of it.
type offBy struct {
	data, attack string
	columns      int
	errors       []float64
}

// interval is that of the mean error, for z deviations.
func (o offBy) interval(z float64) (mean, low, high float64) {
	var sum, squares float64
	for _, e := range o.errors {
		sum += e
	}
	n := float64(len(o.errors))
	mean = sum / n
	for _, e := range o.errors {
		squares += (e - mean) * (e - mean)
	}
	half := z * math.Sqrt(squares/n/n)
	return mean, mean - half, mean + half
}

// margin is how far the error lies above what is promised, in percent points, when it is as large as it can be (99.9 %): below zero the promise is broken for certain.
func (o offBy) margin() float64 {
	_, _, high := o.interval(3.2905)
	return 100*high - part
}

func (o offBy) String() string {
	mean, low, high := o.interval(1.96)
	return fmt.Sprintf("%-7s %-17s %4d columns  off by %5.1f %% [%.1f, %.1f] of %d  promised %.1f %%", o.data, o.attack, o.columns, 100*mean, 100*low, 100*high, len(o.errors), float64(part))
}

// measureAmounts plays an attack on so many targets with large amounts, each under a secret of its own. The attacker may think that he was read as more, as less, or as he is: the best of
// the three counts.
func measureAmounts(p *people, a amountAttack, f factors, columns, targets int) (offBy, error) {
	random := rand.New(rand.NewPCG(uint64(columns), uint64(len(a.name))))
	var all [3][]float64
	var least int64
	for _, x := range p.amounts {
		least += x
	}
	least /= int64(len(p.amounts)) // the mean
	tries := 0
	for len(all[0]) < targets {
		target := random.IntN(len(p.amounts))
		if tries++; tries > 400*targets {
			return offBy{}, fmt.Errorf("redteam: %s, %s: nobody whom it can be played on", p.name, a.name)
		}
		if p.amounts[target] < least {
			continue
		}
		estimate, ok, err := a.guess(f.over(p, target, random.Uint64()), random, columns)
		if err != nil {
			return offBy{}, err
		}
		if !ok {
			continue
		}
		truth := float64(p.amounts[target])
		for i, read := range []float64{1, 1 + 1.5*part/100., 1 - 1.5*part/100.} {
			all[i] = append(all[i], math.Abs(estimate/read-truth)/truth)
		}
	}
	best := offBy{p.name, a.name, columns, all[0]}
	for _, errors := range all[1:] {
		other := offBy{p.name, a.name, columns, errors}
		if x, _, _ := other.interval(0); x < first(best.interval(0)) {
			best = other
		}
	}
	return best, nil
}

func first(x, _, _ float64) float64 { return x }
