package budget

import (
	"fmt"
	"math/big"

	"yumen/enclave/noise/normal"
)

// Guess is an upper bound of the probability with which anybody, whatever he knows, guesses one entity's yes/no fact from an even prior, from
// answers of this cost: Φ(√loss / 2) + slack, every step rounded up. Costs of groups that pool are added before.
func Guess(s Spent) (*big.Rat, error) {
	_, root, err := normal.Root(s.Loss)
	if err != nil {
		return nil, fmt.Errorf("budget: guess: %w", err)
	}
	_, bound := normal.CDF(root.Quo(root, big.NewRat(2, 1)))
	bound.Add(bound, s.Slack)
	if one := big.NewRat(1, 1); bound.Cmp(one) > 0 {
		return one, nil
	}
	return bound, nil
}

// Standing is what a group can read of one window of one grade.
type Standing struct {
	Grade, Days int
	// Used and Allowed are in columns of the grade's σ; Used counts the grades above too. All time (Days 0) has no limit.
	Used, Allowed *big.Rat
	Bound         *big.Rat // on guesses, by what is used
}

// Standing of every declared grade and window on a day, and of all time.
func (a Account) Standing(rules Rules, day int) ([]Standing, error) {
	day = max(day, a.day)
	var out []Standing
	for grade := lowest; grade <= highest; grade++ {
		l, each, err := rules.limit(grade)
		if err != nil {
			continue
		}
		for _, days := range []int{Month, Year, 0} {
			spent := a.Spent(grade, day, days)
			s := Standing{Grade: grade, Days: days, Used: new(big.Rat).Quo(spent.Loss, each)}
			if days > 0 {
				s.Allowed = new(big.Rat).Quo(a.allowed(l, each, day, days), each)
			}
			if s.Bound, err = Guess(spent); err != nil {
				return nil, err
			}
			out = append(out, s)
		}
	}
	return out, nil
}
