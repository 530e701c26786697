package audit

import (
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"yumen/catalog"
)

// form says which texts may stand in a place of an entry. All forms are narrow, so that no data value, no user text and no secret
// finds room in the log: identifiers, declared names, words and codes of the program, numbers and addresses.
type form func(s string) bool

var (
	namePattern = regexp.MustCompile(`^[a-z][a-z0-9_.-]{0,62}$`)             // names of declared things, accounts, persons, words of the program
	codePattern = regexp.MustCompile(`^[A-Z][A-Z0-9_]{0,62}$`)               // refusal and reason codes
	rulePattern = regexp.MustCompile(`^[A-Z]{2,8}(-[0-9A-Za-z]{1,8}){1,3}$`) // proofs of the policy
	idPattern   = regexp.MustCompile(`^([a-z]{2,8})_[0-9a-f]{32}$`)
	keyPattern  = regexp.MustCompile(`^SHA256:[A-Za-z0-9+/]{43}$`)
	wordPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.:-]{0,62}$`) // states, revisions, versions
)

func nameForm(s string) bool { return namePattern.MatchString(s) }
func codeForm(s string) bool { return codePattern.MatchString(s) }
func ruleForm(s string) bool { return rulePattern.MatchString(s) }
func wordForm(s string) bool { return wordPattern.MatchString(s) }

// keyForm is the fingerprint of a public key as OpenSSH writes it.
func keyForm(s string) bool { return keyPattern.MatchString(s) }

// thingForm is any identifier, declared name or fingerprint.
func thingForm(s string) bool { return nameForm(s) || keyForm(s) }

// idForm is an identifier with one of these prefixes.
func idForm(prefixes ...catalog.Prefix) form {
	return func(s string) bool {
		return slices.ContainsFunc(prefixes, func(p catalog.Prefix) bool { return catalog.ValidID(p, s) })
	}
}

// anyIDForm is an identifier of any kind.
func anyIDForm(s string) bool { return idPattern.MatchString(s) }

func optional(f form) form { return func(s string) bool { return s == "" || f(s) } }

// numberForm is a whole number from low to high as people write it.
func numberForm(low, high int64) form {
	return func(s string) bool {
		n, err := strconv.ParseInt(s, 10, 64)
		return err == nil && strconv.FormatInt(n, 10) == s && n >= low && n <= high
	}
}

// listForm is one to 64 texts of a form, separated by commas.
func listForm(f form) form {
	return func(s string) bool {
		parts := strings.Split(s, ",")
		return len(parts) <= 64 && !slices.ContainsFunc(parts, func(p string) bool { return !f(p) })
	}
}

func oneOf(words ...string) form { return func(s string) bool { return slices.Contains(words, s) } }

func addressForm(s string) bool {
	a, err := netip.ParseAddr(s)
	return err == nil && a.Zone() == "" && a.String() == s
}

// count is a number of things; none in the log may be one that tells what a query withheld.
var count = numberForm(0, 1<<53)

// facts is the closed list of facts with the form of each.
var facts = map[string]form{
	// identifiers of what the entry refers to beside its subject
	"act": idForm(catalog.PrefixPending), "certificate": idForm(catalog.PrefixCertificate), "application": idForm(catalog.PrefixApplication), "artefact": idForm(catalog.PrefixArtefact),
	"decision": idForm(catalog.PrefixDecision), "grant": idForm(catalog.PrefixGrant), "ledger": idForm(catalog.PrefixLedger),
	"release": idForm(catalog.PrefixRelease), "request": idForm(catalog.PrefixRequest), "run": idForm(catalog.PrefixRun),
	"session": anyIDForm, "zone": idForm(catalog.PrefixZone), "snapshot": idForm(catalog.PrefixSnapshot), "vote": idForm(catalog.PrefixVote),
	// declared names
	"account": nameForm, "computation": nameForm, "dataset": nameForm, "legal_group": nameForm, "organization": nameForm,
	"product": nameForm, "scenario": nameForm, "step": nameForm,
	// words and codes of the program
	"action": nameForm, "code": codeForm, "engine": wordForm, "environment": oneOf("production", "development"), "format": listForm(nameForm), "from": nameForm, "jurisdiction": nameForm,
	"kind": wordForm, "level": listForm(wordForm), "method": nameForm, "missing": listForm(ruleForm), "mode": nameForm,
	"reason": listForm(codeForm), "reported": oneOf("yes", "no"), "review": nameForm, "revision": wordForm, "role": nameForm,
	"sampled": oneOf("yes", "no"), "sharing": nameForm, "supply": nameForm, "to": nameForm, "verdict": nameForm, "version": wordForm,
	// numbers
	"bytes": count, "cells": count, "columns": count, "count": count, "entries": listForm(count), "files": count, "grade": numberForm(1, 4), "not_after": count,
	"not_before": count, "number": count, "quota": count, "rows": count, "seed": count, "size": count, "turn": count, "units": count,
	// where a session came from
	"address": addressForm,
}

// digests is the closed list of what an entry may hold a digest of; a value true allows "name/thing" too, for one of several things.
// A digest of something that can be guessed (an identifier, a cell, an answer) is a data value and has no name here.
var digests = map[string]bool{
	"artefact": false, "bundle": false, "certificate": false, "computation": false, "consent": false, "decision": false,
	"document": false, "file": true, "identity": false, "input": false, "key": true, "label": false, "manifest": false, "plan": false, "policy": false,
	"previous": false, "promotion": false, "query": false, "receipt": false, "report": false, "risk_report": false, "snapshot": true, "source": false,
	"version": false, "vote": true,
}

func digestName(s string) bool {
	name, thing, several := strings.Cut(s, "/")
	many, known := digests[name]
	return known && (!several || many && nameForm(thing))
}

// Subject returns s if it has the form of an identifier, a declared name or a key's fingerprint, and "" otherwise: for entries about a thing that the
// caller named and nobody knows.
func Subject(s string) string {
	if thingForm(s) {
		return s
	}
	return ""
}
