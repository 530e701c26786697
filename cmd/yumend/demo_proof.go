package main

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"yumen/enclave/audit/verify"
	"yumen/enclave/receipt"
)

// bundle downloads the release and verifies it as anyone can, offline, from pinned keys alone.
func (s *story) bundle(ctx context.Context) error {
	s.open("成果包：数据、标签、回执与存证。任何人都可离线核验", "The bundle: data, label, receipt and proof. Anyone can verify it offline")
	p, err := s.as(ctx, "analyst_b")
	if err != nil {
		return err
	}
	body, err := p.Bundle(ctx, s.released)
	if err != nil {
		return err
	}
	dir := filepath.Join(s.dir, "demo-bundle")
	names, err := untar(body, dir)
	if err != nil {
		return err
	}
	s.say(strings.Join(names, "  "), strings.Join(names, "  "))
	keys, err := s.keys(ctx)
	if err != nil {
		return err
	}
	if _, err := receipt.VerifyDir(dir, keys, time.Now()); err != nil {
		return fmt.Errorf("the receipt should verify: %w", err)
	}
	s.done("回执为真：签名、投票、文件与存证一致", "the receipt is genuine: signature, vote, files and log agree")
	return s.flipped(filepath.Join(dir, names[0]), func() error {
		_, err := receipt.VerifyDir(dir, keys, time.Now())
		return err
	})
}

// log exports the log and rebuilds it from its entries.
func (s *story) log(ctx context.Context) error {
	s.open("审计员导出日志，从条目重建整棵树", "The auditor exports the log and rebuilds the whole tree from its entries")
	p, err := s.as(ctx, "auditor")
	if err != nil {
		return err
	}
	body, err := p.AuditExport(ctx)
	if err != nil {
		return err
	}
	dir := filepath.Join(s.dir, "demo-log")
	names, err := untar(body, dir)
	if err != nil {
		return err
	}
	keys, err := s.keys(ctx)
	if err != nil {
		return err
	}
	verifier, err := note.NewVerifier(keys.Log)
	if err != nil {
		return fmt.Errorf("log key: %w", err)
	}
	report, err := verify.Dir(dir, note.VerifierList(verifier))
	if err != nil {
		return fmt.Errorf("the log should verify: %w", err)
	}
	s.done(fmt.Sprintf("日志完整：%d 条", report.Size), fmt.Sprintf("the log is intact: %d entries", report.Size))
	for _, name := range names {
		if strings.Contains(name, "entries") {
			return s.flipped(filepath.Join(dir, name), func() error {
				_, err := verify.Dir(dir, note.VerifierList(verifier))
				return err
			})
		}
	}
	return errors.New("the export holds no entries")
}

func (s *story) keys(ctx context.Context) (receipt.Keys, error) {
	p, err := s.as(ctx, "auditor")
	if err != nil {
		return receipt.Keys{}, err
	}
	b, err := p.PublicKeys(ctx)
	if err != nil {
		return receipt.Keys{}, err
	}
	return receipt.DecodeKeys(b)
}

// flipped changes one byte of a file and insists that the check finds it.
func (s *story) flipped(path string, check func() error) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("flip a byte: %w", err)
	}
	b[len(b)/2] ^= 1
	if err := os.WriteFile(path, b, 0o600); err != nil {
		return fmt.Errorf("flip a byte: %w", err)
	}
	if check() == nil {
		return errors.New("a flipped byte was not found")
	}
	s.done("改动一个字节：核验失败", "one flipped byte: verification fails")
	b[len(b)/2] ^= 1
	return os.WriteFile(path, b, 0o600)
}

// untar writes a stream's regular files below a new directory and lists their names.
func untar(body io.ReadCloser, dir string) ([]string, error) {
	defer body.Close()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	defer root.Close()
	var names []string
	for t := tar.NewReader(body); ; {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return names, nil
		}
		if err != nil {
			return nil, fmt.Errorf("unpack: %w", err)
		}
		if !fs.ValidPath(h.Name) || h.Typeflag != tar.TypeReg {
			return nil, errors.New("unpack: not a plain file")
		}
		if err := root.MkdirAll(filepath.Dir(h.Name), 0o700); err != nil {
			return nil, fmt.Errorf("unpack: %w", err)
		}
		b, err := io.ReadAll(t)
		if err != nil {
			return nil, fmt.Errorf("unpack: %w", err)
		}
		if err := root.WriteFile(h.Name, b, 0o600); err != nil {
			return nil, fmt.Errorf("unpack: %w", err)
		}
		names = append(names, h.Name)
	}
}
