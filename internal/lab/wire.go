package lab

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A Wire listens to all packets of the network that it was opened in, which on an
// [Island] is the whole one, and writes down who was addressed: "tcp 127.0.0.9:443" for
// a connection that was begun, "udp 127.0.0.1:53" for a packet that answers none.
type Wire struct {
	fd    int
	ended chan struct{}

	mu    sync.Mutex // guards what follows
	spoke map[string]bool
	to    map[string]int
	all   int
}

// StartWire begins to listen. It takes root; it ends with the test.
func StartWire(t testing.TB) *Wire {
	t.Helper()
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		Missing(t, "listening to packets: "+err.Error())
	}
	w := &Wire{fd: fd, ended: make(chan struct{}), spoke: make(map[string]bool), to: make(map[string]int)}
	// packet(7): the protocol is in network byte order; one given by bind counts.
	if err := unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: uint16(unix.ETH_P_ALL)<<8 | uint16(unix.ETH_P_ALL)>>8}); err != nil {
		t.Fatalf("listening to packets: %v", err)
	}
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Usec: 100_000}); err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	go w.listen(stop)
	t.Cleanup(func() {
		close(stop)
		<-w.ended
		unix.Close(fd)
	})
	return w
}

// listen reads packets until it is told to stop.
func (w *Wire) listen(stop chan struct{}) {
	defer close(w.ended)
	packet := make([]byte, 1<<16)
	for {
		select {
		case <-stop:
			return
		default:
		}
		n, _, err := unix.Recvfrom(w.fd, packet, 0)
		if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return
		}
		w.hear(packet[:n])
	}
}

// hear takes one packet of IPv4 (RFC 791, section 3.1) or IPv6 (RFC 8200, section 3).
func (w *Wire) hear(p []byte) {
	var from, to netip.Addr
	var protocol byte
	switch {
	case len(p) >= 20 && p[0]>>4 == 4:
		from, _ = netip.AddrFromSlice(p[12:16])
		to, _ = netip.AddrFromSlice(p[16:20])
		protocol, p = p[9], p[min(len(p), int(p[0]&15)*4):]
	case len(p) >= 40 && p[0]>>4 == 6:
		from, _ = netip.AddrFromSlice(p[8:24])
		to, _ = netip.AddrFromSlice(p[24:40])
		protocol, p = p[6], p[40:]
	default:
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all++
	if len(p) < 4 {
		w.to[fmt.Sprintf("protocol %d %s", protocol, to)]++
		return
	}
	source, target := netip.AddrPortFrom(from, binary.BigEndian.Uint16(p)), netip.AddrPortFrom(to, binary.BigEndian.Uint16(p[2:]))
	const syn, ack = 2, 16 // RFC 9293, section 3.1
	switch {
	case protocol == unix.IPPROTO_TCP && len(p) >= 14:
		if p[13]&(syn|ack) == syn {
			w.to["tcp "+target.String()]++
		}
	case protocol == unix.IPPROTO_UDP:
		if !w.spoke[target.String()+" "+source.String()] {
			w.spoke[source.String()+" "+target.String()] = true
			w.to["udp "+target.String()]++
		}
	default:
		w.to[fmt.Sprintf("protocol %d %s", protocol, to)]++
	}
}

// Forget empties the log and returns who was addressed, sorted. What is still on its way
// is waited for.
func (w *Wire) Forget() []string {
	time.Sleep(50 * time.Millisecond) // the kernel has it by then; nothing is judged by how long it took
	w.mu.Lock()
	defer w.mu.Unlock()
	list := slices.Sorted(maps.Keys(w.to))
	clear(w.to)
	clear(w.spoke)
	return list
}

// Packets is how many were heard since the beginning.
func (w *Wire) Packets() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.all
}
