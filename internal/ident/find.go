package ident

import (
	"slices"
	"strings"
	"unicode/utf8"

	"yumen/catalog"
)

// Find returns the identifiers inside a text, in its order and without overlap. What proves little by itself (Shaped) is found where
// a label stands before it: 护照号 E12345678, passport E12345678.
func (r *Reader) Find(text string) []Match {
	f := fold(text)
	var found []Match
	found = r.numbers(found, &f)
	for i := 0; i < len(f.text); i++ {
		c := f.text[i]
		if c == '@' {
			if start, end, ok := f.email(i); ok {
				found = append(found, Match{catalog.IdentifierEmail, Formed, start, end})
			}
			continue
		}
		if c < utf8.RuneSelf || !utf8.RuneStart(c) {
			continue
		}
		if end, ok := f.plate(i); ok {
			found = append(found, Match{catalog.IdentifierPlate, Formed, i, end})
		}
		if strings.HasPrefix(f.text[i:], titleMark) {
			if start, end, ok := f.title(i); ok {
				found = append(found, Match{catalog.IdentifierPropertyTitle, Formed, start, end})
			}
		}
	}
	found = settle(found)
	for i := range found {
		found[i].Start, found[i].End = f.at[found[i].Start], f.at[found[i].End]
	}
	return found
}

// settle keeps of overlapping matches the better proof, then the longer, then the first.
func settle(found []Match) []Match {
	slices.SortStableFunc(found, func(a, b Match) int {
		if a.Proof != b.Proof {
			return int(b.Proof) - int(a.Proof)
		}
		if n := (b.End - b.Start) - (a.End - a.Start); n != 0 {
			return n
		}
		return a.Start - b.Start
	})
	var kept []Match
	for _, m := range found {
		if !slices.ContainsFunc(kept, func(k Match) bool { return m.Start < k.End && k.Start < m.End }) {
			kept = append(kept, m)
		}
	}
	slices.SortFunc(kept, func(a, b Match) int { return a.Start - b.Start })
	return kept
}

// word is one run of letters and digits in folded text.
type word struct{ start, end int }

// joined says how many words and characters one number may be spread over.
const (
	joinedWords = 20
	joinedChars = 24
)

// numbers finds what is made of letters and digits: in one word, in words divided by single spaces or hyphens, and behind a word's
// leading letters.
func (r *Reader) numbers(found []Match, f *folded) []Match {
	words := split(f.text)
	var buffer [4]candidate
	var joint []byte
	for i, w := range words {
		joint = joint[:0]
		if w.end-w.start > joinedChars {
			found = r.inside(found, f, w)
			continue
		}
		found = r.behindLetters(found, f, w)
		for j := i; j < len(words) && j-i < joinedWords; j++ {
			if j > i && !adjacent(f.text, words[j-1], words[j]) {
				break
			}
			joint = append(joint, f.text[words[j].start:words[j].end]...)
			if len(joint) > joinedChars {
				break
			}
			if len(joint) < 8 {
				continue
			}
			span := words[i : j+1]
			for _, c := range r.candidates(buffer[:0], string(joint)) {
				if f.believable(c, span, string(joint)) {
					found = append(found, Match{c.kind, c.proof, w.start, words[j].end})
				}
			}
		}
	}
	return found
}

func split(text string) []word {
	var words []word
	for i := 0; i < len(text); {
		if !alphanumeric(text[i]) {
			i++
			continue
		}
		start := i
		for i < len(text) && alphanumeric(text[i]) {
			i++
		}
		words = append(words, word{start, i})
	}
	return words
}

// adjacent reports whether one space or hyphen, or a hyphen among spaces, divides two words.
func adjacent(text string, a, b word) bool {
	gap := text[a.end:b.start]
	return gap == " " || gap == "-" || gap == " - "
}

// believable reports whether a candidate in free text is one: not a part of a decimal number, grouped as people group it, and under
// a label where it needs one.
func (f *folded) believable(c candidate, span []word, joint string) bool {
	first, last := span[0], span[len(span)-1]
	if f.fraction(first.start, last.end) {
		return false
	}
	switch c.proof {
	case Checked:
		return c.kind != catalog.IdentifierLEI || len(span) == 1 || len(span) == 5 && last.end-last.start == 4 // one in 97 passes
	case Formed:
		return len(span) == 1 || c.kind == catalog.IdentifierMobile && grouped(span)
	}
	hyphen := c.kind == catalog.IdentifierLandline && len(span) == 2 && f.text[first.end] == '-'
	return hyphen && first.end-first.start <= 4 || len(span) <= 5 && labelled(f.text[:first.start], c.kind)
}

// fraction reports whether digits before or behind the bounds belong to the same decimal number.
func (f *folded) fraction(start, end int) bool {
	before := start >= 2 && f.text[start-1] == '.' && digits(f.text[start-2:start-1])
	behind := end+1 < len(f.text) && f.text[end] == '.' && digits(f.text[end+1:end+2])
	return before || behind
}

// grouped reports whether a mobile number is divided as people divide it; a country code may stand in front.
func grouped(span []word) bool {
	sizes := make([]byte, 0, 5)
	for i, w := range span {
		n := w.end - w.start
		if i == 0 && (n == 2 || n == 4) {
			continue
		}
		sizes = append(sizes, byte('0'+min(n, 15)))
	}
	switch string(sizes) {
	case ";", "344", "38", "74", "434", "443", "335": // ';' is '0'+11
		return true
	}
	return false
}

// inside finds resident identity numbers in a run of letters and digits that is too long for one number. Their date, province and
// check digit let fewer than 1 in 50,000 positions pass by chance.
func (r *Reader) inside(found []Match, f *folded, w word) []Match {
	for i := w.start; i+18 <= w.end; i++ {
		if kind := r.residentKind(f.text[i : i+18]); kind == catalog.IdentifierResidentID {
			found = append(found, Match{kind, Checked, i, i + 18})
			i += 17
		}
	}
	return found
}

// behindLetters finds numbers that follow letters without a space: ID110101…, TEL139….
func (r *Reader) behindLetters(found []Match, f *folded, w word) []Match {
	at := w.start
	for at < w.end && f.text[at] >= 'A' {
		at++
	}
	if at == w.start || at == w.end {
		return r.insideDigits(found, f, w)
	}
	rest := f.text[at:w.end]
	if kind := ""; len(rest) == 18 {
		if kind = string(r.residentKind(rest)); kind != "" {
			return append(found, Match{Kind(kind), Checked, at, w.end})
		}
	}
	if mobile(rest) && len(rest) == 11 && labelled(f.text[:at], catalog.IdentifierMobile) {
		return append(found, Match{catalog.IdentifierMobile, Formed, at, w.end})
	}
	return r.insideDigits(found, f, w)
}

// insideDigits looks for resident identity numbers in words that are longer than one.
func (r *Reader) insideDigits(found []Match, f *folded, w word) []Match {
	if w.end-w.start <= 18 {
		return found
	}
	return r.inside(found, f, w)
}
