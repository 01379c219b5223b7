package daemon

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"sync"
	"time"
)

// again is how long a taken port is left alone before it is tried again.
const again = 3 * time.Second

// A port of this machine that is kept for one use. If somebody else has taken
// it, it is tried again until it is free: the number is written in mail
// programs and in mail, so no other will do.
type port struct {
	number int
	// freed is told when a port that was taken came free; nil is nobody.
	freed func(number int)
	// held are the ports that the system holds for Unseen.
	held heldPorts

	mu  sync.Mutex // guards what follows
	ln  net.Listener
	why error
}

// listen tries to get the port, and says whether it has it.
func (p *port) listen() bool {
	ln, err := p.held.listen(p.number), error(nil)
	if ln == nil {
		ln, err = net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(p.number)))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ln, p.why = ln, err
	return err == nil
}

// problem says why it does not listen; nil if it does.
func (p *port) problem() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.why
}

// close lets go of a port that is not being served.
func (p *port) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ln != nil {
		p.ln.Close()
	}
}

// serve hands the listener to somebody who answers until ctx ends and then
// closes it. It waits for a taken port to come free.
func (p *port) serve(ctx context.Context, answer func(context.Context, net.Listener) error) error {
	for {
		p.mu.Lock()
		ln := p.ln
		p.mu.Unlock()
		if ln != nil {
			if err := answer(ctx, ln); err != nil {
				return fmt.Errorf("serving port %d: %w", p.number, err)
			}
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(again):
			if p.listen() && p.freed != nil {
				p.freed(p.number)
			}
		}
	}
}
