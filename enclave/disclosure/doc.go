// Package disclosure owns statistical disclosure control in the exact mode: given the evidence of every cell of one response, it
// says which cells may leave. It is pure and deterministic, compares exact numbers only, and knows neither SQL nor policy:
// evidence comes from enclave/compile, parameters from policy data.
//
// Everything fails closed. A rule that finds its evidence missing or inconsistent withholds the cell, and the zero value of
// Rules withholds everything. What is promised: docs/privacy.md.
package disclosure
