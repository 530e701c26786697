// Package egress owns the review of what wants to leave the zone: the states of a request and the only ways between them, who
// may vote and when votes are void, and the risk report that reviewers decide on.
//
// Everything here is pure. Next reads one table; the enclave gathers the facts, and stores the new state, the votes and the
// log entry in one transaction, compared with the version that it read. What moves a state is an event by an actor under
// guards that must all hold; whatever is not in the table does not happen.
package egress
