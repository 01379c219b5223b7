//go:build linux && amd64

package lab

import (
	"encoding/binary"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// vdsoClockgettimeSym is where the runtime asks the kernel for the time. It lets others set it.
//
//go:linkname vdsoClockgettimeSym runtime.vdsoClockgettimeSym
var vdsoClockgettimeSym uintptr

// A Clock is the clock of this process alone, which can be set while it runs: what it says of
// the day and the hour changes from one moment to the next, and how time goes by does not, as
// where somebody sets the system's clock. Everything in the process goes by it.
type Clock struct{ ahead *int64 }

// OwnClock gives this process a clock of its own, until it ends. It is right at first.
func OwnClock(t testing.TB) *Clock {
	t.Helper()
	if vdsoClockgettimeSym == 0 {
		Missing(t, "a clock of its own: the kernel answers by system calls alone here")
	}
	room, err := unix.Mmap(-1, 0, 2*unix.Getpagesize(), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		t.Fatalf("a clock of its own: %v", err)
	}
	ahead := (*int64)(unsafe.Pointer(&room[unix.Getpagesize()]))
	// Asks the kernel, and adds so many seconds to what it says of CLOCK_REALTIME, which is
	// clock 0 (clock_gettime(2)); by the calling convention of C.
	code := []byte{0x57, 0x56, 0x48, 0x83, 0xec, 0x08, 0x48, 0xb8} // push rdi; push rsi; sub rsp, 8; mov rax,
	code = binary.LittleEndian.AppendUint64(code, uint64(vdsoClockgettimeSym))
	code = append(code, 0xff, 0xd0, 0x48, 0x83, 0xc4, 0x08, 0x5e, 0x5f) // call rax; add rsp, 8; pop rsi; pop rdi
	code = append(code, 0x85, 0xff, 0x75, 0x10, 0x48, 0xb9)             // test edi, edi; jnz to ret; mov rcx,
	code = binary.LittleEndian.AppendUint64(code, uint64(uintptr(unsafe.Pointer(ahead))))
	code = append(code, 0x48, 0x8b, 0x09, 0x48, 0x01, 0x0e, 0xc3) // mov rcx, [rcx]; add [rsi], rcx; ret
	copy(room, code)
	if err := unix.Mprotect(room[:unix.Getpagesize()], unix.PROT_READ|unix.PROT_EXEC); err != nil {
		t.Fatalf("a clock of its own: %v", err)
	}
	vdsoClockgettimeSym = uintptr(unsafe.Pointer(&room[0]))
	return &Clock{ahead}
}

// Set sets the clock ahead of the right time, or behind it, to the second.
func (c *Clock) Set(ahead time.Duration) { atomic.StoreInt64(c.ahead, int64(ahead/time.Second)) }
