//go:build linux

package api

import (
	"net"

	"golang.org/x/sys/unix"
)

// peerUID returns the user id at the other end (unix(7), SO_PEERCRED). False
// means that the system does not tell.
func peerUID(conn *net.UnixConn) (int, bool) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return -1, true
	}
	var cred *unix.Ucred
	var credErr error
	err = raw.Control(func(fd uintptr) {
		cred, credErr = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	})
	if err != nil || credErr != nil {
		return -1, true
	}
	return int(cred.Uid), true
}
