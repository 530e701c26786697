package ident

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// surnames are the commonest surnames, which over nine in ten people bear, and the compound ones.
const surnames = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾" +
	"毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓" +
	"古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊"

var compoundSurnames = []string{"欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙", "令狐", "慕容", "司徒", "夏侯", "端木", "长孙", "宇文", "闻人", "南宫", "申屠", "独孤", "呼延"}

// firmEndings are the ends of names of enterprises and other organizations.
var firmEndings = []string{"有限公司", "有限责任公司", "股份公司", "集团", "公司", "合伙)", "合伙企业", "合作社", "事务所", "经营部", "商行", "个体工商户", "分行", "支行", "CO.,LTD", "CO., LTD", "CO.,LTD.", "CO., LTD.",
	" LTD", " LTD.", " INC", " INC.", " LLC", " CORP", " CORP.", " GMBH", " PLC"}

// personName reports whether folded text has the form of a Chinese name: a surname and one or two characters.
func personName(s string) bool {
	n := utf8.RuneCountInString(s)
	if n < 2 || n > 4 || len(s) != 3*n {
		return false
	}
	for _, r := range s {
		if !unicode.Is(unicode.Han, r) {
			return false
		}
	}
	for _, c := range compoundSurnames {
		if strings.HasPrefix(s, c) {
			return n > 2
		}
	}
	first, _ := utf8.DecodeRuneInString(s)
	return n < 4 && strings.ContainsRune(surnames, first)
}

// firmName reports whether folded text ends as names of organizations do.
func firmName(s string) bool {
	if utf8.RuneCountInString(s) < 5 {
		return false
	}
	for _, e := range firmEndings {
		if strings.HasSuffix(s, e) {
			return true
		}
	}
	return false
}

// address reports whether folded text has the form of a Chinese address below the district: at least two of its levels, and a house
// or a building with a number.
func address(s string) bool {
	if len(s) < 15 || !strings.ContainsAny(s, "0123456789一二三四五六七八九十") {
		return false
	}
	levels := 0
	for _, l := range []string{"省", "市", "区", "县", "镇", "乡", "街道", "路", "街", "巷", "村"} {
		if strings.Contains(s, l) {
			levels++
		}
	}
	for _, l := range []string{"号", "栋", "幢", "单元", "室", "楼", "弄", "组"} {
		if strings.Contains(s, l) {
			return levels >= 2
		}
	}
	return false
}

// Surname is how many characters of a Chinese name of two to four are its surname, 0 where the value has another form.
func Surname(name string) int {
	n := utf8.RuneCountInString(name)
	if n < 2 || n > 4 {
		return 0
	}
	for _, r := range name {
		if !unicode.Is(unicode.Han, r) {
			return 0
		}
	}
	for _, c := range compoundSurnames {
		if n > 2 && strings.HasPrefix(name, c) {
			return 2
		}
	}
	return 1
}
