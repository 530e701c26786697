package main

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

func healthCommand() *cobra.Command {
	var server, ca string
	c := &cobra.Command{
		Use:     "health",
		Short:   "ask a gateway whether it can take requests: exit 0 or 1 检查网关是否就绪",
		Example: "  yumend health --server http://127.0.0.1:8443",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client := &http.Client{Timeout: 5 * time.Second}
			if ca != "" {
				trust, err := trusting(ca)
				if err != nil {
					return err
				}
				client.Transport = &http.Transport{TLSClientConfig: trust}
			}
			req, err := http.NewRequestWithContext(cmd.Context(), http.MethodGet, strings.TrimSuffix(server, "/")+"/v1/health/ready", nil)
			if err != nil {
				return usageError{told("--server 应为网关的地址，例如 http://127.0.0.1:8443", "--server is a gateway's address, as http://127.0.0.1:8443")}
			}
			resp, err := client.Do(req)
			if err != nil {
				return fmt.Errorf("health: %w", err)
			}
			defer resp.Body.Close()
			if resp.StatusCode != http.StatusOK {
				return told(fmt.Sprintf("网关未就绪（%d）", resp.StatusCode), fmt.Sprintf("the gateway is not ready (%d)", resp.StatusCode))
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), "ok")
			return err
		},
	}
	c.Flags().StringVar(&server, "server", cmp.Or(os.Getenv("YUMEN_HEALTH_SERVER"), "http://127.0.0.1:8443"), "address of the gateway (or YUMEN_HEALTH_SERVER)")
	c.Flags().StringVar(&ca, "ca", os.Getenv("YUMEN_HEALTH_CA"), "PEM file with the certificate to trust, when it is the operator's own (or YUMEN_HEALTH_CA)")
	return c
}

// trusting trusts the certificates of a file, and no others.
func trusting(file string) (*tls.Config, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("health: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(b) {
		return nil, usageError{told("--ca 文件里没有证书", "the file of --ca holds no certificate")}
	}
	return &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, nil
}
