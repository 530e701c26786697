// Package sourcetest owns a real PostgreSQL server for tests: made anew in a folder of its own, run by an account that is not root, reached
// by a Unix socket and by TLS on the loopback interface, and ended with the test.
package sourcetest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Password is that of the account yumen.
const Password = "gate of the domain"

// Server is a running server. Over the socket nobody is asked for a password; over TCP only TLS with a password is let in.
type Server struct {
	Socket string // folder
	Port   int
	CA     string // file
	folder string
	cmd    *exec.Cmd
}

// errMissing says what to install.
var errMissing = errors.New("PostgreSQL is not installed: apt-get install postgresql")

// Start makes a server; Stop ends it and removes it. There is an account yumen that may log in and nothing else.
func Start() (_ *Server, err error) {
	folder, err := os.MkdirTemp("", "pg") // short: the path of a socket has at most 107 bytes
	if err != nil {
		return nil, err
	}
	s := &Server{Socket: folder, CA: filepath.Join(folder, "ca.pem"), folder: folder}
	defer func() {
		if err != nil {
			_ = s.Stop()
		}
	}()
	if s.Port, err = freePort(); err != nil {
		return nil, err
	}
	if err := s.certificate(); err != nil {
		return nil, err
	}
	owner, err := give(folder)
	if err != nil {
		return nil, err
	}
	data := filepath.Join(folder, "data")
	if out, err := s.program(owner, "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	hba := "local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n"
	if err := os.WriteFile(filepath.Join(data, "pg_hba.conf"), []byte(hba), 0o644); err != nil { //nolint:gosec // the server's account reads it
		return nil, err
	}
	bin, err := find("postgres")
	if err != nil {
		return nil, err
	}
	s.cmd = exec.Command(bin, "-D", data, "-k", folder, "-p", strconv.Itoa(s.Port), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "ssl=on",
		"-c", "ssl_cert_file="+filepath.Join(folder, "server.pem"), "-c", "ssl_key_file="+filepath.Join(folder, "server.key"))
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: owner, Pdeathsig: syscall.SIGQUIT}
	s.cmd.Dir = folder
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		if _, err = s.SQL("postgres", "CREATE ROLE yumen LOGIN PASSWORD '"+Password+"'"); err == nil {
			return s, nil
		}
		if time.Now().After(end) {
			return nil, err
		}
	}
}

// SQL runs statements as the server's owner, and returns what they print.
func (s *Server) SQL(database, text string) (string, error) {
	bin, err := find("psql")
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, bin, "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-h", s.Socket, "-p", strconv.Itoa(s.Port), "-U", "postgres", "-d", database)
	c.Stdin = strings.NewReader(text)
	out, err := c.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("psql: %w: %s", err, out)
	}
	return string(out), nil
}

// Stop ends the server at once and removes all of it.
func (s *Server) Stop() error {
	if s.cmd != nil && s.cmd.Process != nil {
		_ = s.cmd.Process.Signal(syscall.SIGQUIT)
		_ = s.cmd.Wait() // it was told to die
	}
	return os.RemoveAll(s.folder)
}

// find is a program of PostgreSQL, on the path or where Debian puts it.
func find(name string) (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if err == nil && len(found) > 0 {
		return found[len(found)-1], nil
	}
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	return "", errMissing
}

func (s *Server) program(owner *syscall.Credential, name string, args ...string) ([]byte, error) {
	bin, err := find(name)
	if err != nil {
		return nil, err
	}
	c := exec.Command(bin, args...)
	c.Dir, c.Env = s.folder, append(os.Environ(), "LC_ALL=C.UTF-8")
	c.SysProcAttr = &syscall.SysProcAttr{Credential: owner}
	return c.CombinedOutput()
}

// give hands a folder to an account that is not root, because the server does not run as root; nil is this one.
func give(folder string) (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		if u, err = user.Lookup("nobody"); err != nil {
			return nil, err
		}
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return nil, err
	}
	err = filepath.WalkDir(folder, func(path string, _ os.DirEntry, err error) error {
		return errors.Join(err, os.Chown(path, uid, gid))
	})
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, err
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	a, ok := l.Addr().(*net.TCPAddr)
	if !ok {
		return 0, errors.New("no port")
	}
	return a.Port, nil
}

// certificate makes the server's certificate for 127.0.0.1, which is its own issuer.
func (s *Server) certificate() error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		return err
	}
	private, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return errors.Join(os.WriteFile(s.CA, text, 0o644), os.WriteFile(filepath.Join(s.folder, "server.pem"), text, 0o600), //nolint:gosec // a certificate is public
		os.WriteFile(filepath.Join(s.folder, "server.key"), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: private}), 0o600), os.Chmod(s.folder, 0o755)) //nolint:gosec // others reach the socket
}
