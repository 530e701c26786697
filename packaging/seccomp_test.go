package packaging_test

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// seccompProfile is a profile as Docker and Kubernetes read it.
type seccompProfile struct {
	DefaultAction   string        `json:"defaultAction"`
	DefaultErrnoRet int           `json:"defaultErrnoRet"`
	ArchMap         []seccompArch `json:"archMap"`
	Syscalls        []seccompRule `json:"syscalls"`
}

type seccompArch struct {
	Architecture     string   `json:"architecture"`
	SubArchitectures []string `json:"subArchitectures"`
}

type seccompRule struct {
	Comment  string       `json:"comment,omitempty"`
	Names    []string     `json:"names"`
	Action   string       `json:"action"`
	ErrnoRet *int         `json:"errnoRet,omitempty"`
	Args     []seccompArg `json:"args,omitempty"`
}

type seccompArg struct {
	Index    int    `json:"index"`
	Value    uint64 `json:"value"`
	ValueTwo uint64 `json:"valueTwo,omitempty"`
	Op       string `json:"op"`
}

func readProfile(t *testing.T) (p seccompProfile) {
	t.Helper()
	b, err := os.ReadFile("container/seccomp.json")
	require.NoError(t, err)
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(&p))
	return p
}

// namespaceFlags are the flags of clone that make namespaces.
const namespaceFlags = 0x7e020000

// standard is the profile with what a runtime's default forbids, as Docker documents it: namespaces and mounts.
func (p seccompProfile) standard() seccompProfile {
	p.Syscalls = append(slices.DeleteFunc(slices.Clone(p.Syscalls), func(r seccompRule) bool { return slices.Contains(r.Names, "mount") }),
		seccompRule{Names: []string{"clone"}, Action: "SCMP_ACT_ALLOW", Args: []seccompArg{{Value: namespaceFlags, Op: "SCMP_CMP_MASKED_EQ"}}})
	return p
}

// answering is the profile with an error for a call when an argument has a flag, or always when flag is 0: a kernel that does not know it.
func (p seccompProfile) answering(name string, errno, index int, flag uint64) seccompProfile {
	var rules []seccompRule
	for _, r := range p.Syscalls {
		r.Names = slices.DeleteFunc(slices.Clone(r.Names), func(n string) bool { return n == name })
		rules = append(rules, r)
	}
	refused := seccompRule{Names: []string{name}, Action: "SCMP_ACT_ERRNO", ErrnoRet: &errno}
	if flag != 0 {
		refused.Args = []seccompArg{{Index: index, Value: flag, ValueTwo: flag, Op: "SCMP_CMP_MASKED_EQ"}}
		rules = append(rules, seccompRule{Names: []string{name}, Action: "SCMP_ACT_ALLOW", Args: []seccompArg{{Index: index, Value: flag, Op: "SCMP_CMP_MASKED_EQ"}}})
	}
	p.Syscalls = append(rules, refused)
	return p
}

// The profile allows what gateway and workers need, and nothing that no program of a gateway does.
func TestSeccompProfile(t *testing.T) {
	p := readProfile(t)
	require.Equal(t, "SCMP_ACT_ERRNO", p.DefaultAction)
	allowed := map[string]bool{}
	for _, r := range p.Syscalls {
		for _, name := range r.Names {
			if r.Action == "SCMP_ACT_ALLOW" {
				require.True(t, !allowed[name] || r.Args != nil, "%s is named twice", name)
				allowed[name] = true
			}
		}
	}
	for _, name := range strings.Fields(calls) {
		require.True(t, allowed[name], "the profile stops %s", name)
	}
	for _, name := range strings.Fields(`ptrace process_vm_readv process_vm_writev bpf perf_event_open keyctl add_key request_key kexec_load kexec_file_load init_module finit_module
		delete_module reboot swapon swapoff setns unshare chroot mknod mknodat open_by_handle_at io_uring_setup userfaultfd fsopen fsmount fsconfig syslog acct
		settimeofday clock_settime adjtimex personality quotactl iopl ioperm clone3 mbind migrate_pages move_pages pidfd_getfd`) {
		require.False(t, allowed[name], "the profile allows %s", name)
	}
	require.True(t, p.allows("mount"))
	require.False(t, p.standard().allows("mount"))
}

func (p seccompProfile) allows(name string) bool {
	return slices.ContainsFunc(p.Syscalls, func(r seccompRule) bool { return slices.Contains(r.Names, name) && r.Action == "SCMP_ACT_ALLOW" })
}
