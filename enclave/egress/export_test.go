package egress

// Matching counts the lines of the table that hold for an event.
func Matching(s State, e Event, f Facts) int {
	n := 0
	for _, t := range table {
		if failed, _ := firstFailed(t.Guards, f); t.From == s && t.Event == e && t.Actor == f.Actor.Kind && failed == "" {
			n++
		}
	}
	return n
}

// Known reports whether the guard has a meaning.
func Known(g Guard) bool { return checks[g] != nil }
