package catalog

import (
	"maps"
	"slices"
)

// Category is the kind of sensitive personal information that a column holds. The kinds are those of XM-16 (Xiamen measures, article 16); each has a
// least grade.
type Category string

// The kinds of sensitive personal information.
const (
	CategoryProperty        Category = "property"         // 个人财产信息
	CategoryHealth          Category = "health"           // 个人健康生理信息
	CategoryBiometric       Category = "biometric"        // 个人生物识别信息
	CategoryIdentity        Category = "identity"         // 个人身份信息
	CategoryNetworkIdentity Category = "network_identity" // 网络身份标识信息
)

var categoryGrades = map[Category]Grade{
	CategoryProperty: 3, CategoryHealth: 3, CategoryBiometric: 4, CategoryIdentity: 3, CategoryNetworkIdentity: 3,
}

// Categories lists every kind in alphabetical order.
func Categories() []Category { return slices.Sorted(maps.Keys(categoryGrades)) }

// MinimumGrade is the least grade of a column of the kind; zero for an unknown kind or none.
func (k Category) MinimumGrade() Grade { return categoryGrades[k] }

// LeastGrade is the least grade that the column should have by its identifier and its category, at least 1. A lower one needs a reason.
func (c *Column) LeastGrade() Grade {
	return max(1, IdentifierKind(c.Identifier).MinimumGrade(), c.Category.MinimumGrade())
}

// Below counts the columns that are graded below their least grade without a reason.
func (s *DatasetSpec) Below() int {
	n := 0
	for i := range s.Columns {
		if c := &s.Columns[i]; c.Grade < c.LeastGrade() && c.GradeReason == "" {
			n++
		}
	}
	return n
}
