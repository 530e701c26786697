package noisy_test

import "yumen/enclave/noise"

var errScale = noise.ErrScale
