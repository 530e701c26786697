package verify_test

import (
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/enclave/audit/audittest"
	"yumen/enclave/audit/verify"
)

// The entries of the story, by name.
const (
	zone = iota
	grant
	run
	execute
	vote
	issue
	collect
)

func changed(i int, change func(e *audit.Entry)) audit.Entry {
	e := audittest.Story()[i]
	change(&e)
	return e
}

func act(a audit.Action, subject string) audit.Entry {
	return audittest.Entry(1, a, audittest.Person("operator_x"), subject, "done")
}

func id(p catalog.Prefix) string { return audittest.ID(p, 1) }

// Each row names the entries in order and the rule that the last one breaks ("" for none).
func TestXC_3b_Rules(t *testing.T) {
	s := audittest.Story()
	by := func(i int, who string) audit.Entry {
		return changed(i, func(e *audit.Entry) { e.Actor = audittest.Person(who) })
	}
	refusedRun := changed(run, func(e *audit.Entry) { e.Outcome = "refused" })
	failed := changed(execute, func(e *audit.Entry) { e.Outcome = "failed" })
	turn2 := changed(vote, func(e *audit.Entry) { e.Facts["turn"] = "2" })
	artefact2 := changed(vote, func(e *audit.Entry) { e.Digests["artefact"] = audittest.Digest("another") })
	onRelease := changed(vote, func(e *audit.Entry) {
		e.Facts = map[string]string{"turn": "1", "run": e.Subject}
		e.Subject = id(catalog.PrefixRelease)
	})
	release2 := changed(issue, func(e *audit.Entry) { e.Subject = audittest.ID(catalog.PrefixRelease, 2) })
	run2 := changed(run, func(e *audit.Entry) { e.Subject = audittest.ID(catalog.PrefixRun, 2) })
	run2Release1 := changed(issue, func(e *audit.Entry) { e.Facts["run"] = audittest.ID(catalog.PrefixRun, 2) })
	reserve := act(audit.ActionQueryReserve, id(catalog.PrefixRun))
	reserve.Facts = map[string]string{"ledger": id(catalog.PrefixLedger)}
	fromApplication := changed(grant, func(e *audit.Entry) { e.Facts = map[string]string{"application": id(catalog.PrefixApplication)} })
	suspend, resume := act(audit.ActionGrantSuspend, id(catalog.PrefixGrant)), act(audit.ActionGrantResume, id(catalog.PrefixGrant))
	terminate, withdraw := act(audit.ActionGrantTerminate, id(catalog.PrefixGrant)), act(audit.ActionQueryWithdraw, id(catalog.PrefixRun))
	revoke, expire := act(audit.ActionReleaseRevoke, id(catalog.PrefixRelease)), act(audit.ActionReleaseExpire, id(catalog.PrefixRelease))
	load, destroy := act(audit.ActionSnapshotLoad, id(catalog.PrefixSnapshot)), act(audit.ActionSnapshotDestroy, id(catalog.PrefixSnapshot))
	submit, review := act(audit.ActionApplicationSubmit, id(catalog.PrefixApplication)), act(audit.ActionApplicationReview, id(catalog.PrefixApplication))
	review.Actor = audittest.Person("operator_y")
	step := func(who, turn string) audit.Entry {
		e := review
		e.Actor, e.Facts = audittest.Person(who), map[string]string{"turn": turn, "step": "operator", "verdict": "approve"}
		return e
	}
	lapsed := act(audit.ActionApplicationExpire, id(catalog.PrefixApplication))
	propose, confirm := act(audit.ActionActPropose, id(catalog.PrefixPending)), act(audit.ActionActConfirm, id(catalog.PrefixPending))
	confirm.Actor = audittest.Person("operator_y")
	sameConfirm := propose
	sameConfirm.Action = audit.ActionActConfirm
	sameConfirm.Actor.Account = "operator_z" // another account of the same person

	sealed, unsealed := act(audit.ActionDatasetSeal, "persons"), act(audit.ActionDatasetUnseal, "persons")
	sealed.Facts = map[string]string{"kind": "decision", "count": "0"}
	unsealed.Facts = map[string]string{"act": id(catalog.PrefixPending)}
	alone := unsealed
	alone.Actor.Account = "operator_z"
	unsealed.Actor = audittest.Person("operator_y")

	// XC-3b: the versions of a dataset.
	chain := "the versions of a declared thing are a chain, and the newest is reviewed"
	first := catalog.FirstVersion(audittest.Digest("a"))
	second := first.Next(audittest.Digest("b"))
	link := func(number int, document string, v catalog.Version) audit.Entry {
		e := act(audit.ActionDatasetSubmit, "persons")
		e.Facts = map[string]string{"number": strconv.Itoa(number)}
		e.Digests = map[string]catalog.Digest{"document": audittest.Digest(document), "version": v.Link()}
		if v.Previous != "" {
			e.Digests["previous"] = v.Previous
		}
		return e
	}
	kept := func(e audit.Entry) audit.Entry { e.Action = audit.ActionDatasetDraft; return e }
	decided := func(v catalog.Version) audit.Entry {
		e := act(audit.ActionDatasetReview, "persons")
		e.Digests = map[string]catalog.Digest{"version": v.Link()}
		return e
	}

	broken := map[string]bool{}
	for _, c := range []struct {
		rule    string
		entries []audit.Entry
	}{
		{"", s},
		{"", append(s[:collect:collect], s[collect], revoke)},
		{"", []audit.Entry{s[run], s[vote], turn2, artefact2, by(vote, "operator_q")}},
		{"", []audit.Entry{refusedRun, s[run], failed, s[execute]}},
		{"", []audit.Entry{s[grant], suspend, resume, s[run], suspend, refusedRun}},
		{"", []audit.Entry{submit, review, review, fromApplication, load, destroy, propose, confirm}},
		{"the zone begins once, with the first entry", []audit.Entry{s[zone], s[zone]}},
		{"the zone begins once, with the first entry", []audit.Entry{s[grant], s[zone]}},
		{"a run is submitted once", []audit.Entry{s[run], s[run]}},
		{"no run under a grant that is suspended, terminated or expired", []audit.Entry{s[grant], suspend, s[run]}},
		{"no run under a grant that is suspended, terminated or expired", []audit.Entry{s[grant], suspend, resume, terminate, s[run]}},
		{"", []audit.Entry{s[run], reserve, failed}},
		{"an outcome is reserved once, before the end of its run", []audit.Entry{reserve}},
		{"an outcome is reserved once, before the end of its run", []audit.Entry{s[run], reserve, reserve}},
		{"an outcome is reserved once, before the end of its run", []audit.Entry{s[run], s[execute], reserve}},
		{"an outcome is reserved once, before the end of its run", []audit.Entry{s[run], withdraw, reserve}},
		{"no execution without its run", []audit.Entry{s[execute]}},
		{"no execution without its run", []audit.Entry{refusedRun, s[execute]}},
		{"no execution without its run", []audit.Entry{s[run], s[execute], s[execute]}},
		{"no execution without its run", []audit.Entry{s[run], withdraw, s[execute]}},
		{"no vote without its run", []audit.Entry{s[vote]}},
		{"no vote without its run", []audit.Entry{onRelease}},
		{"nobody votes on his own run", []audit.Entry{s[run], by(vote, "bank_a")}},
		{"nobody votes on his own run", []audit.Entry{s[run], changed(vote, func(e *audit.Entry) { e.Actor.Person = "p_bank_a" })}},
		{"nobody votes twice on one artefact in one turn", []audit.Entry{s[run], s[vote], s[vote]}},
		{"nobody votes twice on one artefact in one turn", []audit.Entry{s[run], s[vote], onRelease}},
		{"no release without its run", []audit.Entry{s[zone], s[issue]}},
		{"no release without its run", []audit.Entry{refusedRun, s[issue]}},
		{"no release without its run", []audit.Entry{run2, s[issue]}},
		{"no release without its run", []audit.Entry{s[run], withdraw, s[issue]}},
		{"no run is released twice", []audit.Entry{s[run], s[issue], s[issue]}},
		{"no run is released twice", []audit.Entry{s[run], s[issue], release2}},
		{"no release is issued twice", []audit.Entry{s[run], run2, s[issue], run2Release1}},
		{"nothing is collected that was not issued, or no longer stands", []audit.Entry{s[run], s[collect]}},
		{"nothing is collected that was not issued, or no longer stands", []audit.Entry{s[run], s[issue], revoke, s[collect]}},
		{"nothing is collected that was not issued, or no longer stands", []audit.Entry{s[run], s[issue], expire, s[collect]}},
		{"nothing is revoked that was not issued", []audit.Entry{s[run], revoke}},
		{"a grant is made once", []audit.Entry{s[grant], s[grant]}},
		{"no grant without its application", []audit.Entry{fromApplication}},
		{"no review without its application", []audit.Entry{review}},
		{"no review without its application", []audit.Entry{submit, lapsed, review}},
		{"", []audit.Entry{submit, step("operator_y", "1"), step("operator_z", "1"), submit, step("operator_y", "2"), fromApplication}},
		{"no grant without a review of its application", []audit.Entry{submit, fromApplication}},
		{"nobody decides on his own application", []audit.Entry{submit, step("operator_x", "1")}},
		{"nobody takes two steps of one version of an application", []audit.Entry{submit, step("operator_y", "1"), step("operator_y", "1")}},
		{"nothing is suspended that was not granted", []audit.Entry{suspend}},
		{"nothing is suspended that was not granted", []audit.Entry{s[grant], terminate, suspend}},
		{"nothing is resumed that is not suspended", []audit.Entry{s[grant], resume}},
		{"nothing is terminated that was not granted", []audit.Entry{terminate}},
		{"no review without its declaration", []audit.Entry{act(audit.ActionDatasetReview, "persons")}},
		{"", []audit.Entry{sealed, propose, unsealed, sealed}},
		{"nothing is unsealed that is not sealed", []audit.Entry{propose, unsealed}},
		{"nothing is unsealed that is not sealed", []audit.Entry{sealed, propose, unsealed, unsealed}},
		{"nobody unseals alone", []audit.Entry{sealed, unsealed}},
		{"nobody unseals alone", []audit.Entry{sealed, propose, alone}},
		{"a snapshot is loaded once", []audit.Entry{load, load}},
		{"a snapshot is destroyed once, after its load", []audit.Entry{destroy}},
		{"a snapshot is destroyed once, after its load", []audit.Entry{load, destroy, destroy}},
		{"a two-person act is confirmed once, by another person", []audit.Entry{confirm}},
		{"", []audit.Entry{link(1, "a", first), link(2, "b", second), decided(second)}},
		{"", []audit.Entry{act(audit.ActionDatasetSubmit, "persons"), decided(first)}}, // of before the numbers were logged
		{"", []audit.Entry{kept(link(1, "a", first)), link(2, "b", second), decided(second)}},
		{chain, []audit.Entry{link(1, "a", first), kept(link(2, "b", second)), decided(second)}},
		{chain, []audit.Entry{kept(link(1, "a", first)), link(1, "a", first)}},
		{chain, []audit.Entry{link(1, "a", first), link(3, "b", second)}},
		{chain, []audit.Entry{link(1, "a", first), link(2, "tampered", second)}},
		{chain, []audit.Entry{link(1, "a", first), link(1, "a", first)}},
		{chain, []audit.Entry{link(1, "a", first), act(audit.ActionDatasetSubmit, "persons")}},
		{chain, []audit.Entry{link(1, "a", first), link(2, "b", second), decided(first)}},
		{"a two-person act is confirmed once, by another person", []audit.Entry{propose, sameConfirm}},
		{"a two-person act is confirmed once, by another person", []audit.Entry{propose, confirm, confirm}},
	} {
		l := audittest.New(t)
		l.Append(t, c.entries...)
		_, err := verify.FS(l.Export(t), l.Keys)
		if c.rule == "" {
			require.NoError(t, err)
			continue
		}
		f := fault(t, err)
		require.Equal(t, int64(len(c.entries)-1), f.Entry)
		require.Equal(t, "it breaks the rule: "+c.rule, f.Reason)
		broken[c.rule] = true
	}
	for _, name := range verify.Rules() {
		require.True(t, broken[name], "no case breaks the rule: %s", name)
	}
	require.Equal(t, slices.Sorted(slices.Values(verify.Rules())), slices.Compact(slices.Sorted(slices.Values(verify.Rules()))))
}
