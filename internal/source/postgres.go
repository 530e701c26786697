package source

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"golang.org/x/sys/unix"

	"yumen/catalog"
)

// server is a schema of a PostgreSQL database. A declaration names one of its tables or views; every word of SQL is written here.
type server struct{ Location }

// The faults of a database. What the server says is not among them: it can quote data.
var (
	errUnreachable  = fault("连接不上数据库：检查地址、端口、TLS 证书，以及服务器是否运行", "the database cannot be reached: look at address, port, TLS certificate, and whether it runs")
	errCredentials  = fault("数据库拒绝登录：检查 user、password_file 与服务器的 pg_hba.conf", "the database refuses the login: look at user, password_file and the server's pg_hba.conf")
	errPasswordFile = fault("password_file 须为网关账户或 root 所有、他人不可读的普通文件", "password_file is a plain file of the gateway's account or root that nobody else may read")
	errCA           = fault("ca_file 读不出证书（PEM）", "ca_file holds no certificate in PEM")
	errTable        = fault("模式中没有声明的表或视图，或它是外部表", "the schema has no such table or view, or it is a foreign table")
	errColumn       = fault("表中没有声明的列", "the table lacks a declared column")
	errType         = fault("列的类型不能按声明的类型读取：用视图转换为对应类型", "a column has a type that is not read as the declared one: convert it in a view")
	errPermission   = fault("数据库账户无权读取该表：授予 USAGE 与 SELECT", "the database account may not read the table: grant USAGE and SELECT")
	errQuery        = fault("数据库读取中断，请重新读取", "the database broke off: pull again")
)

// Bounds of a connection.
const (
	connectTime = 10 * time.Second
	maxPassword = 4 << 10
)

func (s server) takes(in *catalog.Supply) bool { return in.Table != "" }

func (s server) manifest(context.Context, *catalog.Supply) ([]byte, error) { return nil, nil }

// onThisMachine reports whether nothing of a connection leaves the machine: a socket, or an address of the loopback interface. A name is
// neither, because somebody else answers what it means.
func (l Location) onThisMachine() bool {
	if strings.HasPrefix(l.Host, "/") {
		return true
	}
	a, err := netip.ParseAddr(l.Host)
	return err == nil && a.Unmap().IsLoopback()
}

func (s server) check(ctx context.Context) error {
	if _, err := s.password(); err != nil {
		return err
	}
	c, err := s.connect(ctx)
	if err != nil {
		return err
	}
	defer s.close(c)
	var there bool
	if err := c.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = $1)`, s.Schema).Scan(&there); err != nil {
		return queryFault(err)
	}
	if !there {
		return fault("数据库中没有这个模式", "the database has no such schema")
	}
	return nil
}

// password reads the password. It is asked for at every connection, so that a changed one takes effect.
func (s server) password() (string, error) {
	if s.PasswordFile == "" {
		return "", nil
	}
	f, err := os.OpenFile(s.PasswordFile, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return "", errPasswordFile
	}
	defer f.Close()
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil || st.Mode&unix.S_IFMT != unix.S_IFREG || st.Mode&0o077 != 0 || st.Uid != 0 && int(st.Uid) != os.Geteuid() {
		return "", errPasswordFile
	}
	b, err := io.ReadAll(io.LimitReader(f, maxPassword))
	if err != nil {
		return "", errPasswordFile
	}
	return strings.TrimRight(string(b), "\r\n"), nil
}

// config is all that a connection is made of: nothing comes from the environment or from files of the account.
func (s server) config() (*pgx.ConnConfig, error) {
	c, err := pgx.ParseConfig("host=127.0.0.1 port=5432 user=nobody dbname=none password=none sslmode=disable passfile=/dev/null servicefile=/dev/null")
	if err != nil {
		return nil, errUnreachable
	}
	c.Host, c.Port, c.Database, c.User = s.Host, 5432, s.Database, s.Location.User
	if s.Port != 0 {
		c.Port = uint16(s.Port)
	}
	if c.Password, err = s.password(); err != nil {
		return nil, err
	}
	c.Fallbacks, c.ConnectTimeout, c.ValidateConnect, c.AfterConnect = nil, connectTime, nil, nil
	c.OnNotice, c.OnNotification = nil, nil
	c.SSLNegotiation, c.TLSConfig = "", nil
	c.DialFunc = (&net.Dialer{Timeout: connectTime, KeepAlive: 30 * time.Second}).DialContext
	c.DefaultQueryExecMode = pgx.QueryExecModeExec // a prepared statement or a cache is of no use to one reading
	c.RuntimeParams = map[string]string{"application_name": "yumen", "client_encoding": "UTF8", "search_path": "pg_catalog", "default_transaction_read_only": "on",
		"datestyle": "ISO, YMD", "extra_float_digits": "1", "standard_conforming_strings": "on"}
	if s.CAFile == "" {
		return c, nil
	}
	b, err := os.ReadFile(s.CAFile)
	pool := x509.NewCertPool()
	if err != nil || !pool.AppendCertsFromPEM(b) {
		return nil, errCA
	}
	c.TLSConfig = &tls.Config{RootCAs: pool, ServerName: s.Host, MinVersion: tls.VersionTLS12}
	return c, nil
}

func (s server) connect(ctx context.Context) (*pgx.Conn, error) {
	cfg, err := s.config()
	if err != nil {
		return nil, err
	}
	c, err := pgx.ConnectConfig(ctx, cfg)
	var told *pgconn.PgError
	switch {
	case err == nil:
		return c, nil
	case errors.As(err, &told):
		return nil, errCredentials.because(told.Code)
	}
	return nil, errUnreachable
}

func (s server) close(c *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = c.Close(ctx) // nothing was written
}

// read copies the declared columns of the table as CSV out of one snapshot of the database, in an order that follows from the values, so that
// the same rows are the same file.
func (s server) read(ctx context.Context, spec *catalog.DatasetSpec, _ func(int64), w io.Writer) error {
	c, err := s.connect(ctx)
	if err != nil {
		return err
	}
	defer s.close(c)
	tx, err := c.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return queryFault(err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	types, err := s.types(ctx, tx, spec.Supply.Table)
	if err != nil {
		return err
	}
	text, err := s.statement(spec, types)
	if err != nil {
		return err
	}
	out := &outward{w: w}
	if _, err := c.PgConn().CopyTo(ctx, out, text); err != nil {
		if out.err != nil {
			return out.err
		}
		return queryFault(err)
	}
	return nil
}

// outward keeps the error of the side that reads, which is told from one of the database.
type outward struct {
	w   io.Writer
	err error
}

func (o *outward) Write(p []byte) (int, error) {
	n, err := o.w.Write(p)
	if err != nil {
		o.err = err
	}
	return n, err
}

// queryFault keeps the class of an error of the database, and nothing of its text.
func queryFault(err error) error {
	var told *pgconn.PgError
	if !errors.As(err, &told) {
		return errQuery
	}
	switch told.Code {
	case "42501": // insufficient_privilege
		return errPermission
	case "42P01": // undefined_table
		return errTable
	case "42703": // undefined_column
		return errColumn
	}
	return errQuery.because(told.Code)
}
