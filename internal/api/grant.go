package api

// Application is a demand application of an institution. What the gateway fills in is ignored when it is sent.
type Application struct {
	ID         string               `json:"id,omitempty"`
	State      string               `json:"state,omitempty" enum:"submitted,returned,approved,rejected,withdrawn,expired,closed"`
	Version    int                  `json:"version,omitempty" doc:"1, and one more with each resubmission"`
	Applicant  string               `json:"applicant,omitempty"`
	Scenario   string               `json:"scenario" maxLength:"200"`
	Purpose    string               `json:"purpose" maxLength:"200"`
	Datasets   []ApplicationDataset `json:"datasets" maxItems:"100"`
	Methods    []string             `json:"methods,omitempty" maxItems:"16" doc:"aggregates: count, sum, avg, stddev, distinct; empty asks for all"`
	Modes      []string             `json:"modes,omitempty" maxItems:"3" doc:"ways of use: query, computation, verification; empty asks for query and computation; whoever approves fixes them"`
	NotBefore  int64                `json:"not_before,omitempty" doc:"unix seconds"`
	NotAfter   int64                `json:"not_after,omitempty" doc:"unix seconds"`
	Frequency  Frequency            `json:"frequency,omitzero" doc:"how often at most; it becomes the quota of the grant"`
	Safeguards string               `json:"safeguards,omitempty" maxLength:"4000" doc:"who uses the data, where, and how it is kept safe"`
	Recipients []Recipient          `json:"recipients,omitempty" maxItems:"50" doc:"who may collect what is released; empty is everybody of the applying organization"`
	Grant      string               `json:"grant,omitempty"`
	Standing   string               `json:"standing,omitempty" doc:"a grant that gave the same scenario and scope already when this was submitted: it can be used again and again"`
	Created    int64                `json:"created,omitempty"`
	Unused     []string             `json:"unused,omitempty" doc:"columns of the standing grant that no run has used"`
	Timer      *Timer               `json:"timer,omitempty" doc:"by when it is to be answered and carried out, while it waits"`
	ReviewedBy string               `json:"reviewed_by,omitempty"`
	Comment    string               `json:"comment,omitempty"`
	Route      []RouteStep          `json:"route,omitempty" doc:"what must be approved before there is a grant"`
	Opinions   []Opinion            `json:"opinions,omitempty" doc:"what was decided about it, every version's, oldest first"`
}

// ApplicationDataset asks for columns of a dataset, each with why it is needed.
type ApplicationDataset struct {
	Dataset  string            `json:"dataset" yaml:"dataset" maxLength:"63"`
	Columns  map[string]string `json:"columns" yaml:"columns" doc:"column → why it is needed"`
	RowScope []ScopeTerm       `json:"row_scope,omitempty" yaml:"row_scope,omitempty"`
}

// ScopeTerm restricts the rows of a dataset: column in values.
type ScopeTerm struct {
	Column string   `json:"column" yaml:"column"`
	Values []string `json:"values" yaml:"values"`
}

// Frequency is how often a grant may be used: runs a calendar day, a calendar month (both +08:00) and in all; 0 is no limit.
type Frequency struct {
	Day   int `json:"per_day,omitempty" yaml:"per_day" minimum:"0" maximum:"1000000"`
	Month int `json:"per_month,omitempty" yaml:"per_month" minimum:"0" maximum:"1000000"`
	Total int `json:"total,omitempty" yaml:"total" minimum:"0" maximum:"1000000"`
}

// Recipient is an organization that may collect what is released, or some persons of it.
type Recipient struct {
	Organization string   `json:"organization" yaml:"organization" maxLength:"63"`
	Persons      []string `json:"persons,omitempty" yaml:"persons" maxItems:"100" doc:"numbers of persons as their accounts declare them; empty is everybody of the organization"`
}

// Timer is by when an application is to be answered, in working days from its receipt, the day of receipt not counted.
type Timer struct {
	Received    int64  `json:"received" doc:"unix milliseconds, of the version that waits"`
	Answer      string `json:"answer" doc:"YYYY-MM-DD, the fifth working day"`
	Complete    string `json:"complete" doc:"YYYY-MM-DD, the tenth working day"`
	Overdue     bool   `json:"overdue" doc:"the day of the answer is over"`
	Provisional bool   `json:"provisional,omitempty" doc:"the schedule of a year is not published or not loaded: Monday to Friday were counted"`
}

// RouteStep is one step of an application's route. Steps of one stage are taken in any order, stages one after the other.
type RouteStep struct {
	Step  string `json:"step"`
	Stage int    `json:"stage"`
	State string `json:"state" enum:"waiting,open,approved"`
	By    string `json:"by,omitempty" doc:"account that approved it"`
}

// Opinion is what somebody decided about an application.
type Opinion struct {
	Version      int      `json:"version"`
	Step         string   `json:"step"`
	Verdict      string   `json:"verdict" enum:"approve,return,reject"`
	By           string   `json:"by"`
	Organization string   `json:"organization"`
	Reasons      []string `json:"reasons,omitempty"`
	Comment      string   `json:"comment"`
	Struck       []string `json:"struck,omitempty" doc:"columns that the approval took out, each as dataset.column"`
	Modes        []string `json:"modes,omitempty" doc:"ways of use to which the approval limited it"`
	Time         int64    `json:"time" doc:"unix milliseconds"`
}

// Applications lists applications.
type Applications struct {
	Items []Application `json:"items"`
}

// Grant is an authorization made by an approved application.
type Grant struct {
	ID           string               `json:"id"`
	State        string               `json:"state" enum:"active,pending,suspended,terminated,expired" doc:"as it stands now; pending is active with a term that has not begun"`
	Organization string               `json:"organization"`
	LegalGroup   string               `json:"legal_group"`
	Scenario     string               `json:"scenario"`
	Purpose      string               `json:"purpose"`
	Datasets     []ApplicationDataset `json:"datasets"`
	Methods      []string             `json:"methods,omitempty"`
	Modes        []string             `json:"modes" doc:"ways of use that were approved: query, computation, verification"`
	Fingerprint  string               `json:"fingerprint" doc:"of scenario and scope: equal ones are the same use, any other needs an approval of its own"`
	NotBefore    int64                `json:"not_before"`
	NotAfter     int64                `json:"not_after"`
	Application  string               `json:"application"`
	ApprovedBy   string               `json:"approved_by" doc:"who took the last step"`
	Recipients   []Recipient          `json:"recipients"`
	Frequency    Frequency            `json:"frequency,omitzero"`
	Quotas       []Quota              `json:"quotas,omitempty" doc:"what is left of each limit"`
	Unused       []string             `json:"unused,omitempty" doc:"granted columns that no run has used, each as dataset.column"`
	IdleDays     int                  `json:"idle_days" doc:"it lapses when it is not used for so many days"`
	Lapses       int64                `json:"lapses,omitempty" doc:"unix seconds at which it lapses unless it is used"`
	Change       *GrantChange         `json:"change,omitempty" doc:"the last suspension, resumption or termination"`
}

// Quota is what a limit of a grant comes to now.
type Quota struct {
	Window string `json:"window" enum:"day,month,total"`
	Max    int    `json:"max"`
	Used   int    `json:"used"`
	Left   int    `json:"left"`
	Frees  int64  `json:"frees,omitempty" doc:"unix seconds at which the window begins anew; 0 never"`
}

// GrantChange is the last thing that was done to a grant, and why.
type GrantChange struct {
	Act  string `json:"act" enum:"suspend,resume,terminate,expire,idle"`
	By   string `json:"by,omitempty"`
	Role string `json:"role,omitempty"`
	// Organization is that of who did it.
	Organization string `json:"organization,omitempty"`
	Reason       string `json:"reason,omitempty"`
	Time         int64  `json:"time" doc:"unix milliseconds"`
}

// GrantAct suspends, resumes or terminates.
type GrantAct struct {
	Reason string `json:"reason,omitempty" maxLength:"2000" doc:"why; the institution reads it"`
}

// Grants lists grants.
type Grants struct {
	Items []Grant `json:"items"`
}
