//go:build !nightly

package faultpoint_test

// thorough is false where a test takes a few moments of many.
const thorough = false
