package proxy

import (
	"context"
	"sync"
)

// A flight is one fetch that several openings wait for.
type flight struct {
	// token is the load that started it; redirects were decided for that one.
	token string
	done  chan struct{} // closed when pic and err are set
	pic   Picture
	err   error
}

// flights are the fetches under way, by address.
type flights struct {
	wg sync.WaitGroup

	mu  sync.Mutex // guards what follows
	now map[string]*flight
}

// join waits for the fetch of key, and starts it with fetch if there is none.
// The fetch goes on when the first opening is given up: the others want it. The
// first one waits for its end all the same, to know who was asked.
func (f *flights) join(ctx context.Context, key, token string, fetch func(context.Context) (Picture, error)) (*flight, error) {
	f.mu.Lock()
	fl := f.now[key]
	first := fl == nil
	if first {
		fl = &flight{token: token, done: make(chan struct{})}
		if f.now == nil {
			f.now = make(map[string]*flight)
		}
		f.now[key] = fl
		detached := context.WithoutCancel(ctx)
		f.wg.Go(func() { f.fly(detached, key, fl, fetch) })
	}
	f.mu.Unlock()
	select {
	case <-fl.done:
		return fl, nil
	case <-ctx.Done():
		if first {
			<-fl.done
		}
		return fl, context.Cause(ctx)
	}
}

// asked returns who was asked, nil as long as that is not known.
func (fl *flight) asked() []string {
	select {
	case <-fl.done:
		return fl.pic.Asked
	default:
		return nil
	}
}

// fly runs a fetch and lets go of it.
func (f *flights) fly(ctx context.Context, key string, fl *flight, fetch func(context.Context) (Picture, error)) {
	defer func() {
		f.mu.Lock()
		delete(f.now, key)
		f.mu.Unlock()
		close(fl.done)
	}()
	fl.pic, fl.err = fetch(ctx)
}
