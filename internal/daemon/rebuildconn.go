package daemon

import (
	"crypto/tls"
	"net"
	"time"
)

// A patientConn waits for a server so long and no longer.
type patientConn struct {
	net.Conn
	patience time.Duration
}

// idlePatience is how long a server may say nothing while it is waited for mail: IDLE is
// begun anew within 29 minutes (RFC 2177, section 3), and then it answers.
const idlePatience = 31 * time.Minute

// rarelyAsked has the system ask rarely whether the other end is still there: a radio that
// is woken every few seconds empties a battery.
func rarelyAsked(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetKeepAliveConfig(net.KeepAliveConfig{Enable: true, Idle: 10 * time.Minute, Interval: time.Minute, Count: 3}) // else it is asked more often
	}
}

// Read implements [net.Conn].
func (c *patientConn) Read(b []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(c.patience)); err != nil {
		return 0, err
	}
	return c.Conn.Read(b)
}

// tlsClient begins TLS with the first octet.
func tlsClient(c net.Conn, cfg *tls.Config) net.Conn { return tls.Client(c, cfg) }
