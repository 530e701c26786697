package faultpoint_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/internal/faultpoint"
)

// The person who loads a file does not notice that the gateway was killed meanwhile, but for a line that says so: the command goes on by
// itself and the file is loaded. Killed when it had been loaded and nobody was told, it is loaded once more.
func TestLoadCommandOutlivesTheGateway(t *testing.T) {
	m := shared(t)
	for _, c := range []struct {
		point faultpoint.Point
		n     int
		loads int
		anew  bool // it says that it begins anew
	}{
		{"upload.half", 1, 1, false},
		{"upload.half", 2, 1, true},
		{"blob.stored", 1, 1, true},
		{"written:snapshot.load", 1, 1, true},
		{"committed:snapshot.load", 1, 2, true},
	} {
		t.Run(fmt.Sprint(c.point, c.n), func(t *testing.T) {
			t.Parallel()
			s := newStage(t, m)
			s.mustStart()
			before := s.count("snapshot.load")
			s.arm(c.point, c.n, "kill")
			text := csv(200)
			file := filepath.Join(s.side, "clients.csv")
			require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
			path, err := client()
			require.NoError(t, err)
			var says bytes.Buffer
			cmd := exec.Command(path, "--lang", "en", "dataset", "load", "clients", file, "--limit-rate", fmt.Sprint(len(text)/2+1))
			cmd.Env = append(os.Environ(), "YUMEN_SERVER="+s.url, "YUMEN_TOKEN="+s.tokens["provider"], "XDG_CONFIG_HOME="+s.side)
			cmd.Stdout, cmd.Stderr = &says, &says
			require.NoError(t, cmd.Start())
			s.killed()
			s.listen = strings.TrimPrefix(s.url, "http://")
			s.mustStart()
			require.NoError(t, cmd.Wait(), "%s", &says)
			require.Equal(t, c.anew, strings.Contains(says.String(), "the gateway has started again"), "%s", &says)
			require.Equal(t, c.loads, s.count("snapshot.load")-before)
			s.stop()
		})
	}
}
