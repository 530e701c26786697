package main

import (
	"crypto/x509"
	"os"
	"path/filepath"

	"yumen/internal/client"
	"yumen/internal/contexts"
)

// place is where a command works: a context of the context file, with what the environment overrides.
type place struct {
	dir  string
	path string
	file *contexts.File
	name string
	at   contexts.Context
}

// place reads the context file and picks the context: --context, YUMEN_CONTEXT, the current one, or "default".
func (a *app) place() (*place, error) {
	dir, err := contexts.Dir(a.getenv)
	if err != nil {
		return nil, err
	}
	p := &place{dir: dir, path: contexts.Path(dir)}
	if p.file, err = contexts.Load(p.path); err != nil {
		return nil, err
	}
	for _, p.name = range []string{a.flags.context, a.getenv("YUMEN_CONTEXT"), p.file.Current, contexts.Default} {
		if p.name != "" {
			break
		}
	}
	if !contexts.ValidName(p.name) {
		return nil, fail(exitUsage, "上下文名称由 1 到 63 个字母、数字、点、横线或下划线组成", contexts.ErrName.Error())
	}
	p.at = p.file.Contexts[p.name]
	return p, nil
}

// save writes the context back.
func (p *place) save() error {
	p.file.Contexts[p.name] = p.at
	return p.file.Save(p.path)
}

// keyPath is where the signing key of this context lies unless a flag says otherwise.
func (p *place) keyPath() string { return filepath.Join(p.dir, p.name+".key") }

// serverOr is the address of the gateway: asked, YUMEN_SERVER, or the context's own.
func (a *app) serverOr(asked string, p *place) (string, error) {
	for _, s := range []string{asked, a.getenv("YUMEN_SERVER"), p.at.Server} {
		if s != "" {
			return client.NormalServer(s)
		}
	}
	return "", fail(exitUsage, "没有指定网关", "no gateway is named").
		hinting("先登录：yumen login --server URL --user 账户，或设置 YUMEN_SERVER", "log in first: yumen login --server URL --user NAME, or set YUMEN_SERVER")
}

// dial returns a client for the place's gateway. A stored token goes to the gateway that gave it and to no other.
func (a *app) dial(p *place) (*client.Client, error) {
	server, err := a.serverOr("", p)
	if err != nil {
		return nil, err
	}
	token := a.getenv("YUMEN_TOKEN")
	if token == "" && server == p.at.Server {
		token = p.at.Token
	}
	return a.newClient(server, token, p.at.CAFile)
}

// connect is dial for the commands that need nothing else of the place.
func (a *app) connect() (*client.Client, error) {
	p, err := a.place()
	if err != nil {
		return nil, err
	}
	return a.dial(p)
}

func (a *app) newClient(server, token, caFile string) (*client.Client, error) {
	cfg := client.Config{Server: server, Token: token, Language: string(a.lang)}
	if caFile != "" {
		pem, err := os.ReadFile(caFile)
		if err != nil {
			return nil, fail(exitUsage, "无法读取 CA 证书文件", "cannot read the file of authorities").because(err)
		}
		cfg.RootCAs = x509.NewCertPool()
		if !cfg.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fail(exitUsage, "CA 文件中没有 PEM 证书", "the file of authorities holds no PEM certificate")
		}
	}
	return client.New(cfg)
}
