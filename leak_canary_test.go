package yumen_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
)

// canary is a value that stands in the data and must be found nowhere else.
type canary struct {
	name  string // of its column, or of the broken file it is in
	forms [][]byte
}

// text is a canary of letters and digits, in every form in which bytes leave a program by accident.
func text(name, value string) canary {
	if len(value) < 12 {
		panic("a canary so short is found by chance")
	}
	c := canary{name: name, forms: [][]byte{[]byte(value), []byte(hex.EncodeToString([]byte(value))), []byte(strings.ToUpper(hex.EncodeToString([]byte(value))))}}
	var wide []byte
	for _, u := range utf16.Encode([]rune(value)) {
		wide = binary.LittleEndian.AppendUint16(wide, u)
	}
	c.forms = append(c.forms, wide[:len(wide)-1]) // either order of bytes has this in it
	for shift := range 3 {                        // whatever comes before it, the inner groups of base64 are one of three
		padded := base64.StdEncoding.EncodeToString(append(bytes.Repeat([]byte{0}, shift), value...))
		c.forms = append(c.forms, []byte(padded[4:len(padded)-4]))
	}
	return c
}

// number is a canary of a number column: its digits, and its unscaled binary form as engines store it.
func number(name, digits string, unscaled int64) canary {
	return canary{name: name, forms: [][]byte{[]byte(digits), binary.LittleEndian.AppendUint64(nil, uint64(unscaled)), binary.BigEndian.AppendUint64(nil, uint64(unscaled))}}
}

// day is a canary of a date column. Its day number has four bytes of which two are zero, which ciphertext hits by chance; it is looked
// for as text alone.
func day(name string, d time.Time) canary {
	return canary{name: name, forms: [][]byte{[]byte(d.Format("2006-01-02")), []byte(d.Format("20060102")), []byte(d.Format("2006/01/02"))}}
}

// finding is where a canary was seen. It names the column, never the value.
type finding struct{ canary, place string }

// aviary looks for all canaries.
type aviary struct {
	canaries []canary
	found    map[finding]int
	bytes    int64
}

func newAviary(cs []canary) *aviary { return &aviary{canaries: cs, found: map[finding]int{}} }

// search looks through what a place holds.
func (a *aviary) search(place string, b []byte) {
	a.bytes += int64(len(b))
	for _, c := range a.canaries {
		for i, form := range c.forms {
			if n := bytes.Count(b, form); n > 0 {
				a.found[finding{c.name, fmt.Sprintf("%s (form %d)", place, i)}] += n
			}
		}
	}
}

// tree looks through every file under a folder, and through their names.
func (a *aviary) tree(t testing.TB, place, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		a.search(place+": name of a file", []byte(rel))
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		a.search(place+": "+rel, b)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestAviary shows that the search finds what it looks for, in each form.
func TestAviary(t *testing.T) {
	value := "Heron-4711-Kranich"
	for i, b := range [][]byte{
		[]byte("x" + value + "y"),
		[]byte(fmt.Sprintf("%x", "ab"+value+"cd")),
		[]byte(fmt.Sprintf("%X", value)),
		[]byte(base64.StdEncoding.EncodeToString([]byte("." + value + "."))),
		[]byte(base64.StdEncoding.EncodeToString([]byte(".." + value + "."))),
		[]byte(base64.StdEncoding.EncodeToString([]byte("..." + value + "."))),
		[]byte(strings.Join(strings.Split(value, ""), "\x00")),
	} {
		a := newAviary([]canary{text("c", value)})
		a.search("here", b)
		if len(a.found) == 0 {
			t.Errorf("form %d is not found", i)
		}
		a = newAviary([]canary{text("c", "Heron-4712-Kranich")})
		if a.search("here", b); len(a.found) != 0 {
			t.Errorf("form %d is found where it is not", i)
		}
	}
	a := newAviary([]canary{number("n", "918273.64", 91827364)})
	a.search("here", binary.LittleEndian.AppendUint64([]byte{1}, 91827364))
	if len(a.found) == 0 {
		t.Error("a number is not found in its binary form")
	}
}
