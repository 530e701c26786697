package worker

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"yumen/sandbox/wire"
)

// What a source begins with, by format.
const (
	markUTF8     = "\xef\xbb\xbf"
	markUTF16LE  = "\xff\xfe"
	markUTF16BE  = "\xfe\xff"
	markUTF32LE  = "\xff\xfe\x00\x00"
	magicGzip    = "\x1f\x8b"
	magicZstd    = "\x28\xb5\x2f\xfd"
	magicParquet = "PAR1"
	magicPrivate = "PARE" // a Parquet file whose footer is encrypted
)

// others are the beginnings of formats that are not taken and might pass for a text: JSON arrays, XML, PDF, and archives.
var others = []string{"[", "<", "%PDF-", "PK\x03\x04", "7z\xbc\xaf", "Rar!\x1a", "Obj\x01"}

// delimiters are the characters that may divide fields, in the order in which a doubt is settled.
const delimiters = ",\t;|"

// sampleBytes is how much of a source is looked at to tell how it is written.
const sampleBytes = 64 << 10

var replacement = []byte("\uFFFD")

// detectEncoding tells the encoding of a text from its mark, or from a sample that begins where the source's first byte outside ASCII
// stands. Without a mark a text is UTF-8 unless most of its characters are not, and GB18030 fits. GB18030 can be taken for UTF-8 by
// chance in a few characters, UTF-8 text as GB18030 nearly everywhere: hence the majority.
func detectEncoding(head, sample []byte) (encoding.Encoding, wire.Rule) {
	switch {
	case bytes.HasPrefix(head, []byte(markUTF32LE)):
		return nil, wire.RuleFormat
	case bytes.HasPrefix(head, []byte(markUTF16LE)):
		return unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM), ""
	case bytes.HasPrefix(head, []byte(markUTF16BE)):
		return unicode.UTF16(unicode.BigEndian, unicode.ExpectBOM), ""
	case bytes.HasPrefix(head, []byte(markUTF8)):
		return nil, ""
	}
	good, bad := 0, 0
	for rest := sample; len(rest) >= utf8.UTFMax; {
		r, n := utf8.DecodeRune(rest)
		switch {
		case r == utf8.RuneError && n == 1:
			bad++
		case n > 1:
			good++
		}
		rest = rest[n:]
	}
	if bad <= good {
		return nil, ""
	}
	text, err := simplifiedchinese.GB18030.NewDecoder().String(string(sample))
	if err != nil {
		return nil, ""
	}
	found, lost := 0, -1 // the sample may end inside a character
	for _, r := range text {
		switch {
		case r == utf8.RuneError:
			lost++
		case r >= utf8.RuneSelf:
			found++
		}
	}
	if 8*lost > found {
		return nil, ""
	}
	return simplifiedchinese.GB18030, ""
}

// ascii is how many bytes at the beginning are ASCII.
func ascii(b []byte) int {
	i := 0
	for ; i+8 <= len(b); i += 8 {
		if (b[i]|b[i+1]|b[i+2]|b[i+3]|b[i+4]|b[i+5]|b[i+6]|b[i+7])&0x80 != 0 {
			break
		}
	}
	for ; i < len(b) && b[i] < utf8.RuneSelf; i++ {
	}
	return i
}

// detectReturns reports whether the first line ends in a carriage return alone.
func detectReturns(sample []byte) bool {
	inside := false
	for i, b := range sample {
		switch {
		case b == '"':
			inside = !inside
		case inside:
		case b == '\n':
			return false
		case b == '\r' && i+1 < len(sample):
			return sample[i+1] != '\n'
		}
	}
	return false
}

// begins reports whether a text starts with the prefix, behind a mark and white space.
func begins(sample []byte, prefix string) bool {
	return bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(sample, []byte(markUTF8)), " \t\r\n"), []byte(prefix))
}

func detectOther(sample []byte) bool {
	return slices.ContainsFunc(others, func(prefix string) bool { return begins(sample, prefix) })
}

// detectDelimiter finds what divides the fields: of the candidates that stand in the header outside of quotes, the one that stands
// equally often in the records that follow, then the one that stands there most often.
func detectDelimiter(sample []byte) byte {
	best, most := byte(','), [2]int{}
	for _, d := range []byte(delimiters) {
		if score := regularity(sample, d); score[0] > most[0] || score[0] == most[0] && score[1] > most[1] {
			best, most = d, score
		}
	}
	return best
}

// regularity is how many records in a row, from the header on, have the header's number of this delimiter, and that number. A record
// that the sample cuts off does not count; blank lines do not either.
func regularity(sample []byte, delim byte) [2]int {
	records, header, n, blank, inside := 0, -1, 0, true, false
	for _, b := range sample {
		switch {
		case b == '\n' && !inside:
			if blank {
				continue
			}
			if header < 0 {
				header = n
			}
			if n != header || n == 0 {
				return [2]int{records, header}
			}
			records, n, blank = records+1, 0, true
		case b == '"':
			inside, blank = !inside, false
		case b == delim && !inside:
			n, blank = n+1, false
		case b != '\r':
			blank = false
		}
	}
	if header < 0 { // a header alone
		return [2]int{min(n, 1), n}
	}
	return [2]int{records, header}
}
