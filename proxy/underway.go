package proxy

import (
	"context"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// A passage is a load on its way: from before it is decided on to the end of its
// answer, or of a fetch that several answers wait for.
type passage struct {
	load   Load
	cancel context.CancelFunc
	over   chan struct{} // closed at its end
	end    func()        // closes over, once

	mu sync.Mutex // guards what follows
	// asked are the addresses that it was decided on for.
	asked []*url.URL
	// held is why it was cut, nil if it was not.
	held *Decision
	// answer is what its picture is being written with, nil before that.
	answer *http.ResponseController
}

// passages are all that are on their way.
type passages struct {
	mu  sync.Mutex // guards what follows
	all map[*passage]struct{}
}

// begin notes that a load is on its way. The context ends when it is cut; leave
// has to be called at its end.
func (p *passages) begin(ctx context.Context, l Load) (_ context.Context, x *passage, leave func()) {
	ctx, cancel := context.WithCancel(ctx)
	over := make(chan struct{})
	x = &passage{load: l, cancel: cancel, over: over, end: sync.OnceFunc(func() { close(over) })}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all == nil {
		p.all = make(map[*passage]struct{})
	}
	p.all[x] = struct{}{}
	return ctx, x, func() {
		p.mu.Lock()
		delete(p.all, x)
		p.mu.Unlock()
		cancel()
		x.end()
	}
}

// list returns all that are on their way.
func (p *passages) list() []*passage {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := make([]*passage, 0, len(p.all))
	for x := range p.all {
		list = append(list, x)
	}
	return list
}

// giveUp ends what they wait for.
func (p *passages) giveUp() {
	for _, x := range p.list() {
		x.cancel()
	}
}

// passes notes an address before it is decided on.
func (x *passage) passes(at *url.URL) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.asked = append(x.asked, at)
}

// addresses returns what it was decided on for.
func (x *passage) addresses() []*url.URL {
	x.mu.Lock()
	defer x.mu.Unlock()
	return append([]*url.URL(nil), x.asked...)
}

// cut ends it, also in the middle of its answer.
func (x *passage) cut(d Decision) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.held == nil {
		x.held = &d
	}
	if x.answer != nil {
		_ = x.answer.SetWriteDeadline(time.Unix(1, 0)) // the client has gone, or will be cut off
	}
	x.cancel()
}

// why returns why it was cut, nil if it was not.
func (x *passage) why() *Decision {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.held
}

// answers says that the answer is about to be written. It returns why it must
// not be, nil if it may. From then on a picture can only be cut with the client's
// connection; where there is none in the answer, there is nothing more to cut.
func (x *passage) answers(w http.ResponseWriter, o Outcome) *Decision {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.held == nil && (o == Released || o == Copied) {
		x.answer = http.NewResponseController(w)
	} else {
		x.end()
	}
	return x.held
}

// decide asks the backend about an address of a load on its way. The address is
// noted first: a decision that changes meanwhile is found by [Gateway.Recheck].
func (g *Gateway) decide(ctx context.Context, x *passage, at *url.URL) (Decision, error) {
	x.passes(at)
	return g.cfg.Backend.Decide(ctx, x.load, at)
}

// Recheck asks the backend anew about all loads on their way, and cuts those
// that are held by now. When it returns, none of them asks anybody any more, and
// none of them shows what it brought. It is for the moment after a consent was
// withdrawn; loads that come later are decided on in any case.
func (g *Gateway) Recheck(ctx context.Context) {
	var cut []*passage
	for _, x := range g.passages.list() {
		for _, at := range x.addresses() {
			d, err := g.cfg.Backend.Decide(ctx, x.load, at)
			if err != nil {
				d = Decision{Reason: g.cfg.Words.Undecided}
			}
			if !d.Release {
				x.cut(d)
				cut = append(cut, x)
				break
			}
		}
	}
	for _, x := range cut {
		<-x.over
	}
	if len(cut) > 0 {
		// A connection that was being made for one of them is given up too.
		g.cfg.Fetcher.Close()
		g.cfg.Log.Info("loads cut on their way", "count", len(cut))
	}
}
