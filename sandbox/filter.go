package sandbox

import (
	"slices"

	"golang.org/x/sys/unix"

	"yumen/sandbox/wire"
)

// The outcomes of a filter.
const (
	filterAllow = unix.SECCOMP_RET_ALLOW
	filterKill  = unix.SECCOMP_RET_KILL_PROCESS
	filterErrno = unix.SECCOMP_RET_ERRNO
)

// The places of a system call's number, architecture and arguments in what a filter sees. Arguments are read by their lower
// and upper half.
const (
	atNumber = 0
	atArch   = 4
	atArgs   = 16
)

// retK is the code of an instruction that ends a filter with a constant outcome.
const retK = unix.BPF_RET | unix.BPF_K

// assembler writes a filter. Every rule ends in a return on all its paths, so the number stays loaded between rules.
type assembler struct{ code []wire.BPF }

func (a *assembler) load(offset uint32) {
	a.code = append(a.code, wire.BPF{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset})
}

func (a *assembler) ret(outcome uint32) {
	a.code = append(a.code, wire.BPF{Code: retK, K: outcome})
}

// jump compares the loaded word; it continues at the next instruction plus then or otherwise.
func (a *assembler) jump(op uint16, k uint32, then, otherwise uint8) {
	a.code = append(a.code, wire.BPF{Code: unix.BPF_JMP | op | unix.BPF_K, JT: then, JF: otherwise, K: k})
}

// on answers one system call with an outcome.
func (a *assembler) on(number, outcome uint32) {
	a.jump(unix.BPF_JEQ, number, 0, 1)
	a.ret(outcome)
}

// when runs a rule for one system call. The rule must return on all its paths.
func (a *assembler) when(number uint32, rule func(*assembler)) {
	var body assembler
	rule(&body)
	a.jump(unix.BPF_JEQ, number, 0, uint8(len(body.code)))
	a.code = append(a.code, body.code...)
}

// oneOf allows a call whose argument is one of the values.
func oneOf(arg int, otherwise uint32, values ...uint32) func(*assembler) {
	return func(a *assembler) {
		a.load(uint32(atArgs + 8*arg))
		for _, v := range values {
			a.on(v, filterAllow)
		}
		a.ret(otherwise)
	}
}

// bits allows a call whose argument has (set) or has not (!set) any of these bits.
func bits(arg int, mask uint32, set bool, otherwise uint32) func(*assembler) {
	return func(a *assembler) {
		a.load(uint32(atArgs + 8*arg))
		first, second := uint32(filterAllow), otherwise
		if !set {
			first, second = second, first
		}
		a.jump(unix.BPF_JSET, mask, 0, 1)
		a.ret(first)
		a.ret(second)
	}
}

// zero goes on to a rule when an argument of 32 bits is zero.
func zero(arg int, otherwise uint32, then func(*assembler)) func(*assembler) {
	return func(a *assembler) {
		a.load(uint32(atArgs + 8*arg))
		a.jump(unix.BPF_JEQ, 0, 1, 0)
		a.ret(otherwise)
		then(a)
	}
}

// without goes on to a rule when an argument has none of these bits.
func without(arg int, mask, otherwise uint32, then func(*assembler)) func(*assembler) {
	return func(a *assembler) {
		a.load(uint32(atArgs + 8*arg))
		a.jump(unix.BPF_JSET, mask, 0, 1)
		a.ret(otherwise)
		then(a)
	}
}

// below allows a call whose argument of 32 bits, read without a sign, is less than a limit.
func below(arg int, limit, otherwise uint32) func(*assembler) {
	return func(a *assembler) {
		a.load(uint32(atArgs + 8*arg))
		a.jump(unix.BPF_JGE, limit, 0, 1)
		a.ret(otherwise)
		a.ret(filterAllow)
	}
}

// null allows a call whose argument is a null pointer.
func null(arg int, otherwise uint32) func(*assembler) {
	return func(a *assembler) {
		a.load(uint32(atArgs + 8*arg))
		a.jump(unix.BPF_JEQ, 0, 0, 3)
		a.load(uint32(atArgs + 8*arg + 4))
		a.jump(unix.BPF_JEQ, 0, 0, 1)
		a.ret(filterAllow)
		a.ret(otherwise)
	}
}

func errno(e unix.Errno) uint32 { return filterErrno | uint32(e) }

// receiving is a filter that lets a worker which was started in advance receive its job, from its job's descriptor alone. It puts the rule in
// the place of the one that ends a worker for the call. A filter without one stays as it is: such a worker ends, and none waits.
func receiving(code []wire.BPF) []wire.BPF {
	is := wire.BPF{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, JF: 1, K: unix.SYS_RECVMSG}
	kill := wire.BPF{Code: unix.BPF_RET | unix.BPF_K, K: filterKill}
	for i := range len(code) - 1 {
		if code[i] == is && code[i+1] == kill {
			var a assembler
			a.when(unix.SYS_RECVMSG, oneOf(0, filterKill, wire.FDJob))
			return slices.Concat(code[:i], a.code, code[i+2:]) // jumps are within rules
		}
	}
	return code
}
