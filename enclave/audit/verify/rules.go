package verify

import (
	"slices"

	"yumen/catalog"
	"yumen/enclave/audit"
)

// rule is one thing that the order of entries must keep. It is judged at entries of the action on, over the history of one thing.
// Only entries that tell of an effect are judged and become history.
type rule struct {
	name   string
	on     audit.Action
	of     thing
	after  audit.Action   // an entry of this action must stand earlier in the thing's history
	never  []audit.Action // none of these may stand there
	others audit.Action   // nobody who made an entry of this action there may make this one
	first  bool           // the entry must be the first of the log
}

// thing names what an entry is about, or "" when it is about no such thing.
type thing func(e *audit.Entry) string

func subject(e *audit.Entry) string { return e.Subject }

func fact(key string) thing { return func(e *audit.Entry) string { return e.Facts[key] } }

// run is the run that a vote or a release belongs to.
func run(e *audit.Entry) string {
	if catalog.ValidID(catalog.PrefixRun, e.Subject) {
		return e.Subject
	}
	return e.Facts["run"]
}

// ballot is one turn of an artefact's review: a new artefact, or a request that was returned and came again, is voted on anew.
func ballot(e *audit.Entry) string {
	if r := run(e); r != "" {
		return r + " " + string(e.Digests["artefact"]) + " " + e.Facts["turn"]
	}
	return ""
}

// version is one version of an application: its steps are taken anew.
func version(e *audit.Entry) string {
	if catalog.ValidID(catalog.PrefixApplication, e.Subject) && e.Facts["turn"] != "" {
		return e.Subject + " " + e.Facts["turn"]
	}
	return ""
}

// rules is the table of what can be checked from entries alone.
var rules = []rule{
	{name: "the zone begins once, with the first entry", on: audit.ActionZoneInit, of: subject, first: true},

	{name: "a run is submitted once", on: audit.ActionQueryRun, of: subject, never: []audit.Action{audit.ActionQueryRun}},
	{name: "no run under a grant that is suspended, terminated or expired", on: audit.ActionQueryRun, of: fact("grant"),
		never: []audit.Action{audit.ActionGrantSuspend, audit.ActionGrantTerminate, audit.ActionGrantExpire}},
	{name: "an outcome is reserved once, before the end of its run", on: audit.ActionQueryReserve, of: subject, after: audit.ActionQueryRun,
		never: []audit.Action{audit.ActionQueryReserve, audit.ActionQueryExecute, audit.ActionQueryWithdraw}},
	{name: "no execution without its run", on: audit.ActionQueryExecute, of: subject, after: audit.ActionQueryRun,
		never: []audit.Action{audit.ActionQueryExecute, audit.ActionQueryWithdraw}},
	{name: "no vote without its run", on: audit.ActionReviewVote, of: run, after: audit.ActionQueryRun},
	{name: "nobody votes on his own run", on: audit.ActionReviewVote, of: run, others: audit.ActionQueryRun},
	{name: "nobody votes twice on one artefact in one turn", on: audit.ActionReviewVote, of: ballot, others: audit.ActionReviewVote},

	{name: "no release without its run", on: audit.ActionReleaseIssue, of: fact("run"), after: audit.ActionQueryRun,
		never: []audit.Action{audit.ActionQueryWithdraw, audit.ActionQueryExpire}},
	{name: "no run is released twice", on: audit.ActionReleaseIssue, of: fact("run"), never: []audit.Action{audit.ActionReleaseIssue}},
	{name: "no release is issued twice", on: audit.ActionReleaseIssue, of: subject, never: []audit.Action{audit.ActionReleaseIssue}},
	{name: "nothing is collected that was not issued, or no longer stands", on: audit.ActionReleaseCollect, of: subject,
		after: audit.ActionReleaseIssue, never: []audit.Action{audit.ActionReleaseRevoke, audit.ActionReleaseExpire}},
	{name: "nothing is revoked that was not issued", on: audit.ActionReleaseRevoke, of: subject, after: audit.ActionReleaseIssue},

	{name: "a grant is made once", on: audit.ActionGrantCreate, of: subject, never: []audit.Action{audit.ActionGrantCreate}},
	{name: "no grant without its application", on: audit.ActionGrantCreate, of: fact("application"), after: audit.ActionApplicationSubmit},
	{name: "no grant without a review of its application", on: audit.ActionGrantCreate, of: fact("application"), after: audit.ActionApplicationReview},
	{name: "no review without its application", on: audit.ActionApplicationReview, of: subject, after: audit.ActionApplicationSubmit,
		never: []audit.Action{audit.ActionApplicationWithdraw, audit.ActionApplicationExpire, audit.ActionApplicationClose}},
	{name: "nobody decides on his own application", on: audit.ActionApplicationReview, of: subject, others: audit.ActionApplicationSubmit},
	{name: "nobody takes two steps of one version of an application", on: audit.ActionApplicationReview, of: version, others: audit.ActionApplicationReview},
	{name: "nothing is suspended that was not granted", on: audit.ActionGrantSuspend, of: subject, after: audit.ActionGrantCreate,
		never: []audit.Action{audit.ActionGrantTerminate, audit.ActionGrantExpire}},
	{name: "nothing is resumed that is not suspended", on: audit.ActionGrantResume, of: subject, after: audit.ActionGrantSuspend,
		never: []audit.Action{audit.ActionGrantTerminate}},
	{name: "nothing is terminated that was not granted", on: audit.ActionGrantTerminate, of: subject, after: audit.ActionGrantCreate},

	{name: "no review without its declaration", on: audit.ActionDatasetReview, of: subject, after: audit.ActionDatasetSubmit},
	{name: "nothing is unsealed that is not sealed", on: audit.ActionDatasetUnseal, of: subject, after: audit.ActionDatasetSeal},
	{name: "nobody unseals alone", on: audit.ActionDatasetUnseal, of: fact("act"), after: audit.ActionActPropose, others: audit.ActionActPropose},
	{name: "a snapshot is loaded once", on: audit.ActionSnapshotLoad, of: subject, never: []audit.Action{audit.ActionSnapshotLoad}},
	{name: "a snapshot is destroyed once, after its load", on: audit.ActionSnapshotDestroy, of: subject, after: audit.ActionSnapshotLoad,
		never: []audit.Action{audit.ActionSnapshotDestroy}},

	{name: "a two-person act is confirmed once, by another person", on: audit.ActionActConfirm, of: subject, after: audit.ActionActPropose,
		never: []audit.Action{audit.ActionActConfirm}, others: audit.ActionActPropose},
}

// undone lists the actions that end the effect of another one on the same thing.
var undone = map[audit.Action]audit.Action{
	audit.ActionGrantResume:   audit.ActionGrantSuspend,
	audit.ActionDatasetUnseal: audit.ActionDatasetSeal,
}

// Rules returns the rules that the order of entries must keep.
func Rules() []string {
	out := []string{ruleVersions}
	for _, r := range rules {
		out = append(out, r.name)
	}
	return out
}

// history is what happened to each thing: the persons by action. A person is known by the person's name, or the account's.
type history map[string]map[audit.Action][]string

func person(a audit.Actor) string {
	if a.Person != "" {
		return "person " + a.Person
	}
	return "account " + a.Account
}

// judge returns the name of the first rule that the entry breaks, or "", and makes the entry history.
func (h history) judge(e *audit.Entry) (broken string) {
	if !e.Effect() {
		return ""
	}
	for _, r := range rules {
		if r.on == e.Action && !h.keeps(r, e) {
			return r.name
		}
	}
	h.remember(e)
	return ""
}

func (h history) keeps(r rule, e *audit.Entry) bool {
	of := r.of(e)
	if of == "" {
		return true // the entry is about no such thing; its form says which facts it must have
	}
	past := h[of]
	if r.first && e.Seq != 0 {
		return false
	}
	if r.after != "" && past[r.after] == nil {
		return false
	}
	if slices.ContainsFunc(r.never, func(a audit.Action) bool { return past[a] != nil }) {
		return false
	}
	return r.others == "" || !slices.Contains(past[r.others], person(e.Actor))
}

// remember adds the entry to the history of its subject and of every other thing by which a rule asks for its action.
func (h history) remember(e *audit.Entry) {
	seen := []string{}
	for _, of := range []thing{subject, run, ballot, version, fact("grant"), fact("application")} {
		id := of(e)
		if id == "" || slices.Contains(seen, id) {
			continue
		}
		seen = append(seen, id)
		if h[id] == nil {
			h[id] = map[audit.Action][]string{}
		}
		delete(h[id], undone[e.Action])
		if who := person(e.Actor); !slices.Contains(h[id][e.Action], who) {
			h[id][e.Action] = append(h[id][e.Action], who)
		}
	}
}
