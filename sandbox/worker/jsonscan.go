package worker

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"yumen/sandbox/wire"
)

// scanner reads one line that holds one JSON object (RFC 8259) of scalar values. Every value becomes its text: a string its
// characters, a number exactly the digits that stand there, true and false their names, null and an empty string nothing.
type scanner struct {
	rest  []byte
	known int // keys before the line
	name  string
	text  []byte   // the decoded texts of the line, one behind another
	at    [][2]int // by key: where its value is in text; [0,0] without one
	seen  []bool   // by key
	key   []byte
}

// value is the text of key i on the line.
func (s *scanner) value(i int) []byte {
	if i >= len(s.at) {
		return nil
	}
	return s.text[s.at[i][0]:s.at[i][1]]
}

// scan reads a line, adds keys that are new, and says which rule it breaks, if any; name is then the key where it did.
func (s *scanner) scan(line []byte, keys map[string]int) wire.Rule {
	s.rest, s.known, s.text, s.name = line, len(keys), s.text[:0], ""
	clear(s.seen)
	clear(s.at)
	s.space()
	if !s.take('{') {
		return wire.RuleJSON
	}
	s.space()
	for first := true; ; first = false {
		if first && s.take('}') {
			break
		}
		if rule := s.member(keys); rule != "" {
			return rule
		}
		s.space()
		if s.take('}') {
			break
		}
		if !s.take(',') {
			return wire.RuleJSON
		}
		s.space()
	}
	s.space()
	if len(s.rest) > 0 {
		return wire.RuleJSON
	}
	return ""
}

func (s *scanner) member(keys map[string]int) wire.Rule {
	start := len(s.text)
	if rule := s.str(); rule != "" {
		return rule
	}
	s.key = append(s.key[:0], s.text[start:]...)
	s.text = s.text[:start]
	i, ok := keys[string(s.key)]
	if !ok {
		if i = len(keys); i > maxFields {
			return wire.RuleTooManyColumns
		}
		keys[string(s.key)] = i
	}
	for len(s.seen) <= i {
		s.seen, s.at = append(s.seen, false), append(s.at, [2]int{})
	}
	if s.seen[i] {
		return wire.RuleTwiceKey
	}
	s.seen[i] = true
	s.space()
	if !s.take(':') {
		return wire.RuleJSON
	}
	s.space()
	start = len(s.text)
	rule := s.scalar()
	if rule == wire.RuleNested {
		s.name = string(s.key)
	}
	s.at[i] = [2]int{start, len(s.text)}
	return rule
}

func (s *scanner) scalar() wire.Rule {
	if len(s.rest) == 0 {
		return wire.RuleJSON
	}
	switch c := s.rest[0]; {
	case c == '"':
		return s.str()
	case c == '{' || c == '[':
		return wire.RuleNested
	case s.word("null"):
		return ""
	case s.word("true"):
		s.text = append(s.text, "true"...)
		return ""
	case s.word("false"):
		s.text = append(s.text, "false"...)
		return ""
	}
	return s.number()
}

func (s *scanner) number() wire.Rule {
	n := s.rest
	s.take('-')
	if !s.take('0') && s.digits() == 0 {
		return wire.RuleJSON
	}
	if s.take('.') && s.digits() == 0 {
		return wire.RuleJSON
	}
	if s.take('e') || s.take('E') {
		_ = s.take('+') || s.take('-')
		if s.digits() == 0 {
			return wire.RuleJSON
		}
	}
	s.text = append(s.text, n[:len(n)-len(s.rest)]...)
	return ""
}

func (s *scanner) digits() int {
	i := 0
	for i < len(s.rest) && s.rest[i] >= '0' && s.rest[i] <= '9' {
		i++
	}
	s.rest = s.rest[i:]
	return i
}

// str reads a string and adds its characters to text.
func (s *scanner) str() wire.Rule {
	if !s.take('"') {
		return wire.RuleJSON
	}
	for i := 0; i < len(s.rest); i++ {
		switch c := s.rest[i]; {
		case c == '"':
			s.text = append(s.text, s.rest[:i]...)
			s.rest = s.rest[i+1:]
			return ""
		case c < ' ':
			return wire.RuleJSON
		case c == '\\':
			s.text = append(s.text, s.rest[:i]...)
			s.rest = s.rest[i+1:]
			if rule := s.escape(); rule != "" {
				return rule
			}
			i = -1
		}
	}
	return wire.RuleJSON
}

const escapes = "\"\"\\\\//b\bf\fn\nr\rt\t"

// escape reads what follows a backslash.
func (s *scanner) escape() wire.Rule {
	if s.take('u') {
		return s.unicode()
	}
	for i := 0; i < len(escapes); i += 2 {
		if s.take(escapes[i]) {
			s.text = append(s.text, escapes[i+1])
			return ""
		}
	}
	return wire.RuleJSON
}

func (s *scanner) unicode() wire.Rule {
	r, ok := s.hex()
	if !ok {
		return wire.RuleJSON
	}
	if utf16.IsSurrogate(r) {
		if !s.take('\\') || !s.take('u') {
			return wire.RuleEncoding
		}
		low, ok := s.hex()
		if r = utf16.DecodeRune(r, low); !ok || r == utf8.RuneError {
			return wire.RuleEncoding
		}
	}
	if r == 0 {
		return wire.RuleNUL
	}
	s.text = utf8.AppendRune(s.text, r)
	return ""
}

func (s *scanner) hex() (rune, bool) {
	if len(s.rest) < 4 {
		return 0, false
	}
	for _, c := range s.rest[:4] {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F') {
			return 0, false
		}
	}
	n, err := strconv.ParseUint(string(s.rest[:4]), 16, 16)
	s.rest = s.rest[4:]
	return rune(n), err == nil
}

func (s *scanner) space() {
	for len(s.rest) > 0 && (s.rest[0] == ' ' || s.rest[0] == '\t') {
		s.rest = s.rest[1:]
	}
}

func (s *scanner) take(c byte) bool {
	if len(s.rest) == 0 || s.rest[0] != c {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

func (s *scanner) word(w string) bool {
	if len(s.rest) < len(w) || string(s.rest[:len(w)]) != w {
		return false
	}
	s.rest = s.rest[len(w):]
	return true
}
