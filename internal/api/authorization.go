package api

// Authorizations are authorizations of subjects for one dataset, organization, scenario and purpose.
type Authorizations struct {
	Dataset      string      `json:"dataset" maxLength:"63"`
	Organization string      `json:"organization" maxLength:"63" doc:"that may use the data"`
	Scenario     string      `json:"scenario" maxLength:"200"`
	Purpose      string      `json:"purpose" maxLength:"200"`
	Document     string      `json:"document,omitempty" maxLength:"4194304" doc:"CSV: the key columns of the subject and, to record, evidence (a digest) and not_after (the last day); hashed under the zone's key, not kept"`
	Basis        *LegalBasis `json:"basis,omitempty" doc:"in the place of a list: a statutory duty"`
}

// LegalBasis is a legal basis other than authorizations of subjects.
type LegalBasis struct {
	Evidence string `json:"evidence" maxLength:"80" doc:"digest of the document"`
	NotAfter int64  `json:"not_after" doc:"unix seconds"`
}

// Register is what is recorded for one dataset, organization, scenario and purpose.
type Register struct {
	ID           string      `json:"id"`
	Dataset      string      `json:"dataset"`
	Organization string      `json:"organization"`
	Scenario     string      `json:"scenario"`
	Purpose      string      `json:"purpose"`
	State        string      `json:"state" enum:"none,live,expired,withdrawn" doc:"for data that are loaded now; data that were loaded before a withdrawal, or an end, are not used"`
	Subjects     int         `json:"subjects,omitempty" doc:"authorizations that hold; told to the provider and the zone's staff"`
	Until        int64       `json:"until,omitempty" doc:"unix seconds at which the first of them ends"`
	Withdrawn    int64       `json:"withdrawn,omitempty" doc:"unix milliseconds of the last withdrawal"`
	Basis        *LegalBasis `json:"basis,omitempty"`
}

// Registers lists what is recorded.
type Registers struct {
	Items []Register `json:"items"`
}
