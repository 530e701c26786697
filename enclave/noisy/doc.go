// Package noisy answers from noisy values: what an entity can move (Shape, Price), which groups are shown (Judge), what follows from shown cells (Mean,
// Ratio, Variance), and how sure it is. Cells go in, cells come out; it knows neither SQL nor policy nor a store.
//
// An exact value is an opaque noise.Exact here: Cover hands it to the noise and gets a noise.Value back, and everything behind Cover is a function
// of noisy values and of facts that were declared. No exact rule runs beside the noise, for a rule that shows or withholds by the exact
// value compares it with a known one and tells the result.
package noisy
