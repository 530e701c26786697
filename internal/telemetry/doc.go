// Package telemetry owns what a gateway shows of itself while it runs: Prometheus metrics on a listener of their own, and traces to an
// OpenTelemetry collector. It is the only package that knows either. It stands around the gateway's parts, which do not know it: it wraps
// the store, the policy, the workers and the door where they are wired.
//
// What it may tell is narrow, because whoever reads metrics is not entitled to data:
//
//   - Names, labels and attributes are static: routes, states, codes, actions. No address, no name of a dataset, no account, no text.
//   - Nothing of the part of a run that touches data is measured or traced, not even that it ended (enclave.Inside): what depends on data
//     shows in no figure, and its time in none. Runs are counted by what is visible of them, at the tick at which it becomes visible.
//   - Therefore there are no figures of the process either: processor time and memory would tell when a run ended.
package telemetry
