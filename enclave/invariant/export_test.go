package invariant

// Kinds are the kinds of record, each with the states in which it may be.
func Kinds() map[string][]string {
	out := map[string][]string{}
	for name, k := range kinds {
		out[name] = k.states
	}
	return out
}
