package daemon

import (
	"net"
	"time"

	"github.com/unseen-mail/unseen/proxy/owner"
)

// An ownListener accepts connections of the user that Unseen runs as, and of the superuser,
// where the system tells whose they are; elsewhere every user's. Another user's are told so
// in a word of the protocol, and closed: nobody can try passwords here as somebody else, or
// learn that an account is read through Unseen.
type ownListener struct {
	net.Listener
	// word is said to others, "" where TLS would have to begin first.
	word string
	// told counts them.
	told func()
}

// Words that end a connection before it begins (RFC 3501, section 7.1.5; RFC 5321, section
// 3.1).
const (
	foreignIMAP = "* BYE this port serves another user of this computer\r\n"
	foreignSMTP = "554 5.7.1 this port serves another user of this computer\r\n"
)

// Accept implements [net.Listener].
func (l *ownListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil || !owner.Foreign(c) {
			return c, err
		}
		l.told()
		_ = c.SetWriteDeadline(time.Now().Add(time.Second)) // one who does not read is not waited for
		_, _ = c.Write([]byte(l.word))
		c.Close()
	}
}

// ownly lets only our own user's programs in by a port.
func (r *relay) ownly(ln net.Listener, word string) net.Listener {
	return &ownListener{ln, word, func() {
		// Who has hung up by now is not known, and turned away with the rest.
		r.daemon.cfg.Logger.Info("a program of another user, or one that has gone, was turned away", "account", r.account.ID)
	}}
}
