// Package noise covers exact values with noise: the only step of the noisy mode that sees them. An Exact goes in, a Value comes out, and
// nothing outside this package can read an Exact again, so whatever is decided later is decided from what noise has covered.
//
// Noise is a function of the noise secret, the snapshot, the scale and the canonical cell (tables, row scope, box, group key and
// monomial, in bytes that the caller makes): equal meaning gets equal noise, anything else independent noise. It is never a function of the
// rows: whoever sees whether two questions selected the same people has learned what he asked for.
//
// The law is the discrete Gaussian, drawn without any floating point by the algorithm of Canonne, Kamath and Steinke ("The Discrete Gaussian for
// Differential Privacy", NeurIPS 2020, algorithms 1 to 3) and cut at four standard deviations by drawing again: what is left is symmetric, so
// that the cut adds no bias, and an edge tells less than a clamp would, which heaps the whole tail on two values. What the cut and the
// lattice cost the theorem is in Scale.Slack and Scale.Loss.
//
// The draw neither sees nor waits for the value that it will cover: how long it takes, and how much of the stream it reads, are functions of the noise
// alone. They are not constant, so a caller shows an answer on ticks, as the gateway does.
package noise
