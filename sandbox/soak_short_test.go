//go:build !nightly

package sandbox_test

// soakJobs is how many workers a soak starts.
const soakJobs = 104
