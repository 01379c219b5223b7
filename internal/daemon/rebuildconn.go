package daemon

import (
	"crypto/tls"
	"net"
	"time"
)

// A patientConn waits for a server so long and no longer.
type patientConn struct{ net.Conn }

// Read implements [net.Conn].
func (c *patientConn) Read(b []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(rebuildPatience)); err != nil {
		return 0, err
	}
	return c.Conn.Read(b)
}

// tlsClient begins TLS with the first octet.
func tlsClient(c net.Conn, cfg *tls.Config) net.Conn { return tls.Client(c, cfg) }
