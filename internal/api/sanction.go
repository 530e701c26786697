package api

// SanctionRequest imposes a sanction. The second of two people sends the same.
type SanctionRequest struct {
	Kind         string   `json:"kind" enum:"closure,blacklist,termination"`
	Organization string   `json:"organization,omitempty" maxLength:"63"`
	Dataset      string   `json:"dataset,omitempty" maxLength:"63" doc:"of a closure"`
	Deadline     int64    `json:"deadline,omitempty" doc:"of a closure: unix seconds, until when it is to be put right"`
	USCC         string   `json:"uscc,omitempty" maxLength:"32" doc:"unified social credit code of a unit on the blacklist"`
	Names        []string `json:"names,omitempty" maxItems:"20" doc:"further names of the unit, present and former"`
	Reason       string   `json:"reason" maxLength:"500"`
}

// SanctionAct carries a sanction on, or undoes it.
type SanctionAct struct {
	Act    string `json:"act" enum:"end,reinstate,lift,dismiss"`
	Reason string `json:"reason" maxLength:"500"`
}

// Sanction is what is imposed upon an organization.
type Sanction struct {
	ID           string         `json:"id"`
	Kind         string         `json:"kind" enum:"closure,blacklist,termination"`
	State        string         `json:"state" enum:"proposed,closed,ended,reinstated,listed,lifted,terminated,dismissed"`
	InForce      bool           `json:"in_force"`
	Organization string         `json:"organization,omitempty"`
	Dataset      string         `json:"dataset,omitempty"`
	USCC         string         `json:"uscc,omitempty"`
	Names        []string       `json:"names,omitempty"`
	LegalGroup   string         `json:"legal_group,omitempty"`
	Covers       []string       `json:"covers" doc:"the declared organizations that it is about, aliases included"`
	Deadline     int64          `json:"deadline,omitempty" doc:"unix seconds"`
	Overdue      bool           `json:"overdue,omitempty" doc:"closed, and the deadline has passed"`
	Pending      *SanctionStep  `json:"pending,omitempty" doc:"what the first of two has asked for"`
	Steps        []SanctionStep `json:"steps" doc:"what was done, oldest first"`
}

// SanctionStep is one act upon a sanction.
type SanctionStep struct {
	Act    string `json:"act"`
	By     string `json:"by" doc:"account"`
	Reason string `json:"reason"`
	Time   int64  `json:"time" doc:"unix milliseconds"`
}

// Sanctions lists sanctions.
type Sanctions struct {
	Items []Sanction `json:"items"`
}
