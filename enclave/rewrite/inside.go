package rewrite

import (
	"strings"

	"yumen/catalog"
)

// Inside finds the query inside a text that is none itself, or is more than one: what follows the first SELECT or WITH, up to the end of
// that statement or of the parentheses around it. It looks at words alone; what it finds is parsed like any text.
func Inside(sql string) (query string, found bool) {
	if query, found = pivoted(sql); found {
		return query, true
	}
	start, depth, opened := -1, 0, 0
	for i := 0; i < len(sql); {
		next := token(sql, i)
		word := sql[i:next]
		switch {
		case word == ";" && start >= 0:
			return strings.TrimSpace(sql[start:i]), true
		case word == "(":
			depth++
		case word == ")":
			if depth--; start >= 0 && depth < opened {
				return strings.TrimSpace(sql[start:i]), true
			}
		case start < 0 && (strings.EqualFold(word, "select") || strings.EqualFold(word, "with")):
			start, opened = i, depth
		}
		i = next
	}
	if start <= 0 {
		return "", false
	}
	return strings.TrimSpace(sql[start:]), true
}

// pivoted reads PIVOT table ON x USING aggregate GROUP BY y as the query that groups by both.
func pivoted(sql string) (string, bool) {
	words := []string{"pivot", "on", "using", "group"}
	parts, depth, last := []string(nil), 0, 0
	for i := 0; i < len(sql); {
		next := token(sql, i)
		word := sql[i:next]
		switch {
		case word == "(":
			depth++
		case word == ")":
			depth--
		case word == ";":
			return "", false
		case depth == 0 && len(parts) < len(words) && strings.EqualFold(word, words[len(parts)]):
			parts, last = append(parts, sql[last:i]), next
		}
		i = next
	}
	if len(parts) < 3 || strings.TrimSpace(parts[0]) != "" {
		return "", false
	}
	table, on, using, by := parts[1], parts[2], sql[last:], ""
	if len(parts) == 4 {
		using = parts[3]
		after, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(sql[last:])), "by")
		if !ok {
			return "", false
		}
		by = sql[len(sql)-len(after):] + ", "
	}
	return "SELECT " + by + on + ", " + using + " FROM " + table + " GROUP BY ALL", true
}

// Kept is what is said of a text of which only the query inside is kept.
func Kept() catalog.Text {
	return catalog.Text{Zh: "只保留其中的一条 SELECT", En: "only the one SELECT in it is kept"}
}

// token is the end of the word, the sign, the quoted text or the comment that begins at a place.
func token(s string, i int) int {
	until := func(from int, end string) int {
		if j := strings.Index(s[from:], end); j >= 0 {
			return from + j + len(end)
		}
		return len(s)
	}
	letter := func(b byte) bool {
		return b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= 0x80
	}
	switch c := s[i]; {
	case c == '\'' || c == '"':
		return until(i+1, string(c))
	case strings.HasPrefix(s[i:], "--"):
		return until(i, "\n")
	case strings.HasPrefix(s[i:], "/*"):
		return until(i+2, "*/")
	case letter(c):
		j := i
		for j < len(s) && letter(s[j]) {
			j++
		}
		return j
	}
	return i + 1
}
