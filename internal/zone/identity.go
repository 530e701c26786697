package zone

// appendResidentID appends an 18-digit identity number (GB 11643): region, birth date, sequence (odd for men), check digit.
func appendResidentID(buf []byte, region string, birth int64, sequence int) []byte {
	start := len(buf)
	buf = append(buf, region...)
	year, month, day := dayOf(birth)
	buf = appendPadded(buf, int64(year), 4)
	buf = appendPadded(buf, int64(month), 2)
	buf = appendPadded(buf, int64(day), 2)
	buf = appendPadded(buf, int64(sequence), 3)
	weight, sum := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}, 0
	for i, w := range weight {
		sum += int(buf[start+i]-'0') * w
	}
	return append(buf, "10X98765432"[sum%11])
}

// usccAlphabet are the characters of a unified social credit code; their values are their positions.
const usccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// usccPlaces is the number of codes that appendUSCC can make in one district.
const usccPlaces = 31 * 31 * 31 * 31 * 31 * 31 * 31

// appendUSCC appends a unified social credit code (GB 32100) of an enterprise. Its subject code begins with Y, which is not
// issued, so that the code has valid check digits and yet belongs to no one.
func appendUSCC(buf []byte, district string, place int64) []byte {
	start := len(buf)
	buf = append(buf, '9', '1')
	buf = append(buf, district...)
	buf = append(buf, 'Y')
	for range 7 {
		buf = append(buf, usccAlphabet[place%31])
		place /= 31
	}
	buf = append(buf, subjectCheck(buf[start+8:start+16]))
	weight, sum := 1, 0
	for _, c := range buf[start : start+17] {
		sum += usccValue(c) * weight
		weight = weight * 3 % 31
	}
	return append(buf, usccAlphabet[(31-sum%31)%31])
}

func usccValue(c byte) int {
	for i := range len(usccAlphabet) {
		if usccAlphabet[i] == c {
			return i
		}
	}
	return -1
}

// subjectCheck is the check digit of a subject code (GB 11714).
func subjectCheck(code []byte) byte {
	sum := 0
	for i, w := range [8]int{3, 7, 9, 10, 5, 8, 4, 2} {
		value := int(code[i] - '0')
		if code[i] >= 'A' {
			value = int(code[i]-'A') + 10
		}
		sum += value * w
	}
	return "0X987654321"[sum%11]
}

// mobilePrefixes are the number segments in use here; mobilePlaces is how many numbers they hold.
var mobilePrefixes = []string{"131", "135", "136", "138", "139", "150", "158", "166", "177", "186", "188", "199"}

var mobilePlaces = int64(len(mobilePrefixes)) * 100_000_000

func appendMobile(buf []byte, place int64) []byte {
	buf = append(buf, mobilePrefixes[place/100_000_000]...)
	return appendPadded(buf, place%100_000_000, 8)
}

func appendPersonName(buf []byte, r *random) []byte {
	buf = append(buf, surnames[r.skewed(0, int64(len(surnames)-1))]...)
	for range r.between(1, 2) {
		buf = append(buf, string(givenNames[r.below(int64(len(givenNames)))])...)
	}
	return buf
}

func appendFirmName(buf []byte, r *random, trade string, listed bool) []byte {
	buf = append(buf, "石家庄"...)
	for range 3 {
		buf = append(buf, string(brands[r.below(int64(len(brands)))])...)
	}
	buf = append(buf, trade...)
	if listed {
		buf = append(buf, "股份"...)
	}
	return append(buf, "有限公司"...)
}

// appendPadded appends a non-negative number with at least width digits.
func appendPadded(buf []byte, n int64, width int) []byte {
	var digits [20]byte
	i := len(digits)
	for n > 0 || width > 0 {
		i--
		digits[i] = byte('0' + n%10)
		n /= 10
		width--
	}
	return append(buf, digits[i:]...)
}

// appendCents appends an amount given in cents with two digits after the point.
func appendCents(buf []byte, cents int64) []byte {
	buf = appendPadded(buf, cents/100, 1)
	buf = append(buf, '.')
	return appendPadded(buf, cents%100, 2)
}

func appendDate(buf []byte, day int64) []byte {
	y, m, d := dayOf(day)
	buf = appendPadded(buf, int64(y), 4)
	buf = append(buf, '-')
	buf = appendPadded(buf, int64(m), 2)
	buf = append(buf, '-')
	return appendPadded(buf, int64(d), 2)
}

func appendPersonID(buf []byte, i int) []byte { return appendPadded(append(buf, 'P'), int64(i), 9) }
