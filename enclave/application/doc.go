// Package application owns the life of a demand application (需求申请) and of the grant that it leads to: their states, the only
// ways between them, the route of steps by which an application becomes a grant, and how many runs a grant has left.
//
// Everything here is pure. Next and NextGrant read one table each; whatever is not in a table does not happen. Who may act is the
// policy's answer; the enclave gathers the facts and stores the new state with its log entry in one transaction.
package application
