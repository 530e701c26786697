package api

// InstructionRequest is what the regulator demands.
type InstructionRequest struct {
	Document     string `json:"document" minLength:"1" maxLength:"100" doc:"number of the paper"`
	Demand       string `json:"demand" enum:"suspend_organization,terminate_organization,suspend_dataset,close_dataset,correct_dataset,stop_egress,stop_runs,report"`
	Organization string `json:"organization,omitempty" maxLength:"63"`
	Dataset      string `json:"dataset,omitempty" maxLength:"63"`
	Text         string `json:"text" maxLength:"2000" doc:"what is wanted, in words"`
	Days         int    `json:"days,omitempty" minimum:"0" maximum:"250" doc:"working days from the day after it is issued; 0 is at once, by the end of the day"`
}

// InstructionAct is what is done about an instruction.
type InstructionAct struct {
	Act     string  `json:"act" enum:"acknowledge,execute,confirm,return"`
	Entries []int64 `json:"entries,omitempty" maxItems:"20" doc:"of execute: entries of the log that prove it; none: the newest one that does"`
	Note    string  `json:"note,omitempty" maxLength:"500"`
}

// Instruction is an instruction of the regulator, as it stands.
type Instruction struct {
	ID           string            `json:"id"`
	Document     string            `json:"document"`
	Demand       string            `json:"demand"`
	Organization string            `json:"organization,omitempty"`
	Dataset      string            `json:"dataset,omitempty"`
	Text         string            `json:"text"`
	Days         int               `json:"days"`
	State        string            `json:"state" enum:"issued,acknowledged,executed,returned,confirmed"`
	Entry        int64             `json:"entry" doc:"of the log, that issued it: what proves its execution is later"`
	Due          string            `json:"due" doc:"the last day, YYYY-MM-DD, +08:00"`
	Provisional  bool              `json:"provisional,omitempty" doc:"the day rests on a year whose working days are not known yet"`
	Overdue      bool              `json:"overdue,omitempty" doc:"it is not executed in time, or once was not"`
	Elapsed      int64             `json:"elapsed_ms,omitempty" doc:"from its issue to the last execution"`
	Steps        []InstructionStep `json:"steps" doc:"what was done, oldest first"`
}

// InstructionStep is one act upon an instruction.
type InstructionStep struct {
	Act     string  `json:"act"`
	By      string  `json:"by" doc:"account"`
	Note    string  `json:"note,omitempty"`
	Entries []int64 `json:"entries,omitempty" doc:"of the log, that prove the execution"`
	Time    int64   `json:"time" doc:"unix milliseconds"`
}

// Instructions lists instructions.
type Instructions struct {
	Items []Instruction `json:"items"`
}
