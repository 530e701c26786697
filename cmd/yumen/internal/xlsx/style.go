package xlsx

import "strings"

// kind says what the number in a cell of a style means.
type kind byte

const (
	number kind = iota
	date        // a day, perhaps with a time of day
	clock       // a time of day or a duration
)

// loadStyles finds out which cell styles make dates of numbers.
func (b *book) loadStyles() error {
	name := b.of("styles")
	if name == "" {
		return nil
	}
	var s struct {
		Formats []struct {
			ID   int    `xml:"numFmtId,attr"`
			Code string `xml:"formatCode,attr"`
		} `xml:"numFmts>numFmt"`
		Cells []struct {
			ID int `xml:"numFmtId,attr"`
		} `xml:"cellXfs>xf"`
	}
	if err := b.small(name, &s); err != nil {
		return err
	}
	if len(s.Cells) > maxStyles || len(s.Formats) > maxStyles {
		return errTooMuch()
	}
	custom := map[int]kind{}
	for _, f := range s.Formats {
		custom[f.ID] = kindOf(f.Code)
	}
	for _, c := range s.Cells {
		k, ok := custom[c.ID]
		if !ok {
			k = builtin(c.ID)
		}
		b.dates = append(b.dates, k)
	}
	return nil
}

// builtin are the formats that have a number instead of a code (ECMA-376 part 1, 18.8.30), those of East Asian languages among them.
func builtin(id int) kind {
	switch {
	case id >= 14 && id <= 17, id == 22, id >= 27 && id <= 31, id == 36, id >= 50 && id <= 54, id == 57, id == 58:
		return date
	case id >= 18 && id <= 21, id >= 32 && id <= 35, id >= 45 && id <= 47, id == 55, id == 56:
		return clock
	}
	return number
}

// kindOf reads the first section of a format code: letters of dates outside of quotes, brackets and escapes.
func kindOf(code string) kind {
	code, _, _ = strings.Cut(code, ";")
	if strings.EqualFold(code, "general") {
		return number
	}
	found := number
	for i := 0; i < len(code); i++ {
		switch c := code[i] | 0x20; {
		case code[i] == '"':
			for i++; i < len(code) && code[i] != '"'; i++ {
			}
		case code[i] == '\\' || code[i] == '_' || code[i] == '*':
			i++
		case code[i] == '[':
			from := i + 1
			for i++; i < len(code) && code[i] != ']'; i++ {
			}
			if strings.Trim(strings.ToLower(code[from:min(i, len(code))]), "hms") == "" && i > from {
				found = max(found, clock)
			}
		case c == 'y' || c == 'd' || code[i] == 'e':
			return date
		case c == 'm' && !strings.ContainsAny(strings.ToLower(code), "hs"):
			return date
		case c == 'h' || c == 's':
			found = clock
		}
	}
	return found
}
