// Command obligations joins the requirements of the regulations with the rules of the policy and with the tests that name them, and writes the table
// requirement → rules → tests → status. A requirement is met when a test names it; a rule without a test proves nothing. It fails when a
// requirement that must hold, of a control that is built, has no test.
//
// It owns the list of requirements with their priority and control (requirements.tsv) and the ways in which a test names a requirement: the name of
// a Go test or subtest, of a Rego test or of a row in its table of cases, and the first line of a script.
package main
