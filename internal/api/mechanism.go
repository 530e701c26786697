package api

import "yumen/catalog"

// Mechanisms is the health page of a zone: the mechanisms that keep it safe, and how each stands.
type Mechanisms struct {
	State       string      `json:"state" enum:"ok,weak,off" doc:"the worst of them"`
	Environment string      `json:"environment" enum:"production,development"`
	Items       []Mechanism `json:"items"`
}

// Mechanism is one of them.
type Mechanism struct {
	ID     string       `json:"id" enum:"authentication,emergency,backup,security_audit,log_audit,tracing"`
	Title  catalog.Text `json:"title"`
	State  string       `json:"state" enum:"ok,weak,off" doc:"it works; it works, but not as it should; it does not work"`
	Note   catalog.Text `json:"note" doc:"what is the case"`
	Remedy catalog.Text `json:"remedy,omitzero" doc:"what to do about it"`
}
