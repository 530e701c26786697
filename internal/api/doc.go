// Package api owns the wire types of the HTTP interface, shared by the gateway and its Go client. It holds shapes only: no
// behaviour, no rows of any dataset except those of an issued release.
package api
