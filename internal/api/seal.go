package api

// Seal is the seal of a dataset: its data are kept, and nobody computes on them. Who sealed it and why is told to those who look after it.
type Seal struct {
	State        string `json:"state" enum:"sealed,unseal_pending,unsealed"`
	Since        int64  `json:"since" doc:"unix milliseconds"`
	Reason       string `json:"reason,omitempty"`
	By           string `json:"by,omitempty" doc:"account"`
	Organization string `json:"organization,omitempty" doc:"of who sealed it"`
	Declared     bool   `json:"declared,omitempty" doc:"by the approval of a declaration whose market class is sealed"`

	UnsealBy           string `json:"unseal_by,omitempty" doc:"account of the first of the two who unseal it"`
	UnsealOrganization string `json:"unseal_organization,omitempty"`
	UnsealReason       string `json:"unseal_reason,omitempty"`
	UnsealSince        int64  `json:"unseal_since,omitempty" doc:"unix milliseconds"`
}
