package api

import "yumen/catalog"

// Budget is what a legal group has spent of its noise budget.
type Budget struct {
	Items []BudgetItem `json:"items"`
	// Factors are the grades at which sums are covered with factors, of which no bound speaks.
	Factors []Factor `json:"factors,omitempty" doc:"grades at which amounts that are added up are read times factors in place of noise: charged like every column, but no bound speaks of them"`
	TopUps  []TopUp  `json:"top_ups,omitempty" doc:"those in force, and those that wait for a second person"`
}

// Factor says how amounts are read at a grade.
type Factor struct {
	Grade   catalog.Grade `json:"grade"`
	Percent int           `json:"percent" doc:"p: each entity's amounts are read times 1 plus or minus p to 2p percent; nobody learns one better than by p percent, and that a large one takes part is not hidden"`
}

// TopUpRequest asks to add to one window of an account.
type TopUpRequest struct {
	Group  string        `json:"group" maxLength:"63" doc:"legal group"`
	Entity string        `json:"entity" maxLength:"63" doc:"type of the entities that the noise protects"`
	Grade  catalog.Grade `json:"grade" minimum:"1" maximum:"4"`
	Days   int           `json:"days" enum:"30,365" doc:"length of the window that grows; the top-up lasts as long"`
	Units  int64         `json:"units" minimum:"1" maximum:"1000000" doc:"columns of the grade's noise"`
	Reason string        `json:"reason,omitempty" maxLength:"500" doc:"why; of the first of the two"`
}

// TopUp is what two people add to one window of an account.
type TopUp struct {
	Entity      string        `json:"entity"`
	Grade       catalog.Grade `json:"grade"`
	Days        int           `json:"days"`
	Units       int64         `json:"units"`
	State       string        `json:"state" enum:"proposed,in_force"`
	First       string        `json:"first,omitempty" doc:"first day on which it counts, in UTC"`
	Last        string        `json:"last,omitempty" doc:"last day"`
	Reason      string        `json:"reason,omitempty" doc:"for the zone's staff"`
	ProposedBy  string        `json:"proposed_by,omitempty" doc:"account; for the zone's staff"`
	ConfirmedBy string        `json:"confirmed_by,omitempty" doc:"account; for the zone's staff"`
}

// BudgetItem is one window of one grade for one type of entity.
type BudgetItem struct {
	Entity  string        `json:"entity" doc:"type of the entities that the noise protects"`
	Grade   catalog.Grade `json:"grade"`
	Days    int           `json:"days" doc:"length of the window; 0 is all time, which has no limit"`
	Used    string        `json:"used" doc:"columns of the grade's noise that were charged, rounded up; a charge at a higher grade counts here too"`
	Allowed string        `json:"allowed,omitempty" doc:"columns that may be charged in the window"`
	Bound   string        `json:"bound" doc:"percent: nobody guesses one entity's yes/no fact from an even prior with a higher probability, by all that was charged in the window"`
}

// Noise is how far noise moves a column of an answer.
type Noise struct {
	Column string   `json:"column" doc:"column of the answer"`
	From   []Spread `json:"from" doc:"the figures that it is computed from"`
	// Interval is found when the answer is there.
	Interval string `json:"interval,omitempty" doc:"of a column that is computed from figures: each of its values lies within plus or minus this of what it would be without noise, with a probability of 95 percent; by the row in which it is widest"`
}

// Spread is the noise of one figure in every cell.
type Spread struct {
	Figure   string `json:"figure" doc:"count(*), count(distinct entity) or sum(column), as the plan has it"`
	Sigma    string `json:"sigma,omitempty" doc:"standard deviation of the noise; of a figure with a factor no more than this, in any row, once the answer is there"`
	Interval string `json:"interval,omitempty" doc:"the figure without noise lies within plus or minus this with a probability of 95 percent; of a figure with a factor by the row in which it is widest, once the answer is there"`
	Factor   string `json:"factor,omitempty" doc:"percent p: in place of noise, what each entity adds to the figure is read times 1 plus or minus p to 2p percent, which is fixed for entity and column, and three digits are told; the bound of the budget does not speak of such a figure"`
}

// Cost is what a question would be charged.
type Cost struct {
	Columns  int      `json:"columns" doc:"columns that would be charged: figures that are asked for, and the counts that decide which cells are shown; those of cells that were answered are free"`
	Units    int64    `json:"units" doc:"what they count for in the budget of the grade"`
	Entities []string `json:"entities" doc:"types of entities whose accounts are charged"`
}
