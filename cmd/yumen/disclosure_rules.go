package main

import "yumen/enclave/disclosure"

// The rules per cell by grade, as the policy's data have them; a test compares. The zone adds a keyed jitter of 0 to 3 to k at grades 3 and
// 4, which nobody outside can compute.
var gradeRules = map[int]disclosure.Rules{
	1: {K: 3, P: 10},
	2: {K: 5, P: 10, Dominance: []disclosure.Dominance{{N: 2, Percent: 90}}, Homogeneity: true, HomogeneityShare: 90},
	3: {K: 10, P: 15, Dominance: []disclosure.Dominance{{N: 2, Percent: 85}}, Homogeneity: true, HomogeneityShare: 90},
	4: {K: 30, P: 25, Dominance: []disclosure.Dominance{{N: 1, Percent: 50}, {N: 2, Percent: 67}}, Homogeneity: true, HomogeneityShare: 90},
}

// jurisdictions all take the rules per cell as they are; a test says when one no longer does.
var jurisdictions = []string{"bj", "sjz", "xc", "xm", "strict", "lab"}
