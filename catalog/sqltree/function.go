package sqltree

import "strings"

// Class says where a function may stand.
type Class string

// The classes of the closed list of functions.
const (
	ClassAggregate  Class = "aggregate"  // the frontier: rows become a cell
	ClassGeneralise Class = "generalise" // coarsens a column
	ClassMatch      Class = "match"      // compares a text with a pattern
	ClassScalar     Class = "scalar"     // computes over cells
	ClassCells      Class = "cells"      // aggregates cells, and nothing else
)

// functions is the closed list. Operators have the names that the parser gives them.
var functions = classes(map[Class]string{
	ClassAggregate: `count_star count sum avg mean stddev stddev_pop stddev_samp variance var_pop var_samp
	 covar_pop covar_samp corr regr_avgx regr_avgy regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy`,
	ClassGeneralise: "year quarter month decade date_trunc datetrunc date_part datepart band prefix left substr substring",
	ClassCells:      "max min",
	ClassMatch:      "~~ !~~ ^@ starts_with",
	ClassScalar:     "+ - * / // % round abs floor ceil ceiling nullif coalesce greatest least",
})

// refusedAggregates are functions of DuckDB that turn rows into a value but have no safe form: order statistics,
// pass-through values, sketches, encodings. They are named only to be refused as what they are.
var refusedAggregates = classes(map[Class]string{
	ClassAggregate: `any_value approx_count_distinct approx_quantile approx_top_k arbitrary arg_max arg_max_null arg_max_nulls_last
	 arg_min arg_min_null arg_min_nulls_last argmax argmin array_agg avg_if bit_and bit_or bit_xor bitstring_agg bool_and bool_or count_if countif
	 entropy favg first fsum geomean geometric_mean group_concat histogram histogram_exact kahan_sum
	 kurtosis kurtosis_pop last list listagg mad max_by median min_by mode product quantile quantile_cont quantile_disc
	 regr_count reservoir_quantile sem
	 skewness string_agg sum_no_overflow sumkahan wavg weighted_avg`,
})

func classes(lists map[Class]string) map[string]Class {
	all := map[string]Class{}
	for class, names := range lists {
		for name := range strings.FieldsSeq(names) {
			all[name] = class
		}
	}
	return all
}

// TwoArguments reports whether an aggregate of the closed list is of two columns.
func TwoArguments(name string) bool {
	return name == "corr" || strings.HasPrefix(name, "covar_") || strings.HasPrefix(name, "regr_")
}
