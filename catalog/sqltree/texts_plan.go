package sqltree

import "yumen/catalog"

// The reasons of the plan are a table of their own, for length alone.
var planTexts = map[Reason]reasonText{
	ReasonKey: {catalog.CodeGroupKey, "不能按该表达式分组", "this expression cannot be a group key",
		"请按维度字段本身，或声明的概化方式分组：year、quarter、month、decade、date_trunc、band、prefix", "group by a dimension itself, or by a declared generaliser: year, quarter, month, decade, date_trunc, band, prefix"},
	ReasonKeyGeneralised: {catalog.CodeGroupKey, "该字段只能按声明的概化方式分组", "this column can be a group key through its declared generalisers only",
		"可用：%s", "use: %s"},
	ReasonTooManyKeys: {catalog.CodeTooLarge, "分组字段过多", "there are too many group keys",
		"请最多使用 %d 个分组字段", "use at most %d group keys"},
	ReasonTooManyCells: {catalog.CodeTooLarge, "聚合过多", "there are too many aggregates",
		"请最多使用 %d 个不同的聚合", "use at most %d different aggregates"},
	ReasonDistinctGroup: {catalog.CodeGroupKey, "DISTINCT 与 GROUP BY 并用时须输出全部分组字段", "DISTINCT with GROUP BY must output every group key",
		"请输出全部分组字段，或去掉 DISTINCT", "output all group keys, or remove DISTINCT"},
	ReasonArgument: {catalog.CodeAggArg, "聚合的参数只能是一个字段", "the argument of an aggregate is one column",
		"请直接写字段名；条件请用 FILTER (WHERE …)，运算请放在聚合之外", "write the column alone; put conditions into FILTER (WHERE …) and arithmetic outside the aggregate"},
	ReasonMeasure: {catalog.CodeAggArg, "该字段不是度量", "this column is not a measure",
		"请对度量字段求和或求平均；其他字段可用 count", "sum and average measures; other columns can be counted"},
	ReasonCountDistinct: {catalog.CodeAggArg, "count(DISTINCT) 只用于主体键", "count(DISTINCT) is for entity keys only",
		"请写 count(DISTINCT 主体键)；要数取值请用 GROUP BY", "write count(DISTINCT entity key); to list values use GROUP BY"},
	ReasonMoments: {catalog.CodeAggFn, "三级及以上数据不提供标准差和方差", "standard deviation and variance are not given from grade 3",
		"请使用 avg 和 count", "use avg and count"},
	ReasonOverflow: {catalog.CodeType, "按声明的上下界，该统计量可能溢出", "by the declared bounds this statistic could overflow",
		"请使用 sum 或 avg，或请提供方收窄上下界", "use sum or avg, or ask the provider for narrower bounds"},
	ReasonRollupAverage: {catalog.CodeAggArg, "内层的 avg 只能用于筛选", "an inner avg can be filtered on only",
		"请在内层用 sum 和 count，在外层相除", "use sum and count inside, and divide outside"},
	ReasonRollupMoments: {catalog.CodeAggFn, "对内层结果只能用 count、sum、avg", "over inner results use count, sum and avg only",
		"请改用 avg", "use avg"},
	ReasonPredicate: {catalog.CodePredicateForm, "不支持这种条件", "this form of condition is not supported",
		"请用 字段 比较 常量：=、IN、<、>=、BETWEEN、LIKE '前缀%'、IS NULL，用 AND 连接", "compare a column with constants: =, IN, <, >=, BETWEEN, LIKE 'prefix%', IS NULL, joined by AND"},
	ReasonAcross: {catalog.CodePredicateForm, "OR 和 NOT 只能作用于同一字段的条件", "OR and NOT apply to conditions on one column",
		"请把各字段的条件用 AND 连接，或分成多条查询", "join the conditions of different columns by AND, or ask separate queries"},
	ReasonNoFilter: {catalog.CodePredicateForm, "该字段没有声明筛选网格", "this column declares no filter grid",
		"请用其他字段筛选，或请提供方声明 grid", "filter on another column, or ask the provider to declare a grid"},
	ReasonGeneralisedOnly: {catalog.CodePredicateForm, "该字段只能按声明的概化方式筛选", "this column can be filtered through its declared generalisers only",
		"可用：%s", "use: %s"},
	ReasonPrefix: {catalog.CodePredicateForm, "前缀长度未声明", "the prefix has a length that is not declared",
		"可用：%s", "use: %s"},
	ReasonGrid: {catalog.CodeLiteralGrid, "常量不在该字段的网格上", "the constant is not on the column's grid",
		"网格为 %s；区间写成 >= 下界 AND < 上界，边界取网格值", "the grid is %s; write >= low AND < high with grid values"},
	ReasonDomain: {catalog.CodeDomain, "常量不在该字段的值域内", "the constant is outside the column's domain",
		"请用 yumen get Dataset 查看值域", "see the domain with yumen get Dataset"},
	ReasonEmptyCohort: {catalog.CodeDomain, "条件相互矛盾，没有任何值满足", "the conditions contradict each other: no value meets them",
		"请检查同一字段上的各个条件", "check the conditions on the same column"},
	ReasonLiteral: {catalog.CodeType, "常量与字段类型不符", "the constant does not fit the column's type",
		"该字段的类型为 %s", "the column's type is %s"},
	ReasonUnmatched: {catalog.CodePredicateForm, "不能筛选 LEFT JOIN 未匹配的行", "rows that a LEFT JOIN did not match cannot be filtered on",
		"请改用 JOIN，或筛选左侧表的字段", "use JOIN, or filter on columns of the left table"},
	ReasonFilter: {catalog.CodeAggFilter, "此处不支持 FILTER", "FILTER is not supported here",
		"请把条件放到 WHERE", "move the condition to WHERE"},
	ReasonCastColumn: {catalog.CodeCast, "不能对字段做类型转换", "a column cannot be cast",
		"请直接使用字段；对聚合结果可转换为数值类型", "use the column as it is; results of aggregates can be cast to numbers"},
	ReasonJoinCondition: {catalog.CodeJoinEdge, "连接条件只能是声明的键相等", "a join condition is the equality of declared keys only",
		"请写 ON a.键 = b.键 或 USING (键)，其他条件放到 WHERE", "write ON a.key = b.key or USING (key); put other conditions into WHERE"},
	ReasonJoinEdge: {catalog.CodeJoinEdge, "目录没有声明这条连接", "the catalog declares no such join",
		"请按目录中声明的字段连接；用 yumen get Dataset 查看", "join on the columns that the catalog declares; see yumen get Dataset"},
	ReasonFanOut: {catalog.CodeJoinEdge, "连接会使行重复：没有一个表能以多对一到达其他所有表", "the join would multiply rows: no table reaches all others many-to-one",
		"请先在 WITH 中按主体键汇总其中一个表", "roll one of the tables up by the entity's key in a WITH clause first"},
	ReasonSelfJoin: {catalog.CodeJoinEdge, "同一个表被以同样的方式连接两次", "the same table is joined twice in the same way",
		"请只连接一次", "join it once"},
	ReasonLeftSide: {catalog.CodeJoinType, "LEFT JOIN 的左侧须是多的一侧", "the left side of a LEFT JOIN is the many side",
		"请从明细表出发：明细表 LEFT JOIN 主表；或改用 JOIN", "start from the detail table: detail LEFT JOIN master; or use JOIN"},
	ReasonInner: {catalog.CodeSubquery, "内层查询只能按一个主体的完整键汇总，聚合仅限 count、sum、avg", "an inner query can only roll up by one entity's full key, with count, sum and avg",
		"请写 WITH x AS (SELECT 主体键, sum(度量) AS s FROM 表 GROUP BY 主体键)", "write WITH x AS (SELECT entity_key, sum(measure) AS s FROM dataset GROUP BY entity_key)"},
	ReasonInnerKey: {catalog.CodeSubquery, "内层的其他分组字段须对该主体恒定", "another inner group key must be constant for the entity",
		"请去掉该分组字段，或把它移到外层", "remove that group key, or move it to the outer query"},
	ReasonInnerTwice: {catalog.CodeSubquery, "只能有一个内层汇总", "there can be one inner roll-up only",
		"请合并为一个 WITH 查询", "merge them into one WITH query"},
	ReasonCellType: {catalog.CodeType, "表达式两侧的类型不符", "the types in this expression do not fit together",
		"请比较和计算同类的值：数值与数值，文本与文本", "compare and compute values of one kind: numbers with numbers, texts with texts"},
	ReasonCellCast: {catalog.CodeCast, "聚合结果只能转换为数值类型", "results can be cast to numbers only",
		"请使用 INTEGER、BIGINT、DOUBLE 或 DECIMAL(p,s)", "use INTEGER, BIGINT, DOUBLE or DECIMAL(p,s)"},
	ReasonCellFunction: {catalog.CodeScalarFn, "该函数不能用于聚合结果", "this function cannot be used on results",
		"可用 + - * / // % round abs floor ceil nullif coalesce greatest least CASE", "use + - * / // % round abs floor ceil nullif coalesce greatest least CASE"},
}

// Texts lists every reason with its code, for tests and documents.
func Texts() map[Reason]catalog.Code {
	all := map[Reason]catalog.Code{}
	for why, t := range texts {
		all[why] = t.code
	}
	for why, t := range planTexts {
		all[why] = t.code
	}
	return all
}
