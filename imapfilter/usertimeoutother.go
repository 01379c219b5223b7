//go:build !linux

package imapfilter

import (
	"net"
	"time"
)

// setUserTimeout is known to Linux only; elsewhere the probes of keep-alive and
// the watch on unanswered commands must do.
func setUserTimeout(*net.TCPConn, time.Duration) {}
