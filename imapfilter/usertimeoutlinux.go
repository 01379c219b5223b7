//go:build linux

package imapfilter

import (
	"net"
	"time"

	"golang.org/x/sys/unix"
)

// setUserTimeout limits how long octets that were sent may go unconfirmed (RFC
// 5482, section 1). Zero is the system's own limit.
func setUserTimeout(conn *net.TCPConn, limit time.Duration) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return
	}
	raw.Control(func(fd uintptr) {
		unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(limit.Milliseconds()))
	})
}
