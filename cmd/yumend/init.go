package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/internal/keyring"
	"yumen/policy"
)

// initOptions make a zone.
type initOptions struct {
	dir, admin, password, jurisdiction, environment, organization, person string
}

func initCommand() *cobra.Command {
	var o initOptions
	var passwordFile string
	c := &cobra.Command{
		Use:     "init",
		Short:   "make a zone: keys, metastore, log and the first administrator 新建专区",
		Example: "  yumend init --data /var/lib/yumen --admin ada --password-file ./ada.pw --jurisdiction bj",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			pw, err := firstLine(passwordFile)
			if err != nil {
				return err
			}
			o.password = pw
			zone, err := initZone(cmd.Context(), o)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "{\"zone\":%q,\"jurisdiction\":%q,\"environment\":%q,\"administrator\":%q}\n", zone, o.jurisdiction, o.environment, o.admin)
			return nil
		},
	}
	f := c.Flags()
	f.StringVar(&o.dir, "data", "", "directory of the zone; must be absent or empty")
	f.StringVar(&o.admin, "admin", "", "account name of the first administrator")
	f.StringVar(&passwordFile, "password-file", "", "file whose first line is the administrator's password")
	f.StringVar(&o.jurisdiction, "jurisdiction", "", "bj, sjz, xc, xm, strict or lab")
	f.StringVar(&o.environment, "environment", string(policy.Production), "production, or development: a zone of synthetic twins alone; it stays what it is")
	f.StringVar(&o.organization, "organization", "operator", "name of the operator's organization")
	f.StringVar(&o.person, "person", "", "the administrator's person number (default: the account name)")
	for _, name := range []string{"data", "admin", "password-file", "jurisdiction"} {
		_ = c.MarkFlagRequired(name)
	}
	return c
}

func firstLine(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("password file: %w", err)
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	if !sc.Scan() || strings.TrimSpace(sc.Text()) == "" {
		return "", told("口令文件是空的：请把口令写在第一行", "the password file is empty: write the password on its first line")
	}
	return sc.Text(), sc.Err()
}

// initZone makes everything a zone needs, or nothing: it refuses a directory that holds anything.
func initZone(ctx context.Context, o initOptions) (string, error) {
	known := false
	for _, j := range policy.Jurisdictions() {
		known = known || string(j) == o.jurisdiction
	}
	if !known {
		return "", usageError{told("--jurisdiction 是 bj、sjz、xc、xm、strict 或 lab", "--jurisdiction is one of bj, sjz, xc, xm, strict, lab")}
	}
	o.environment = cmp.Or(o.environment, string(policy.Production))
	if !slices.Contains(policy.Environments(), policy.Environment(o.environment)) {
		return "", usageError{told("--environment 是 production 或 development", "--environment is production or development")}
	}
	if es, err := os.ReadDir(o.dir); err == nil && len(es) > 0 {
		return "", fmt.Errorf("%s is not empty: choose a new directory", o.dir)
	}
	if err := os.MkdirAll(o.dir, 0o700); err != nil {
		return "", fmt.Errorf("make the directory: %w", err)
	}
	zone := catalog.NewID(catalog.PrefixZone)
	cfg := defaults(o.dir)
	if err := keyring.CreateMaster(cfg.MasterKey); err != nil {
		return "", fmt.Errorf("master key: %w", err)
	}
	if _, err := keyring.CreateEpoch(cfg.EpochKey); err != nil {
		return "", err
	}
	keys, err := keyring.Create(filepath.Join(o.dir, "keys"), keyring.Config{Zone: zone, Master: keyring.File{Path: cfg.MasterKey}})
	if err != nil {
		return "", fmt.Errorf("keyring: %w", err)
	}
	defer keys.Close()
	store, err := openStore(ctx, o.dir)
	if err != nil {
		return "", err
	}
	defer store.Close()
	if o.person == "" {
		o.person = o.admin
	}
	return zone, enclave.Init(ctx, enclave.InitConfig{Store: store, Keys: keys, Clock: newClock(), Zone: zone, Jurisdiction: o.jurisdiction,
		Environment: policy.Environment(o.environment), Administrator: o.admin, Person: o.person, Organization: o.organization, Password: o.password})
}
