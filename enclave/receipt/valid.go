package receipt

import (
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"yumen/catalog"
)

// Failures of validity; the receipt is genuine otherwise.
var (
	ErrExpired = errors.New("the receipt has expired")
	ErrNotYet  = errors.New("the receipt is not valid yet")
)

// maxLine bounds one line of text, in bytes.
const maxLine = 512

// formats are the formats of data files.
var formats = map[string]bool{"csv": true, "parquet": true, "json": true, "arrow": true}

// validLines reports whether every text is present and can be shown on one line.
func validLines(texts ...string) error {
	for _, s := range texts {
		if s == "" {
			return errors.New("a name or text is missing")
		}
	}
	return validOptional(texts...)
}

// validOptional reports whether every text can be shown on one line.
func validOptional(texts ...string) error {
	for _, s := range texts {
		if len(s) > maxLine || !utf8.ValidString(s) || strings.ContainsFunc(s, func(c rune) bool { return !unicode.IsPrint(c) }) {
			return errors.New("a name or text is too long or not printable")
		}
	}
	return nil
}

func validDigests(digests ...catalog.Digest) error {
	for _, d := range digests {
		if d.Validate() != nil || strings.ToLower(string(d)) != string(d) {
			return errors.New("a digest is missing or malformed")
		}
	}
	return nil
}

// validTimes reports whether every time is set, in UTC and of whole seconds, so that it has one spelling.
func validTimes(times ...time.Time) error {
	for _, t := range times {
		if t.IsZero() || t.Location() != time.UTC || t.Nanosecond() != 0 {
			return errors.New("a time is missing, or not in UTC and whole seconds")
		}
	}
	return nil
}

func validFiles(files []File) error {
	if len(files) == 0 {
		return errors.New("receipt: no file")
	}
	for i, f := range files {
		if !formats[f.Format] || f.Name != "data."+f.Format || f.Size < 0 {
			return errors.New("receipt: a file's name, format or size is malformed")
		}
		if err := validDigests(f.Digest); err != nil {
			return err
		}
		if i > 0 && files[i-1].Name >= f.Name {
			return errors.New("receipt: files are sorted and listed once")
		}
	}
	return nil
}
