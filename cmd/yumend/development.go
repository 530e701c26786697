package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"yumen/enclave/receipt"
	"yumen/internal/source"
)

// outside is what the configuration names beside the zone: the locations that are read in place, and the development zones that are trusted.
func (c Config) outside(ctx context.Context, log *slog.Logger) (*source.Set, []receipt.Keys, error) {
	places, err := c.openPlaces(ctx, log)
	keys, unread := c.developmentKeys()
	return places, keys, errors.Join(err, unread)
}

// developmentKeys reads the keys of the development zones that are trusted. One that cannot be read does not let the gateway start.
func (c Config) developmentKeys() ([]receipt.Keys, error) {
	var out []receipt.Keys
	for _, name := range c.DevelopmentKeys {
		b, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("development_keys: %w", err)
		}
		k, err := receipt.DecodeKeys(b)
		if err != nil {
			return nil, usageError{told("development_keys："+name+" 不是公钥文件，请在开发环境用 yumen keys export 导出", "development_keys: "+name+" is no keys file: export one there with yumen keys export")}
		}
		out = append(out, k)
	}
	return out, nil
}
