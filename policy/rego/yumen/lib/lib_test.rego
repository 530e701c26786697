package yumen.lib_test

import future.keywords.not

import data.yumen.lib

others := [null, true, "5", [], {}]

test_BJ_OPS_32a_numbers_compare_with_numbers_alone[note] if {
	some i, other in others
	note := sprintf("%d", [i])
	not lib.at_least(5, other)
	not lib.at_least(other, 5)
	not lib.at_most(5, other)
	not lib.at_most(other, 5)
}

test_BJ_OPS_32a_numbers_compare if {
	lib.at_least(5, 5)
	lib.at_most(5, 5)
	not lib.at_least(4, 5)
	not lib.at_most(5, 4)
}

test_BJ_OPS_32a_a_name_is_a_text_that_says_something[note] if {
	some i, other in [null, true, 5, [], {}, "", "*"]
	note := sprintf("%d", [i])
	not lib.named(other)
	not lib.same(other, other)
	not lib.differ(other, "a")
	not lib.differ("a", other)
}

test_BJ_OPS_32a_names_compare if {
	lib.named("a")
	lib.same("a", "a")
	lib.differ("a", "b")
	not lib.same("a", "b")
	not lib.differ("a", "a")
}

test_BJ_OPS_25d_a_choice_names_something if {
	lib.chosen({"a": {}})
	not lib.chosen({})
	not lib.chosen({"a": {}, "*": {}})
	not lib.chosen({"": {}})
	not lib.chosen(["a"])
	not lib.chosen("a")
}

test_BJ_FIN_23a_what_is_lacking_is_known_of_sets_alone if {
	lib.lacking({"a": {}, "b": {}}, {"a": {}}) == {"b"}
	not lib.lacking(["a"], {"a": {}})
	not lib.lacking({"a": {}}, ["a"])
	not lib.lacking(null, {})
}

test_XM_39c_an_unknown_grade_is_kept_as_the_highest[note] if {
	some note, case in {
		"grade 1": {"grade": 1, "years": 3},
		"grade 3": {"grade": 3, "years": 5},
		"no grade": {"grade": 0, "years": 5},
		"a grade between two": {"grade": 2.5, "years": 5},
		"a grade of text": {"grade": "1", "years": 5},
	}
	zone := {"jurisdiction": "bj", "environment": "production"}
	case.years == lib.retention(case.grade, {"ordinary"}) with input as {"zone": zone}
}

test_SJZ_13a_a_zone_of_no_environment_has_no_settings[note] if {
	some note, zone in {
		"no environment": {"jurisdiction": "bj"},
		"an unknown one": {"jurisdiction": "bj", "environment": "test"},
		"an empty one": {"jurisdiction": "bj", "environment": ""},
		"none at all": {"jurisdiction": "bj", "environment": null},
		"two": {"jurisdiction": "bj", "environment": ["production", "development"]},
	}
	not lib.settings with input as {"zone": zone}
}

test_SJZ_13a_the_settings_of_both_environments_are_the_same if {
	production := lib.settings with input as {"zone": {"jurisdiction": "sjz", "environment": "production"}}
	development := lib.settings with input as {"zone": {"jurisdiction": "sjz", "environment": "development"}}
	production == development
}
