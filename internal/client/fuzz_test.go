package client_test

import (
	"strings"
	"testing"

	"yumen/internal/client"
)

func FuzzEvents(f *testing.F) {
	f.Add("event: state\ndata: {\"state\":\"running\"}\n\n")
	f.Add(": comment\r\nid: 1\r\ndata:a\r\ndata:b\r\n\r\n")
	f.Add("data\n\n\n\n:")
	f.Fuzz(func(t *testing.T, stream string) {
		_ = client.ReadEvents(strings.NewReader(stream), func(event, data string) error {
			if strings.ContainsAny(event, "\n") || len(data) > len(stream) {
				t.Fatalf("an event holds what the stream did not")
			}
			return nil
		})
	})
}
