// Package owner says whose program is at the other end of a connection on this machine.
//
// Loopback is shared by all users of a machine. Where the system tells whose a
// connection is, a listener can serve its own user and nobody else; elsewhere it is not
// known, and said so.
package owner

import "net"

// Foreign says whether the other end of a TCP connection is known to belong to another
// user than this process, or to nobody any more: who closes it at once is not told
// apart, and waits for no answer. The superuser is nobody else, for they could be
// anybody.
func Foreign(c net.Conn) bool {
	uid, ok := uidOf(c)
	return ok && uid != 0 && uid != self()
}
