package zone

import "time"

// The districts of the city by administrative code (GB/T 2260), with how many of a thousand live there.
var (
	districts       = []string{"130102", "130104", "130105", "130107", "130108", "130109", "130110", "130111", "130123", "130131"}
	districtWeights = newWeights([]int64{190, 170, 150, 10, 180, 90, 70, 60, 50, 30})
)

// Positions in districts that planted facts refer to.
const (
	districtOld  = 1 // 130104
	districtMine = 3 // 130107, the smallest
	districtFood = 5 // 130109
)

// The industries by section letter of GB/T 4754, with the share of enterprises. Mining (B) is only planted.
var (
	industries      = []string{"A", "B", "C", "E", "F", "G", "H", "I", "M", "O", "P"}
	industryWeights = newWeights([]int64{40, 0, 220, 100, 280, 80, 90, 70, 50, 60, 10})
	trades          = []string{"农业", "矿业", "制造", "建筑工程", "商贸", "物流", "餐饮", "信息技术", "科技服务", "生活服务", "教育咨询"}
)

// Positions in industries that planted facts refer to.
const (
	industryMining        = 1
	industryManufacturing = 2
	industryTrade         = 4
	industryEducation     = 10
)

var (
	educations       = []string{"primary", "junior", "senior", "college", "bachelor", "master", "doctor"}
	educationWeights = newWeights([]int64{120, 280, 230, 180, 150, 35, 5})
)

// Positions in educations that planted facts refer to.
const (
	educationMaster = 5
	educationDoctor = 6
)

var (
	sizeClasses   = []string{"large", "medium", "small", "micro"}
	taxRatings    = []string{"A", "B", "M", "C", "D"}
	ratingWeights = newWeights([]int64{15, 50, 20, 10, 5})
	causes        = []string{"contract", "loan", "labour", "tort", "environment"}
	causeWeights  = newWeights([]int64{45, 25, 18, 10, 2})
	caseStatuses  = []string{"settled", "open", "executed"}
	statusWeights = newWeights([]int64{50, 30, 20})
	loanProducts  = []string{"credit", "mortgage", "guarantee"}
	loanClasses   = []string{"normal", "attention", "substandard", "doubtful", "loss"}
	classWeights  = newWeights([]int64{900, 60, 20, 12, 8})
)

const (
	causeEnvironment = 4 // planted: every such case is executed
	statusExecuted   = 2
	loanGuarantee    = 2
)

// Surnames and the characters of given names and brands.
var (
	surnames = []string{"王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "马", "朱", "胡", "郭", "何", "高",
		"林", "罗", "郑", "梁", "谢", "宋", "唐", "许", "韩", "冯", "邓", "曹", "彭", "曾", "肖", "田", "董", "欧阳", "司马", "诸葛"}
	givenNames = []rune("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国志文晓宇欣怡梓涵浩然思雨佳琪子轩一诺安宁")
	brands     = []rune("瑞丰恒泰宏达嘉禾远航启明星辰金石汇通盛世永信博雅鼎新天成万里长青德润卓越和美中正方圆联创海川云帆")
)

// The first and last day of birth, and the days of events.
var (
	firstBirth = epochDay(1945, 1, 1)
	lastBirth  = epochDay(2006, 12, 31)
	firstFirm  = epochDay(1985, 1, 1)
	lastFirm   = epochDay(2023, 12, 31)
	firstEvent = epochDay(2022, 1, 1)
	lastEvent  = epochDay(2024, 12, 31)
)

var (
	taxYears = []string{"2022", "2023", "2024"}
	months   = []string{"2024-01-01", "2024-02-01", "2024-03-01", "2024-04-01", "2024-05-01", "2024-06-01",
		"2024-07-01", "2024-08-01", "2024-09-01", "2024-10-01", "2024-11-01", "2024-12-01"}
)

func epochDay(year int, month time.Month, day int) int64 {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / 86_400
}

func dayOf(epoch int64) (year, month, day int) {
	y, m, d := time.Unix(epoch*86_400, 0).UTC().Date()
	return y, int(m), d
}
