package consent_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave/consent"
)

// subject is one subject as a model without counters remembers it.
type subject struct {
	until     int64
	withdrawn bool
}

// Whatever is recorded, withdrawn, loaded and waited for, in any order: a register that is live covers every subject that the data hold,
// and after a withdrawal, or an end, nothing is permitted before the next load.
func TestBJ_OPS_25c_RegisterAgainstAModel(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 7))
		var reg consent.Register
		all := map[int]subject{}
		var inData map[int]bool // who the loaded data rest on
		now, loaded := int64(1000), int64(0)
		for step := range 60 {
			i := r.IntN(5)
			s, known := all[i]
			switch r.IntN(5) {
			case 0, 1: // an authorization is recorded or renewed
				if known && !s.withdrawn {
					reg = reg.Without(s.until)
				}
				s = subject{until: now + 1 + r.Int64N(40)}
				reg, all[i] = reg.With(s.until), s
				if inData != nil {
					inData[i] = true // who may be in the data from now on
				}
			case 2: // a subject withdraws
				if known && !s.withdrawn {
					reg = reg.Without(s.until)
				}
				s.withdrawn = true
				all[i] = s
				reg.Withdrawn = now * 1000
				require.NotEqual(t, consent.Live, reg.State(now, loaded), "seed %d step %d: the next call", seed, step)
			case 3:
				now += 1 + r.Int64N(15)
			case 4: // the data are loaded anew, without whoever does not authorize
				now++
				loaded, inData = now*1000, map[int]bool{}
				for i, s := range all {
					inData[i] = !s.withdrawn && s.until > now
				}
			}
			now++
			if reg.State(now, loaded) != consent.Live {
				continue
			}
			for i, in := range inData {
				if in {
					require.False(t, all[i].withdrawn, "seed %d step %d", seed, step)
					require.Greater(t, all[i].until, now, "seed %d step %d", seed, step)
				}
			}
			require.Positive(t, reg.Subjects(now))
		}
	}
}

func TestStatesOfARegister(t *testing.T) {
	var none consent.Register
	require.Equal(t, consent.None, none.State(100, 0))
	r := none.With(200)
	require.Equal(t, consent.Live, r.State(100, 50_000))
	require.Equal(t, consent.Live, r.State(199, 50_000))
	require.Equal(t, consent.Expired, r.State(200, 50_000))
	require.Equal(t, int64(200), r.Until(100))
	two := r.With(300)
	require.Equal(t, consent.Expired, two.State(250, 50_000), "one of those that the data rest on")
	require.Equal(t, consent.Live, two.State(250, 220_000), "the data were loaded without it")
	gone := two.Without(300)
	gone.Withdrawn = 120_000
	require.Equal(t, consent.Withdrawn, gone.State(130, 50_000))
	require.Equal(t, consent.Withdrawn, gone.State(130, 120_000), "in the moment of the load")
	require.Equal(t, consent.Live, gone.State(130, 120_001))
	gone.Law = &consent.Basis{NotAfter: 140}
	require.Equal(t, consent.Live, gone.State(139, 50_000), "a statutory duty")
	require.Equal(t, consent.Withdrawn, gone.State(140, 50_000))
}

func hasher() *consent.Hasher {
	return &consent.Hasher{Key: [32]byte{1}, Type: "person", Columns: []*catalog.Column{{Name: "id", Type: "BIGINT"}}}
}

const evidence = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

func TestFilesOfAuthorizations(t *testing.T) {
	h := hasher()
	got, err := h.Read("\xef\xbb\xbfid,evidence,not_after\n0007,"+evidence+",2027-01-31\n7,"+evidence+",2027-01-31\n8,"+evidence+",2027-01-31\n", true)
	require.NoError(t, err)
	require.Len(t, got, 3)
	require.Equal(t, got[0], got[1], "one subject, however its number is written")
	require.NotEqual(t, got[0].Subject, got[2].Subject)
	require.Len(t, got[0].Subject, 64)
	other := hasher()
	other.Key[0]++
	require.NotEqual(t, got[0].Subject, other.Subject([]string{"7"}), "without the key it is another hash")
	gone, err := h.Read("ID\n7\n", false)
	require.NoError(t, err)
	require.Equal(t, got[0].Subject, gone[0].Subject)

	for name, row := range map[string]string{
		"BJ-OPS-25d: a wildcard": "*," + evidence + ",2027-01-31", "no subject": "," + evidence + ",2027-01-31", "another type": "seven," + evidence + ",2027-01-31",
		"no evidence": "7,,2027-01-31", "a date that is none": "7," + evidence + ",soon", "a field more": "7,x,y,z",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := h.Read("id,evidence,not_after\n"+row+"\n", true)
			var at *consent.RowError
			require.ErrorAs(t, err, &at)
			require.Equal(t, 2, at.Line)
			require.NotContains(t, err.Error(), "seven")
		})
	}
	_, err = h.Read("evidence,not_after\n", true)
	require.Error(t, err)
	_, err = h.Read("id\n"+strings.Repeat("7\n", consent.MaxRows+1), false)
	require.Error(t, err)
}

func FuzzRead(f *testing.F) {
	f.Add("id,evidence,not_after\n7,"+evidence+",2027-01-31\n", true)
	f.Add("id\n7\n\"", false)
	f.Fuzz(func(t *testing.T, text string, ends bool) {
		got, err := hasher().Read(text, ends)
		if err != nil {
			require.LessOrEqual(t, len(err.Error()), 64, "no value of the file")
		}
		for _, a := range got {
			require.Len(t, a.Subject, 64)
		}
		_ = fmt.Sprint(got)
	})
}
