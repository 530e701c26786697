//go:build !race

package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// No attack comes nearer to an amount than by p, and a weakness of the factors is found: drawn anew for every load, they average out; small ones hide little.
func TestAmountsStayOffByP(t *testing.T) {
	p := census(t, 4000)
	for _, c := range []struct {
		name, attack string
		factors      factors
		found        bool
	}{
		{"as they are, pairs", "amount-pairs", factors{}, false},
		{"as they are, snapshots", "amount-snapshots", factors{}, false},
		{"as they are, insider", "amount-insider", factors{}, false},
		{"factors drawn for every load", "amount-snapshots", factors{redrawn: true}, true},
		{"factors near one", "amount-pairs", factors{small: true}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, a := range amountAttacks() {
				if a.name != c.attack {
					continue
				}
				r, err := measureAmounts(p, a, c.factors, 256, 64)
				require.NoError(t, err)
				require.Equal(t, c.found, r.margin() < 0, r)
			}
		})
	}
}
