package main

import (
	"fmt"
	"io"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"

	"yumen/catalog"
	"yumen/internal/locale"
)

// manual says what each field of the configuration is for. The printed configuration is made of it.
var manual = map[string]catalog.Text{
	"listen": {Zh: "HTTP 门的地址。明文 HTTP 只在本机回环地址上提供，其他地址必须配置 TLS。端口 0 表示任选一个。",
		En: "Address of the HTTP door. Plain HTTP is served on loopback only; anything else needs TLS. Port 0 picks one."},
	"tls_cert": {Zh: "TLS 证书（PEM 文件）。与 tls_key 同时给出，或都不给。", En: "TLS certificate, a PEM file. Give it together with tls_key, or neither."},
	"tls_key":  {Zh: "TLS 私钥（PEM 文件）。", En: "TLS key, a PEM file."},
	"worker": {Zh: "yumen-worker 的路径。留空：环境变量 YUMEN_WORKER 所指，或与本程序同目录。启动时打开一次，并把摘要写入日志。",
		En: "Path of yumen-worker. Empty: what YUMEN_WORKER names, or beside this program. It is opened once at start and its digest is logged."},
	"workers": {Zh: "最多同时运行多少个工作进程。", En: "How many workers run at once."},
	"memory_mb": {Zh: "所有工作进程合计可用的内存（MB）：引擎、私有文件和进程本身。放不下的作业排队，永远放不下的被拒绝。",
		En: "Memory in MB that all running workers share by admission: engines, their private files, and the processes themselves. A job that does not fit beside the others waits; one that never fits is refused."},
	"worker_memory_mb": {Zh: "一次运行中引擎的内存上限（MB）；工作进程的地址空间也以它为界。", En: "The engine's memory limit in one run, in MB. The worker's address space is bounded by it as well."},
	"worker_threads":   {Zh: "一次运行的引擎线程数。", En: "Engine threads of one run."},
	"warm_workers": {Zh: "每类作业（解析、运行、后处理）预先启动多少个工作进程：已进隔离、引擎已打开、未见任何数据；各用一次。每个计 64 MB，计入 memory_mb；闲置十分钟即结束。0 表示不预先启动。",
		En: "How many workers of each kind (parse, run, post) are started in advance: caged, with their engine open, having seen nothing; each is used once. Each counts 64 MB of memory_mb; one that waits for ten minutes is ended. 0: none."},
	"isolation": {Zh: "最低隔离级别：full+cgroup（full 加上委派给网关的控制组，每个工作进程的内存、处理器和进程数都受其约束）、full（命名空间、私有根、Landlock、seccomp、限额）或 floor（Landlock、seccomp、限额）。达不到则不启动；低于 floor 一律不运行。实际级别写入日志和每份回执。",
		En: "The least level of the cage that is served with: full+cgroup (full, and control groups that are delegated to the gateway and bound each worker's memory, processors and processes), full (namespaces, private root, Landlock, seccomp, limits) or floor (Landlock, seccomp, limits). Below it the gateway does not start, and below the floor nothing is ever run. The level reached is logged, and written on every receipt."},
	"run_seconds":       {Zh: "一次运行最长多少秒，超过即终止。", En: "Seconds that one run may take before it is killed."},
	"ingest_seconds":    {Zh: "一次装载最长多少秒；以单个请求发送的文件也须在此时间内到达。", En: "Seconds that one load may take; a file that is sent in one request must also arrive within them."},
	"snapshot_cache_mb": {Zh: "内存中解密快照的上限（MB），密封且只读。放不下的被拒绝。", En: "Bound of the decrypted snapshots in memory, in MB; they are sealed and read-only. What does not fit is refused."},
	"max_upload_mb":     {Zh: "单个上传文件的上限（MB）。", En: "Bound of one uploaded file, in MB."},
	"drain_seconds": {Zh: "收到 SIGTERM 后，正在运行和排队的任务最多再给多少秒；超过即终止并记为失败。第二个信号立即结束进程。",
		En: "Seconds that running and queued work gets after SIGTERM before it is ended and recorded as failed. A second signal ends the process at once."},
	"master_key": {Zh: "主密钥文件。留空：数据目录下的 master.key。尽量与数据放在不同介质：两者兼得即得一切。",
		En: "File with the master key. Empty: master.key in the zone's directory. Keep it on another medium than the data if you can: who has both has everything."},
	"epoch_key": {Zh: "备份密钥（纪元密钥）文件。留空：数据目录下的 epoch.key。请把副本放在备份之外的地方：没有它，备份谁也打不开。",
		En: "File with the key of the zone's backups. Empty: epoch.key in the zone's directory. Keep a copy where the backups are not: without it they open for nobody."},
	"second_factor": {Zh: "谁必须使用第二因素（TOTP）：required（批准、审核、管理类角色必须登记，否则只能登记）或 enrolled（只要求已登记者）。留空：lab 为 enrolled，其他辖区为 required。",
		En: "Of whom a second factor (TOTP) is demanded: required (every role that approves, reviews or administers; without one it may do nothing but enrol) or enrolled (those who have one). Empty: enrolled under lab, required everywhere else."},
	"log_level": {Zh: "日志级别：debug、info、warn 或 error。任何级别都不写数据值、SQL 或地址参数。",
		En: "Level of the log: debug, info, warn or error. No level writes a data value, SQL, or the query of an address."},
	"limits":                    {Zh: "每个调用者的请求频率上限（令牌桶）。超出者得到 429 与 Retry-After，什么也不执行。", En: "How often one caller may ask (token buckets). What comes too soon is answered 429 with Retry-After, and nothing of it is done."},
	"limits.account_per_second": {Zh: "一个账户每秒的请求数；短时可达四倍。", En: "Requests of one account per second; for a moment four times as many."},
	"limits.address_per_second": {Zh: "一个地址每秒的请求数；短时可达四倍。", En: "Requests from one address per second; for a moment four times as many."},
	"limits.logins_per_minute":  {Zh: "一个地址每分钟的登录、激活、改口令与登记第二因素次数；起初可达两倍。", En: "Logins, activations, changes of a password and enrolments from one address per minute; at first twice as many."},
	"limits.trusted_proxies":    {Zh: "可信反向代理的网段，以逗号分隔；只有它们的 X-Forwarded-For 会被采信。留空：一概不信。", En: "Networks of trusted reverse proxies, with commas between them; the X-Forwarded-For of nobody else is believed. Empty: of nobody."},
	"metrics_listen": {Zh: "Prometheus 指标的地址，例如 127.0.0.1:9464；只写端口（:9464）即为回环地址。非回环地址须配置 TLS（使用 tls_cert 与 tls_key）。留空：不提供指标。",
		En: "Address of the Prometheus metrics, for example 127.0.0.1:9464; a port alone (:9464) means loopback. Anything else needs TLS, with tls_cert and tls_key. Empty: no metrics."},
	"tracing": {Zh: "OpenTelemetry 跟踪。默认关闭。跨度只有静态名称和请求编号，不含 SQL、数据值和身份；运行中接触数据的部分不跟踪。",
		En: "OpenTelemetry traces, off by default. Spans carry static names and the request's identifier: no SQL, no value, nobody's identity; the part of a run that touches data is not traced."},
	"tracing.endpoint": {Zh: "采集器的 OTLP/HTTP 地址，例如 http://127.0.0.1:4318/v1/traces；不在本机的须为 https。留空：不跟踪。",
		En: "OTLP/HTTP address of the collector, for example http://127.0.0.1:4318/v1/traces; one on another machine must be https. Empty: no traces."},
	"development_keys": {Zh: "可信开发环境的公钥文件（在开发环境用 yumen keys export 导出）。列出后，本专区只批准由这些开发环境晋级的计算；留空则不接收任何晋级。",
		En: "Files with the public keys of the development zones that are trusted (yumen keys export, there). With any, this zone approves only computations that one of them promoted; with none it takes over nothing."},
	"locations": {Zh: "域内存储位置：网关可以就地读取的目录和数据库模式（供给方式 tenant_space）。数据集声明只写其中的名称；启动时和每次读取时检查。",
		En: "Storage locations in the domain: directories and schemas of a database that the gateway may read in place (mode of supply tenant_space). A dataset's declaration names one of them; they are checked at the start and at every reading."},
	"locations.name":     {Zh: "名称，供声明引用。", En: "Its name, for declarations."},
	"locations.provider": {Zh: "数据提供单位的机构名称，必填：只有该单位的数据集可以从中读取。", En: "Name of the organization whose data it holds; needed: its datasets alone are read from it."},
	"locations.directory": {Zh: "目录的绝对路径：路径中无符号链接，属 root、本网关账户或 owner，他人不可写，位于本机文件系统。",
		En: "Absolute path of a directory: no symbolic link on its way, owned by root, the gateway's account or owner, not writable by everybody, on a file system of this machine."},
	"locations.owner":         {Zh: "还可以是目录及其文件属主的用户（名称或编号）。", En: "User (name or number) who may own the directory and its files as well."},
	"locations.host":          {Zh: "PostgreSQL：Unix 套接字目录，或主机名、地址。不在本机的须有 ca_file。", En: "PostgreSQL: folder of its Unix socket, or name or address of the server. One on another machine needs ca_file."},
	"locations.port":          {Zh: "端口；0 即 5432。", En: "Port; 0 is 5432."},
	"locations.database":      {Zh: "数据库名。", En: "Name of the database."},
	"locations.schema":        {Zh: "模式名：只读取其中的表和视图。", En: "Name of the schema: its tables and views alone are read."},
	"locations.user":          {Zh: "数据库账户；只需 USAGE 与 SELECT。", En: "Account of the database; it needs USAGE and SELECT alone."},
	"locations.password_file": {Zh: "口令文件，仅属主可读（0600）；每次连接时读取。", En: "File with its password, its owner's alone (0600); read at every connection."},
	"locations.ca_file":       {Zh: "服务器证书的签发者（PEM）；给出即用 TLS 并核对主机名。", En: "Issuer of the server's certificate, a PEM file; with it the connection is TLS, and the host's name is compared."},
	"tracing.fraction":        {Zh: "跟踪多大比例的请求，0 到 1。", En: "Which part of the requests is traced, from 0 to 1."},
}

// field is one field of the configuration.
type field struct {
	path  string // with a dot below a group
	name  string
	value reflect.Value
}

// fieldsOf lists the fields of a struct in their order.
func fieldsOf(v reflect.Value, above string) []field {
	var out []field
	for i := range v.NumField() {
		name := v.Type().Field(i).Tag.Get("yaml")
		out = append(out, field{path: strings.TrimPrefix(above+"."+name, "."), name: name, value: v.Field(i)})
	}
	return out
}

// printConfig writes a configuration as a file with its manual.
func printConfig(w io.Writer, c Config, lang locale.Language) error {
	var b strings.Builder
	for _, line := range wrap(lang.Pick("域门网关配置。每个字段都可省略；未知字段会被拒绝；命令行选项优先。",
		"Configuration of a Yumen gateway. Every field may be left out; unknown fields are refused; flags win over it."), 100) {
		b.WriteString("# " + line + "\n")
	}
	if err := printFields(&b, reflect.ValueOf(c), "", "", lang); err != nil {
		return err
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func printFields(b *strings.Builder, v reflect.Value, above, indent string, lang locale.Language) error {
	for _, f := range fieldsOf(v, above) {
		b.WriteString("\n")
		for _, line := range wrap(lang.Text(manual[f.path]), 100) {
			b.WriteString(indent + "# " + line + "\n")
		}
		if f.value.Kind() == reflect.Struct {
			b.WriteString(indent + f.name + ":\n")
			if err := printFields(b, f.value, f.path, indent+"  ", lang); err != nil {
				return err
			}
			continue
		}
		if f.value.Kind() == reflect.Slice {
			if err := printList(b, f, indent, lang); err != nil {
				return err
			}
			continue
		}
		text, err := yaml.Marshal(f.value.Interface())
		if err != nil {
			return fmt.Errorf("print the configuration: %w", err)
		}
		b.WriteString(indent + f.name + ": " + string(text))
	}
	return nil
}

// entryFields are the fields of a list's entries: none where these are no structs.
func entryFields(f field) []field {
	if f.value.Type().Elem().Kind() != reflect.Struct {
		return nil
	}
	return fieldsOf(reflect.New(f.value.Type().Elem()).Elem(), f.path)
}

// printList writes a list; what the fields of its entries mean is said once, above.
func printList(b *strings.Builder, f field, indent string, lang locale.Language) error {
	for _, inner := range entryFields(f) {
		for i, line := range wrap(inner.name+": "+lang.Text(manual[inner.path]), 96) {
			b.WriteString(indent + "#   " + strings.Repeat("  ", min(i, 1)) + line + "\n")
		}
	}
	if f.value.Len() == 0 {
		b.WriteString(indent + f.name + ": []\n")
		return nil
	}
	text, err := yaml.Marshal(map[string]any{f.name: f.value.Interface()})
	if err != nil {
		return fmt.Errorf("print the configuration: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		b.WriteString(indent + line)
	}
	return nil
}

// wrap breaks a text into lines of at most width columns, at spaces, or after a Chinese character.
func wrap(text string, width int) []string {
	var lines []string
	line, cols, brk := []rune{}, 0, 0
	for _, r := range text {
		line = append(line, r)
		cols += breadth(r)
		if r == ' ' || breadth(r) == 2 {
			brk = len(line)
		}
		if cols > width && brk > 0 {
			lines = append(lines, strings.TrimSpace(string(line[:brk])))
			line, cols = append([]rune{}, line[brk:]...), 0
			for _, left := range line {
				cols += breadth(left)
			}
			brk = 0
		}
	}
	return append(lines, strings.TrimSpace(string(line)))
}

// breadth is how wide a character is on a terminal.
func breadth(r rune) int {
	if r >= 0x2e80 {
		return 2
	}
	return 1
}
