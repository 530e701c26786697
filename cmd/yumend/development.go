package main

import (
	"fmt"
	"os"

	"yumen/enclave/receipt"
)

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
