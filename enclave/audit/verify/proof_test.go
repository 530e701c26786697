package verify_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/enclave/audit/audittest"
	"yumen/enclave/audit/verify"
)

// proven is the story's log, and the proof of one of its entries with and without the entry in it.
func proven(t *testing.T, n int64) (l *audittest.Log, with, without []byte, place audit.Place) {
	l = audittest.New(t)
	place = l.Append(t, audittest.Story()...)[n]
	l.View(t, func(tx audit.Reader) {
		p, err := audit.Prove(tx, n, l.Signer)
		require.NoError(t, err)
		with = p.Encode()
		p.Entry = nil
		without = p.Encode()
	})
	return l, with, without, place
}

func TestInclusion(t *testing.T) {
	l, with, without, place := proven(t, issue)
	e, c, err := verify.Inclusion(with, l.Keys)
	require.NoError(t, err)
	require.Equal(t, int64(issue), e.Seq)
	require.Equal(t, int64(7), c.Size)
	_, _, err = verify.InclusionOf(without, place.Entry, l.Keys)
	require.NoError(t, err)
	_, _, err = verify.InclusionOf(with, place.Entry, l.Keys)
	require.NoError(t, err)
	for _, proof := range [][]byte{with, without} {
		_, err = verify.InclusionOfLeaf(proof, place.LeafHash, l.Keys)
		require.NoError(t, err)
		_, err = verify.InclusionOfLeaf(proof, tlog.Hash{1}, l.Keys)
		fault(t, err)
		_, _, err = verify.InclusionOf(proof, []byte("{}"), l.Keys)
		fault(t, err)
		_, _, err = verify.Inclusion(proof, audittest.New(t).Keys)
		fault(t, err)
	}
	_, _, err = verify.Inclusion(without, l.Keys)
	fault(t, err)
	for _, check := range []error{
		second3(verify.Inclusion(nil, l.Keys)), second3(verify.InclusionOf(nil, place.Entry, l.Keys)),
	} {
		fault(t, check)
	}
	_, err = verify.InclusionOfLeaf(nil, place.LeafHash, l.Keys)
	fault(t, err)
}

func second3[A, B any](_ A, _ B, err error) error { return err }

func TestReceipt(t *testing.T) {
	l, proof, _, _ := proven(t, issue)
	release, receipt := id(catalog.PrefixRelease), audittest.Digest("receipt")
	e, _, err := verify.Receipt(proof, release, receipt, l.Keys)
	require.NoError(t, err)
	require.Equal(t, audittest.Digest("artefact"), e.Digests["artefact"])
	for _, bad := range []struct {
		release string
		receipt catalog.Digest
	}{{release, audittest.Digest("another")}, {audittest.ID(catalog.PrefixRelease, 2), receipt}, {release, ""}, {"", receipt}} {
		_, _, err := verify.Receipt(proof, bad.release, bad.receipt, l.Keys)
		require.Equal(t, int64(issue), fault(t, err).Entry)
	}
	l, proof, _, _ = proven(t, run)
	_, _, err = verify.Receipt(proof, id(catalog.PrefixRun), audittest.Digest("query"), l.Keys)
	fault(t, err)
}

// Each bit of each byte of a proof is flipped, and found.
func TestEveryFlippedBitOfAProofIsFound(t *testing.T) {
	l, with, without, place := proven(t, vote)
	for i := range with {
		for bit := range 8 {
			with[i] ^= 1 << bit
			fault(t, second3(verify.Inclusion(with, l.Keys)))
			with[i] ^= 1 << bit
		}
	}
	for i := range without {
		without[i] ^= 1
		fault(t, second3(verify.InclusionOf(without, place.Entry, l.Keys)))
		without[i] ^= 1
	}
}

// A proof for one place does not serve at another, and a signed leaf that is no entry proves nothing.
func TestProofOfAnotherPlace(t *testing.T) {
	l, with, _, _ := proven(t, vote)
	moved := strings.Replace(string(with), "index 4\n", "index 5\n", 1)
	fault(t, second3(verify.Inclusion([]byte(moved), l.Keys)))

	raw := audittest.New(t)
	raw.AppendRaw(t, []byte(`{"not":"an entry"}`))
	raw.View(t, func(tx audit.Reader) {
		p, err := audit.Prove(tx, 0, raw.Signer)
		require.NoError(t, err)
		require.Equal(t, int64(0), fault(t, second3(verify.Inclusion(p.Encode(), raw.Keys))).Entry)
	})
}
