// Package budget counts what noisy answers cost in privacy. One Account belongs to one legal group and one entity type, over all datasets and
// all snapshots; the caller keeps it, reads and writes it in the transaction that reserves an answer, and keeps the names of charged cells beside it.
//
// The currency is Gaussian differential privacy (Dong, Roth, Su, "Gaussian Differential Privacy", JRSS B 2022): a column of noise σ costs
// 1/(σ²−1), the square of its parameter μ, and squares add up, also when later questions and their noise are chosen by what
// earlier answers said (Smith, Thakurta, "Fully Adaptive Composition for Gaussian Differential Privacy", 2022). Sums are exact rationals.
//
// What is charged stays charged: nothing is refunded, an answer that is never collected included, and there is nothing in an account that a new name, a
// new snapshot or a second dataset could renew. A charge leaves a window when its days are over and never leaves the total.
package budget
