package receipt

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"yumen/catalog"
)

// The most bytes of the files beside the data.
const (
	maxReceipt = 4 << 20
	maxProof   = 1 << 20
	maxLabel   = 64 << 10
)

// Report is what a verified bundle says.
type Report struct {
	Receipt Receipt
	Votes   []Vote // the verified votes, in the order they were cast
	Logged  Logged
	Lab     bool // issued under the demonstration jurisdiction
	// Development says that the zone holds synthetic twins alone.
	Development bool
}

// VerifyDir verifies the bundle in dir against pinned keys, without a network: that the gateway signed the receipt, that the
// files are those of the receipt and no others, that the votes are by the reviewers' keys and enough, and that the log's
// signed checkpoint holds the entry of the issue. Any byte that differs in any file is ErrNotGenuine.
//
// A genuine receipt that does not hold at now is ErrExpired or ErrNotYet, with the report. A revocation cannot be seen
// offline: it is in the log after this checkpoint.
func VerifyDir(dir string, keys Keys, now time.Time) (Report, error) {
	if err := keys.Validate(); err != nil {
		return Report{}, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return Report{}, fmt.Errorf("open the bundle: %w", err)
	}
	defer root.Close()
	text, err := readFile(root, FileReceipt, maxReceipt)
	if err != nil {
		return Report{}, err
	}
	r, votes, err := open(text, keys)
	if err != nil {
		return Report{}, err
	}
	if err := checkFiles(root, r); err != nil {
		return Report{}, err
	}
	proof, err := readFile(root, FileProof, maxProof)
	if err != nil {
		return Report{}, err
	}
	logged, err := checkProof(proof, catalog.DigestOf(text), r, keys)
	if err != nil {
		return Report{}, err
	}
	report := Report{Receipt: r, Votes: votes, Logged: logged, Lab: r.Jurisdiction == JurisdictionLab, Development: r.Environment == EnvironmentDevelopment}
	return report, r.Valid(now)
}

// Verify verifies a receipt and its proof without the data files: that the gateway signed it, that its votes are enough, and that the
// log's signed checkpoint holds the entry of the issue. What differs is ErrNotGenuine. Whether it holds now is not asked.
func Verify(text, proof []byte, keys Keys) (Receipt, Logged, error) {
	if err := keys.Validate(); err != nil {
		return Receipt{}, Logged{}, err
	}
	r, _, err := open(text, keys)
	if err != nil {
		return Receipt{}, Logged{}, err
	}
	logged, err := checkProof(proof, catalog.DigestOf(text), r, keys)
	return r, logged, err
}

// checkFiles reports whether the directory holds the files of the receipt, byte for byte, and nothing else.
func checkFiles(root *os.Root, r Receipt) error {
	label, err := readFile(root, FileLabel, maxLabel)
	if err != nil {
		return err
	}
	if string(label) != string(Label(r)) {
		return fmt.Errorf("%w: %s was changed", ErrNotGenuine, FileLabel)
	}
	want := []string{FileLabel, FileReceipt, FileProof}
	for _, f := range r.Files {
		if err := checkData(root, f); err != nil {
			return err
		}
		want = append(want, f.Name)
	}
	return checkNames(root, want)
}

// checkNames reports whether the directory holds exactly these names.
func checkNames(root *os.Root, want []string) error {
	d, err := root.Open(".")
	if err != nil {
		return fmt.Errorf("list the bundle: %w", err)
	}
	defer d.Close()
	got, err := d.Readdirnames(len(want) + 1)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("list the bundle: %w", err)
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(want, got) {
		return fmt.Errorf("%w: the directory holds other files than the receipt names", ErrNotGenuine)
	}
	return nil
}

// checkData compares a data file with its size and digest.
func checkData(root *os.Root, f File) error {
	fd, err := openRegular(root, f.Name)
	if err != nil {
		return err
	}
	defer fd.Close()
	h := sha256.New()
	n, err := io.Copy(h, io.LimitReader(fd, f.Size+1))
	if err != nil {
		return fmt.Errorf("read %s: %w", f.Name, err)
	}
	if n != f.Size || catalog.Digest("sha256:"+hex.EncodeToString(h.Sum(nil))) != f.Digest {
		return fmt.Errorf("%w: %s was changed", ErrNotGenuine, f.Name)
	}
	return nil
}

// openRegular opens a regular file of the bundle. What is missing or no file is not genuine.
func openRegular(root *os.Root, name string) (*os.File, error) {
	info, err := root.Lstat(name)
	if err != nil || !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: %s is missing", ErrNotGenuine, name)
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return f, nil
}

// readFile reads a small file of the bundle whole.
func readFile(root *os.Root, name string, limit int64) ([]byte, error) {
	f, err := openRegular(root, name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if int64(len(b)) > limit {
		return nil, fmt.Errorf("%w: %s is too large", ErrNotGenuine, name)
	}
	return b, nil
}
