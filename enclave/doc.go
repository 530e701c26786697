// Package enclave owns the gateway itself: who may ask, in which order the steps of a query run, and what is recorded about it.
//
// A principal asks the enclave to run a computation over datasets in the catalog; policy decides and imposes obligations; the
// sandbox runs it; disclosure control certifies every cell; a reviewer or the policy releases it; the audit log proves all of it.
// The order is in run.go. Doors can only ask the Service; the only value from which they can read rows is a *Release.
package enclave
