// Package authn owns how a person proves to be an account: passwords, one-time activation codes, sessions and the lock after
// repeated failures. It is logic over plain values with the time as an argument; the enclave keeps the values.
//
// A login has two halves. Hasher.Verify does the slow work, outside any transaction and as much for a name that nobody has as
// for one that exists. Login.Attempt counts, inside the transaction that stores the outcome. What the caller is told is one
// message; which of the outcomes it was goes to the log.
//
// Nothing that is stored opens anything: passwords are Argon2id hashes, codes and session tokens SHA-256 digests of 128 and
// 256 random bits.
package authn
