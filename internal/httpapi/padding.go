package httpapi

import (
	"bytes"
	"net/http"
	"strings"
)

// smallestClass and classGrowth make the sizes of an answer that holds rows, or could: 16 KiB, 64 KiB, 256 KiB, 1 MiB and so on. Who sees the encrypted
// connection learns the class, and not how many groups were shown.
const (
	smallestClass = 16 << 10
	classGrowth   = 4
)

// paddedRoutes answer with rows.
var paddedRoutes = map[string]bool{"GET /v1/runs/{id}": true, "POST /v1/runs": true, "GET /v1/releases/{id}/bundle": true}

// padded fills an answer up to its class: JSON with spaces, an archive with the zero blocks that follow its end.
type padded struct {
	http.ResponseWriter
	size int
}

func (p *padded) Write(b []byte) (int, error) {
	n, err := p.ResponseWriter.Write(b)
	p.size += n
	return n, err
}

// Unwrap is for http.ResponseController.
func (p *padded) Unwrap() http.ResponseWriter { return p.ResponseWriter }

// fill writes what is missing. A caller who has left misses nothing.
func (p *padded) fill() {
	blank := byte(' ')
	if strings.HasPrefix(p.Header().Get("Content-Type"), "application/x-tar") {
		blank = 0
	}
	block := bytes.Repeat([]byte{blank}, smallestClass)
	for missing := classOf(p.size) - p.size; missing > 0; {
		n, err := p.ResponseWriter.Write(block[:min(missing, len(block))])
		if err != nil {
			return
		}
		missing -= n
	}
}

// classOf is the size that so many bytes are filled up to.
func classOf(size int) int {
	class := smallestClass
	for class < size {
		class *= classGrowth
	}
	return class
}
