package daemon

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"sync"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// A switched listener is one that the reader turns on and off, on a port that it was
// given once: the number stands in the settings of programs.
type switched struct {
	daemon *Daemon
	port   port
	kind   listenerKind

	changing sync.Mutex // held while it is switched

	mu     sync.Mutex // guards what follows
	on     bool
	cancel context.CancelFunc
	work   sync.WaitGroup
}

// A listenerKind is what one switched listener has of its own.
type listenerKind struct {
	// part is its name in the log and in errors.
	part string
	// wish is the setting that keeps whether it is wanted, number the one for its port.
	wish, number string
	// first and last are the ports that it is given by itself.
	first, last int
	// taken is what is said where another program has the port.
	taken words.Key
	// serve answers until the context ends.
	serve func(context.Context, net.Listener) error
	// turned is called after it was started, or has stopped; nil for nothing.
	turned func(on bool) error
}

// open reads what was wanted before, and listens if that was.
func (w *switched) open(ctx context.Context) error {
	w.port.freed, w.port.held = w.daemon.portFreed, w.daemon.held
	kept := w.daemon.core.store
	number, ok, err := kept.Setting(ctx, w.kind.number)
	if err != nil {
		return err
	}
	if ok && number != "" {
		if w.port.number, err = strconv.Atoi(number); err != nil {
			return fmt.Errorf("reading the port of the %s: %w", w.kind.part, err)
		}
	}
	wish, _, err := kept.Setting(ctx, w.kind.wish)
	if err != nil {
		return err
	}
	if wish == "on" {
		w.on = true
		w.port.listen()
	}
	return nil
}

// start answers if it is wanted.
func (w *switched) start() {
	w.changing.Lock()
	defer w.changing.Unlock()
	if w.wanted() {
		w.begin()
		// What could not be done is told of where it is done; programs are answered.
		_ = w.tell(true)
	}
}

// wanted says whether the reader wants it.
func (w *switched) wanted() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.on
}

// begin answers until stop.
func (w *switched) begin() {
	ctx, cancel := context.WithCancel(context.Background())
	w.mu.Lock()
	w.cancel = cancel
	w.mu.Unlock()
	w.work.Go(func() {
		if err := w.port.serve(ctx, w.kind.serve); err != nil {
			w.daemon.cfg.Logger.Error("part ended", "part", w.kind.part, "err", err)
		}
	})
}

// stop ends it, and lets go of the port.
func (w *switched) stop() {
	w.mu.Lock()
	cancel := w.cancel
	w.cancel = nil
	w.mu.Unlock()
	if cancel != nil {
		cancel()
	}
	w.work.Wait()
	w.port.close()
}

// set switches it on or off, for this run and those to come.
func (w *switched) set(ctx context.Context, on bool) error {
	w.changing.Lock()
	defer w.changing.Unlock()
	if on == w.wanted() {
		return nil
	}
	kept := w.daemon.core.store
	if !on {
		if err := kept.SetSetting(ctx, w.kind.wish, "off"); err != nil {
			return err
		}
		w.turn(false)
		w.stop()
		return w.tell(false)
	}
	if err := w.choose(ctx); err != nil {
		return err
	}
	if err := kept.SetSetting(ctx, w.kind.wish, "on"); err != nil {
		w.port.close()
		return err
	}
	w.turn(true)
	w.begin()
	return w.tell(true)
}

func (w *switched) turn(on bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.on = on
}

// tell says that it was switched.
func (w *switched) tell(on bool) error {
	if w.kind.turned == nil {
		return nil
	}
	return w.kind.turned(on)
}

// choose listens on the port that it had, or on one that is free and that it keeps.
func (w *switched) choose(ctx context.Context) error {
	if w.port.number != 0 {
		w.port.listen()
		return nil
	}
	for number := w.kind.first; number <= w.kind.last; number++ {
		w.port.number = number
		if w.port.listen() {
			return w.daemon.core.store.SetSetting(ctx, w.kind.number, strconv.Itoa(number))
		}
	}
	defer func() { w.port.number = 0 }()
	if forbidden(w.port.problem()) {
		return &api.Error{Code: api.CodeFailed, Text: w.port.lost(w.daemon.cfg.Words, w.kind.taken), Hint: w.daemon.cfg.Words.Say(words.PortRefusedHint)}
	}
	return fmt.Errorf("looking for a port for the %s: %d to %d are taken", w.kind.part, w.kind.first, w.kind.last)
}

// address is where programs find it, "" if it never was anywhere.
func (w *switched) address() string {
	if w.port.number == 0 {
		return ""
	}
	return "127.0.0.1:" + strconv.Itoa(w.port.number)
}

// taken says that the port could not be had, "" if it could or is not wanted.
func (w *switched) taken() string {
	if !w.wanted() {
		return ""
	}
	return w.port.lost(w.daemon.cfg.Words, w.kind.taken)
}

// trouble is what taken says, with what to do about it.
func (w *switched) trouble() (text, remedy string) {
	if text = w.taken(); text == "" {
		return "", ""
	}
	return text, w.daemon.cfg.Words.Say(w.port.remedy())
}
