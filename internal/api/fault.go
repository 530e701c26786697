package api

import "yumen/catalog"

// faultTexts say what each rule of a quarantine means and what to do; docs/spec/files.md lists the rules.
var faultTexts = map[string]catalog.Text{
	"format": {Zh: "不是可装载的格式。可用：CSV（UTF-8、带标记的 UTF-16、GB18030）、JSON Lines、Parquet，可用 gzip 或 zstd 压缩；XLSX 由 yumen dataset load 转换",
		En: "none of the formats that are taken: CSV (UTF-8, UTF-16 with a mark, GB18030), JSON lines or Parquet, gzip and zstd are fine; yumen dataset load converts XLSX"},
	"encrypted":        {Zh: "文件已加密：请以明文格式经加密通道报送", En: "the file is encrypted: send it unencrypted, the connection protects it"},
	"empty":            {Zh: "文件没有内容", En: "there is nothing in the file"},
	"damaged":          {Zh: "文件不完整或已损坏：请重新导出", En: "the file is cut off or damaged: export it again"},
	"too_large":        {Zh: "文件展开后超过一次装载的上限：请拆分，或请运营方调高上限", En: "the file expands to more than a load may use: ask the operator for more room"},
	"too_many_rows":    {Zh: "行数超过上限", En: "more rows than a load may have"},
	"too_many_columns": {Zh: "列数超过上限", En: "more columns than a load may have"},
	"header":           {Zh: "第一行像是数据而不是表头：请在首行写列名", En: "the first line looks like a row: put the names of the columns there"},
	"column_name":      {Zh: "声明中不能使用的列名：请改名", En: "a name that no declaration can have: rename the column"},
	"identifier":       {Zh: "声明为不含标识符的列中出现标识符：请去掉，或改为 identifier 并提高级别", En: "identifiers in a column that is declared to hold none: take them out, or declare what they are"},
	"encoding":         {Zh: "含有不属于该编码的字节：请以一种编码（UTF-8 最好）重新导出", En: "bytes that are no text: export the file again in one encoding, best UTF-8"},
	"nul":              {Zh: "含有 NUL 字符", En: "a NUL character"},
	"line_end":         {Zh: "行内有单独的回车符：请统一换行符，或给字段加引号", En: "a carriage return inside a line: use one kind of line end"},
	"quote":            {Zh: "引号未闭合，或没有括住整个字段；字段内的引号应写两个", En: "a quote that is not closed or does not enclose a whole field; a quote inside a field is written twice"},
	"fields":           {Zh: "字段数与表头不同", En: "more or fewer fields than the header"},
	"too_long":         {Zh: "单条记录超过 1 MiB", En: "a record over 1 MiB"},
	"json":             {Zh: "该行不是一个 JSON 对象：每行一个对象", En: "not one JSON object: each line holds one"},
	"twice_key":        {Zh: "同一对象中键重复", En: "an object has a key twice"},
	"missing_column":   {Zh: "声明了但文件中没有的列", En: "declared, but not in the file"},
	"extra_column":     {Zh: "文件中有但未声明的列：请删除该列，或先修改声明", En: "in the file, but not declared: leave the column out, or declare it first"},
	"twice_column":     {Zh: "文件中该列出现两次", En: "the file has the column twice"},
	"nested":           {Zh: "列表、结构或对象：每列只能有单个值", En: "a list, a structure or an object: a column holds single values"},
	"column_type":      {Zh: "该 Parquet 类型不可装载：请转换为文本、数值、布尔、日期或不带时区的时间戳", En: "this type of Parquet is not taken: make it text, number, boolean, date, or timestamp without a zone"},
	"type":             {Zh: "不是声明类型的值，或该类型不能精确表示；日期应年在前", En: "not a value of the declared type, or not one that it holds exactly; dates begin with the year"},
	"thousands":        {Zh: "数字带有千位分隔符：请去掉", En: "a number with thousands separators: leave them out"},
	"full_width":       {Zh: "数字为全角字符：请改用半角", En: "a number in full-width characters: use ASCII digits"},
	"bounds":           {Zh: "超出声明的范围", En: "outside the declared bounds"},
	"domain":           {Zh: "不在声明的取值之列", En: "not one of the declared values"},
	"null":             {Zh: "该列不允许空值", En: "no value where the declaration wants one"},
	"duplicate":        {Zh: "声明为唯一的实体出现了第二行", En: "a second row of an entity that is declared unique"},
	"max_rows":         {Zh: "同一主体或集团的行数超过声明的上限：请核对文件，或修改声明", En: "an entity or a group has more rows than are declared: check the file, or declare more"},
	"max_values":       {Zh: "取值个数超过声明的上限，或单个值超过 200 个字符：请核对文件，或修改声明", En: "more different values than are declared, or one of more than 200 characters: check the file, or declare more"},
	"constant":         {Zh: "同一实体有不止一个值", En: "more than one value for one entity"},
	"state_secret":     {Zh: "有文字带国家秘密标志（绝密、机密、秘密）：停止报送，联系保密管理部门；已通知安全管理员", En: "a text bears the marking of a state secret: stop, and ask those responsible for secrets; the security administrator has been alerted"},
	"nested_group":     {Zh: "所属集团本身又属于另一集团：请填写最上级集团", En: "the group of this entity is itself in another group: name the topmost group"},
	"source":           {Zh: "引擎读出的内容与检查的不一致：请以更简单的方式重新导出", En: "the engine reads the file otherwise than it was checked: export it again, more plainly"},
	"manifest_digest":  {Zh: "文件与批次清单的 sha256 不符", En: "the file has not the sha256 of its manifest"},
	"manifest_source":  {Zh: "批次清单所写的来源平台与声明不符", En: "the manifest names another source platform than the declaration"},
	"manifest_rows":    {Zh: "行数与批次清单不符", En: "the file has not as many rows as its manifest says"},
}

// Text says in words what the rule of a fault means and what to do instead.
func (f Fault) Text() catalog.Text { return faultTexts[f.Rule] }
