package main

import (
	"errors"
	"strings"

	"yumen/catalog"
	"yumen/internal/locale"
)

// message is an error that a person reads, in both languages.
type message catalog.Text

func told(zh, en string) error { return message{Zh: zh, En: en} }

func (m message) Error() string { return m.En }

// spoken is an error as a person reads it who speaks this language.
func spoken(err error, lang locale.Language) string {
	var m message
	if lang == locale.Zh && errors.As(err, &m) {
		return strings.Replace(err.Error(), m.En, m.Zh, 1)
	}
	return err.Error()
}
