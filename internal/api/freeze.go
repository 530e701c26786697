package api

// FreezeRequest names what is to be frozen, or to be lifted.
type FreezeRequest struct {
	Kind   string `json:"kind" enum:"egress,runs,organization,dataset"`
	Name   string `json:"name,omitempty" maxLength:"63" doc:"of the organization or dataset"`
	Reason string `json:"reason,omitempty" maxLength:"500"`
	Drill  bool   `json:"drill,omitempty" doc:"an exercise: everything is as in earnest, marked as a drill, with its report"`
}

// Freeze is an emergency freeze.
type Freeze struct {
	Kind       string `json:"kind"`
	Name       string `json:"name,omitempty"`
	State      string `json:"state" enum:"frozen,lift_pending,lifted"`
	Reason     string `json:"reason"`
	By         string `json:"by" doc:"account"`
	Since      int64  `json:"since" doc:"unix milliseconds"`
	LiftBy     string `json:"lift_by,omitempty" doc:"the first of the two who lift it"`
	LiftReason string `json:"lift_reason,omitempty"`
	LiftSince  int64  `json:"lift_since,omitempty" doc:"unix milliseconds"`
	Drill      *Drill `json:"drill,omitempty" doc:"of an exercise"`
}

// Drill is the report of an exercise, with the times that were measured.
type Drill struct {
	EffectMS int64 `json:"effect_ms" doc:"from the call until what ran was killed, in milliseconds"`
	Ended    int   `json:"ended" doc:"runs that it ended"`
	Lifted   int64 `json:"lifted,omitempty" doc:"unix milliseconds"`
}

// Freezes lists what is frozen.
type Freezes struct {
	Items []Freeze `json:"items"`
}
