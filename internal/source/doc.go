// Package source owns the storage locations in the domain that the gateway reads in place: directories and schemas of a database. The zone's
// configuration lists them; a declaration names one by its name, and a file or table in it. What it reads goes to the caller as bytes: it
// judges no value and keeps nothing.
//
// What it fails with says what to do, and holds neither a value nor a text of another program: a server's message can quote data.
package source
