//go:build linux

package owner

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

// gone is the user of an end that its program has closed: whose it was is not known.
const gone = -1

// self is the user of this process.
func self() int { return os.Getuid() }

// uidOf looks the other end up in the system's list of connections (proc(5),
// /proc/net/tcp): there its own address is the local one.
func uidOf(c net.Conn) (int, bool) {
	there, err := netip.ParseAddrPort(c.RemoteAddr().String())
	if err != nil {
		return 0, false
	}
	here, err := netip.ParseAddrPort(c.LocalAddr().String())
	if err != nil {
		return 0, false
	}
	for _, name := range []string{"/proc/self/net/tcp", "/proc/self/net/tcp6"} {
		if uid, ok := search(name, there, here); ok {
			return uid, true
		}
	}
	return 0, false
}

// search reads one list. Its lines are "sl local remote state queues timer retransmits
// uid timeout
// inode ...".
func search(name string, local, remote netip.AddrPort) (int, bool) {
	f, err := os.Open(name)
	if err != nil {
		return 0, false
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 10 || parse(fields[1]) != plain(local) || parse(fields[2]) != plain(remote) {
			continue
		}
		uid, err := strconv.Atoi(fields[7])
		if inode := fields[9]; inode == "0" {
			// No program has this end any more, and the list says 0 for whoever had.
			return gone, true
		}
		return uid, err == nil
	}
	return 0, false
}

// plain writes an IPv4 address as such.
func plain(a netip.AddrPort) netip.AddrPort { return netip.AddrPortFrom(a.Addr().Unmap(), a.Port()) }

// parse reads "0100007F:1F90": words of 32 bits in the order of the machine, in
// hexadecimal. The zero value is what cannot be read.
func parse(s string) netip.AddrPort {
	address, port, ok := strings.Cut(s, ":")
	octets, err := hex.DecodeString(address)
	number, perr := strconv.ParseUint(port, 16, 16)
	if !ok || err != nil || perr != nil || len(octets)%4 != 0 {
		return netip.AddrPort{}
	}
	for i := 0; i < len(octets); i += 4 {
		binary.NativeEndian.PutUint32(octets[i:], binary.BigEndian.Uint32(octets[i:]))
	}
	a, ok := netip.AddrFromSlice(octets)
	if !ok {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(a.Unmap(), uint16(number))
}
