package catalog

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// SupplyMode is the way by which data enters the zone (BJ-OPS-27).
type SupplyMode string

// The modes of supply: a person of the operator imports a file, the provider's own account pushes through the API, the gateway reads in
// place.
const (
	SupplyCopy        SupplyMode = "copy"
	SupplyInterface   SupplyMode = "interface"
	SupplyTenantSpace SupplyMode = "tenant_space"
	// SupplyTwin is no supply of data: the gateway makes a synthetic twin from the declaration, in a development zone alone. Nothing declares it.
	SupplyTwin SupplyMode = "twin"
)

// Supply is how a dataset's data is declared to come into the zone. A dataset without it takes what role and grade permit, and is never read
// in place.
type Supply struct {
	Mode     SupplyMode `yaml:"mode" json:"mode"`
	Platform string     `yaml:"platform,omitempty" json:"platform,omitempty"` // that the data comes from, as its manifests name it
	Location string     `yaml:"location,omitempty" json:"location,omitempty"` // of the zone's configuration: tenant_space
	Path     string     `yaml:"path,omitempty" json:"path,omitempty"`         // of the file below a directory
	Manifest string     `yaml:"manifest,omitempty" json:"manifest,omitempty"` // of the file's batch manifest below the directory
	Table    string     `yaml:"table,omitempty" json:"table,omitempty"`       // table or view of a database
	// Lease is how long a snapshot that was read in place may be kept: P30D, or PT12H; DefaultLease unless given.
	Lease string `yaml:"lease,omitempty" json:"lease,omitempty"`
}

// DefaultLease and MaxLease bound how long a snapshot that was read in place is kept.
const (
	DefaultLease = 30 * 24 * time.Hour
	MaxLease     = 366 * 24 * time.Hour
)

var (
	leaseText    = regexp.MustCompile(`^P([1-9][0-9]{0,2})D$|^PT([1-9][0-9]{0,3})H$`)
	placeText    = regexp.MustCompile(`^[\p{L}\p{N}_][\p{L}\p{N}_.-]*(/[\p{L}\p{N}_][\p{L}\p{N}_.-]*){0,15}$`)
	platformText = regexp.MustCompile(`^[a-z][a-z0-9_.-]{0,62}$`)
)

// Term is how long a snapshot may be kept.
func (s *Supply) Term() time.Duration {
	m := leaseText.FindStringSubmatch(s.Lease)
	if m == nil {
		return DefaultLease
	}
	if days, err := strconv.Atoi(m[1]); err == nil {
		return time.Duration(days) * 24 * time.Hour
	}
	hours, err := strconv.Atoi(m[2])
	if err != nil {
		return DefaultLease
	}
	return time.Duration(hours) * time.Hour
}

// Mode is the declared mode of supply, empty when none is.
func (s *DatasetSpec) Mode() SupplyMode {
	if s.Supply == nil {
		return ""
	}
	return s.Supply.Mode
}

// InPlace reports whether the gateway reads the data itself.
func (s *Supply) InPlace() bool { return s != nil && s.Mode == SupplyTenantSpace }

// supply checks what a declaration says about it.
func (c *checker) supply(s *Supply) {
	if s == nil {
		return
	}
	modes := []SupplyMode{SupplyCopy, SupplyInterface, SupplyTenantSpace}
	c.require(slices.Contains(modes, s.Mode), "spec.supply.mode", "供给方式应为 copy、interface 或 tenant_space", "the mode of supply is copy, interface or tenant_space")
	c.require(s.Platform == "" || platformText.MatchString(s.Platform), "spec.supply.platform", "平台名称以小写字母开头，只含小写字母、数字和 _ . -",
		"a platform's name begins with a lower-case letter and holds lower-case letters, digits and _ . -")
	if !s.InPlace() {
		c.require(s.Location == "" && s.Path == "" && s.Manifest == "" && s.Table == "" && s.Lease == "", "spec.supply",
			"location、path、manifest、table 与 lease 只用于 tenant_space", "location, path, manifest, table and lease belong to tenant_space")
		return
	}
	c.name("spec.supply.location", s.Location)
	c.require((s.Path == "") != (s.Table == ""), "spec.supply", "写 path（目录中的文件）或 table（数据库的表或视图），二者其一", "give path, a file below a directory, or table, a table or view of a database: one of the two")
	c.require(s.Manifest == "" || s.Path != "", "spec.supply.manifest", "清单与文件放在同一目录：须有 path", "a manifest lies beside a file: give path")
	for field, path := range map[string]string{"path": s.Path, "manifest": s.Manifest} {
		c.require(path == "" || len(path) <= maxValue && placeText.MatchString(path), "spec.supply."+field, "请写目录内的相对路径，不含 .. 和隐藏文件", "give a path below the directory, without .. and hidden names")
	}
	c.require(printable(s.Table, 63) && !strings.Contains(s.Table, "\""), "spec.supply.table", "表名最长 63 字节，不含引号和控制字符", "the name of a table has at most 63 bytes, and no quotes")
	c.require(s.Lease == "" || leaseText.MatchString(s.Lease) && s.Term() <= MaxLease, "spec.supply.lease", "租期写作 P30D 或 PT12H，最长 366 天", "a lease is P30D or PT12H, at most 366 days")
}
