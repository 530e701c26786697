package api

import "yumen/catalog"

// Computation is a declared computation with what is known of its certificate.
type Computation struct {
	Resource
	Grade      catalog.Grade `json:"grade"`
	Columns    []Column      `json:"columns" doc:"of its answer"`
	Certified  string        `json:"certified" enum:"none,passed,failed,stale,unneeded" doc:"what its newest certificate is worth on the data as they stand; unneeded where it is answered with noise"`
	Mode       string        `json:"mode" enum:"exact,noisy" doc:"how it is answered under the policy in force"`
	ApprovedBy string        `json:"approved_by,omitempty"`
	Promoted   *Promoted     `json:"promoted,omitempty" doc:"the development zone that this version comes from"`
	// Stale says what has changed since the newest certificate, and Remedy what to do: a stale one lets nothing run. The approval stands.
	Stale  []Stale       `json:"stale,omitempty"`
	Remedy *catalog.Text `json:"remedy,omitempty"`
	// Certificate holds the findings; those who do not review never see them.
	Certificate *Certificate `json:"certificate,omitempty"`
}

// Stale is one thing that a certificate rests on and that is another by now.
type Stale struct {
	Why     string       `json:"why" enum:"data,declaration,dataset,policy,text"`
	Dataset string       `json:"dataset,omitempty"`
	Message catalog.Text `json:"message"`
}

// Certificate is what a certification found. It is for reviewers: it tells something about the data.
type Certificate struct {
	Certificate string              `json:"certificate"`
	Computation string              `json:"computation"`
	Digest      string              `json:"digest" doc:"of the version that was certified"`
	State       string              `json:"state" enum:"passed,failed"`
	Grade       catalog.Grade       `json:"grade"`
	Policy      string              `json:"policy"`
	Snapshots   []CertifiedSnapshot `json:"snapshots"`
	Created     int64               `json:"created"`
	By          string              `json:"by"`
	Instances   []CertifiedInstance `json:"instances"`
	// AlwaysWithheld counts the instances that never answer a cell.
	AlwaysWithheld int    `json:"always_withheld"`
	Nearest        string `json:"nearest" enum:"none,>2k,k..2k,<k" doc:"class of the smallest difference between two cells, in entities; what is nearer than k is withheld"`
}

// CertifiedSnapshot names the data of one dataset.
type CertifiedSnapshot struct {
	Dataset string `json:"dataset"`
	ID      string `json:"id"`
	Digest  string `json:"digest"`
}

// CertifiedInstance is one combination of parameter values, under one row scope of the group's grants.
type CertifiedInstance struct {
	Params   []Param `json:"params"`
	Scope    int     `json:"scope" doc:"which of the row scopes of the group's grants, from 0"`
	Shown    int     `json:"shown" doc:"cells that will be answered"`
	Withheld int     `json:"withheld" doc:"cells that never will be"`
	Replayed bool    `json:"replayed,omitempty" doc:"the group was answered this before, in whole or in part; what was withheld then is not counted"`
}

// Param is a parameter and its value.
type Param struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Promotion is an approved computation on its way from a development zone to production: a signed document, as it stands in its file.
type Promotion struct {
	Document string `json:"document" maxLength:"1048576"`
}

// Promoted says where a computation was developed.
type Promoted struct {
	Zone   string `json:"zone"`
	Key    string `json:"key" doc:"of the zone that signed"`
	Digest string `json:"digest" doc:"of the promotion"`
}
