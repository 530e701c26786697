// Package policy owns the policy decision point: the embedded Open Policy Agent, the default bundle of rules (policy/rego), the
// typed inputs of every action and the decision that answers them.
//
// Rules are proofs: a rule proves its own condition, and the engine refuses whatever is not proven. The engine computes the rules
// that an action needs from their annotations and checks the proofs itself, so an undefined, absent or mistyped value is never a
// permission. A floor of rules is compiled into the binary, so that a bundle cannot drop a requirement by dropping its rule.
// Decisions depend on the input, the bundle and nothing else: time is an input, and no built-in reaches a clock or a network.
package policy
