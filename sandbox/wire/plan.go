package wire

import (
	"encoding/binary"
	"fmt"
)

// The layers of the cage, as bits of a plan. cage.c knows the same numbers.
const (
	LayerRoot       uint64 = 1 << iota // private root: an empty read-only tmpfs with /fd, /data and /spill
	LayerLimits                        // resource limits
	LayerNoNewPrivs                    // no_new_privs
	LayerCaps                          // no capability, empty bounding and ambient sets
	LayerUndumpable                    // no core dump, no debugger
	LayerDeathsig                      // SIGKILL when the gateway dies
	LayerLandlock                      // Landlock: only the private directories can be written, nothing else opened
	LayerSeccomp                       // the filter that follows the plan
)

const (
	planMagic   uint64 = 0x6e616c506e656d59 // "YmenPlan", little endian
	planVersion uint64 = 2
)

// Plan is what the constructor of a worker does before the Go runtime starts. A limit of zero is left as it is.
type Plan struct {
	Layers     uint64
	Files      int // inherited descriptors from FDFirst on; everything behind them is closed
	AddressMax uint64
	CPUSeconds uint64
	Open       uint64 // descriptors
	Processes  uint64 // threads included
	FileMax    uint64 // bytes of one file
	SpillMax   uint64 // bytes of the tmpfs at /spill, 0 for none
	DataMax    uint64 // bytes of the tmpfs at /data, 0 for none
	// DataPath is a directory of the host that Landlock leaves open where there is no private root.
	DataPath string
	Filter   []BPF
}

// BPF is one instruction of a classic BPF program.
type BPF struct {
	Code uint16
	JT   uint8
	JF   uint8
	K    uint32
}

// PlanWords is the number of 64-bit little-endian words before the filter, which the data path follows.
const PlanWords = 13

// OwnPID in a filter stands for the worker's own process number; the constructor puts it in.
const OwnPID = 0x59504944

// Stopped is the error number that stands for the end of the process in the filter of a probe (EKEYREJECTED: no call that is tried there fails so).
const Stopped = 129

// Encode returns the bytes that the constructor reads.
func (p *Plan) Encode() ([]byte, error) {
	if p.Files < 0 || p.Files > MaxFiles {
		return nil, fmt.Errorf("a plan holds at most %d files", MaxFiles)
	}
	if len(p.Filter) > 4096 {
		return nil, fmt.Errorf("a filter holds at most 4096 instructions")
	}
	if len(p.DataPath) > 1024 {
		return nil, fmt.Errorf("a data path holds at most 1024 bytes")
	}
	words := [PlanWords]uint64{planMagic, planVersion, p.Layers, uint64(p.Files), p.AddressMax, p.CPUSeconds, p.Open, p.Processes,
		p.FileMax, p.SpillMax, p.DataMax, uint64(len(p.Filter)), uint64(len(p.DataPath))}
	b := make([]byte, 0, 8*(PlanWords+len(p.Filter)))
	for _, w := range words {
		b = binary.LittleEndian.AppendUint64(b, w)
	}
	for _, i := range p.Filter {
		b = binary.LittleEndian.AppendUint16(b, i.Code)
		b = append(b, i.JT, i.JF)
		b = binary.LittleEndian.AppendUint32(b, i.K)
	}
	return append(b, p.DataPath...), nil
}
