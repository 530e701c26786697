//go:build !nightly

package enclave_test

// trials is how often a simulation of intervals draws.
const trials = 400
