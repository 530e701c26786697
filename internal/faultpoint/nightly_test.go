//go:build nightly

package faultpoint_test

// thorough is true where a test takes every moment.
const thorough = true
