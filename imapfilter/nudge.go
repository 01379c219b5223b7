package imapfilter

import (
	"context"
	"errors"
	"net"
	"slices"
	"time"
)

// errNetwork is how a session ends whose network is gone.
var errNetwork = errors.New("network changed")

// offer notes whether the mail program may put its leg under TLS.
func (s *Server) offer(ses *session, mode Mode) {
	ses.mu.Lock()
	defer ses.mu.Unlock()
	ses.st.mayStartTLS = mode == ModeSTARTTLS && s.cfg.LocalTLS != nil
}

// enter adds a session, and starts the watching of clock and network.
func (s *Server) enter(ses *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions[ses] = struct{}{}
	s.stirWatch()
}

func (s *Server) leave(ses *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sessions, ses)
}

// stirWatch makes one of the watchers look.
func (s *Server) stirWatch() {
	select {
	case s.entered <- struct{}{}:
	default:
	}
}

func (s *Server) active() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sessions) > 0
}

// watch looks, while there are sessions, for a jump of the clock, which is how a
// sleep looks from inside, and for a change of the machine's addresses. It ends
// with the context.
func (s *Server) watch(ctx context.Context) {
	defer s.stirWatch() // another listener's watcher may have to go on
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.entered:
			s.watchSessions(ctx)
		}
	}
}

func (s *Server) watchSessions(ctx context.Context) {
	period := s.cfg.Timeouts.Watch
	tick := time.NewTicker(period)
	defer tick.Stop()
	last, addresses := time.Now(), localAddresses()
	for s.active() {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now, current := time.Now(), localAddresses()
		// Round(0) takes off the monotonic reading, which stands still in sleep.
		slept := now.Round(0).Sub(last.Round(0)) > now.Sub(last)+2*time.Second
		late := now.Sub(last) > 5*period
		if slept || late || !slices.Equal(addresses, current) {
			s.cfg.Logger.Info("network may have changed")
			s.Nudge()
		}
		last, addresses = now, current
	}
}

// localAddresses lists the machine's addresses, sorted.
func localAddresses() []string {
	list, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	var out []string
	for _, a := range list {
		if ip, ok := a.(*net.IPNet); ok {
			out = append(out, ip.IP.String())
		}
	}
	slices.Sort(out)
	return out
}

// Nudge says that the network may have changed, or that the machine woke. A
// connection upstream whose local address is gone is closed at once, one that
// does not answer within [Timeouts.Dead]; the mail program then gets a BYE and
// may connect anew.
func (s *Server) Nudge() {
	addresses := localAddresses()
	s.mu.Lock()
	sessions := make([]*session, 0, len(s.sessions))
	for ses := range s.sessions {
		sessions = append(sessions, ses)
	}
	s.mu.Unlock()
	for _, ses := range sessions {
		ses.nudge(addresses)
	}
}

func (s *session) nudge(addresses []string) {
	if tcp, ok := s.server.raw.LocalAddr().(*net.TCPAddr); ok && addresses != nil &&
		!tcp.IP.IsLoopback() && !slices.Contains(addresses, tcp.IP.String()) {
		s.kill(errNetwork)
		return
	}
	dead := s.srv.cfg.Timeouts.Dead
	probe(s.server.raw, dead)
	// A command that is under way shows by its answer that all is well.
	heard := s.server.heard.Load()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.probing != nil {
		s.probing.Stop()
	}
	s.probing = time.AfterFunc(dead, func() {
		s.mu.Lock()
		asked := len(s.st.pending) > 0 && !s.st.idling
		s.mu.Unlock()
		if asked && s.server.heard.Load() == heard {
			s.kill(errNetwork)
			return
		}
		unprobe(s.server.raw)
	})
}

// probe makes the system ask the other end at once whether it is there, and
// give up within the time.
func probe(conn net.Conn, within time.Duration) {
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return
	}
	step := max(within/10, time.Second)
	tcp.SetKeepAliveConfig(net.KeepAliveConfig{Enable: true, Idle: step, Interval: step, Count: 3})
	setUserTimeout(tcp, within*6/10)
}

// unprobe goes back to what is usual.
func unprobe(conn net.Conn) {
	keepAlive(conn)
	if tcp, ok := conn.(*net.TCPConn); ok {
		setUserTimeout(tcp, 0)
	}
}
