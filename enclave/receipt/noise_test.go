package receipt_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/receipt"
)

// The receipt and the label of a noisy answer say how far its figures lie from the truth; those of an exact one say nothing of the kind.
func TestNoiseIsTold(t *testing.T) {
	count := receipt.Noise{Column: 2, Figure: "count(*)", Sigma: "40", Interval: "78"}
	mean := receipt.Noise{Column: 3, Interval: "0.5"}
	for name, c := range map[string]struct {
		mode  string
		noise []receipt.Noise
		valid bool
	}{
		"a figure and what is computed":  {"noisy", []receipt.Noise{count, mean, {Column: 3, Figure: "sum(a)", Sigma: "4", Interval: "8"}}, true},
		"nothing but keys":               {"noisy", nil, true},
		"exact":                          {"exact", nil, true},
		"an exact answer":                {"exact", []receipt.Noise{count}, false},
		"not by column":                  {"noisy", []receipt.Noise{mean, count}, false},
		"no column":                      {"noisy", []receipt.Noise{{Figure: "count(*)", Sigma: "40", Interval: "78"}}, false},
		"no interval":                    {"noisy", []receipt.Noise{{Column: 1, Figure: "count(*)", Sigma: "40"}}, false},
		"a figure without its deviation": {"noisy", []receipt.Noise{{Column: 1, Figure: "count(*)", Interval: "78"}}, false},
		"two lines in one":               {"noisy", []receipt.Noise{{Column: 1, Figure: "count(*)\ngrade: 1", Sigma: "40", Interval: "78"}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := newZone(t).receipt()
			r.Mode, r.Noise = c.mode, c.noise
			require.Equal(t, c.valid, r.Validate() == nil)
			for _, n := range c.noise {
				if c.valid {
					require.Contains(t, string(receipt.Label(r)), "噪声 noise: "+n.Text()+"\n")
				}
			}
		})
	}
	require.Equal(t, "2: count(*), σ = 40, 95% ±78", count.Text())
	require.Equal(t, "3: 95% ±0.5", mean.Text())
}
