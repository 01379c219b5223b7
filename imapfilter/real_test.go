package imapfilter

import (
	"context"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/plan"
)

// A realPlanner plans for real, and stores in memory.
type realPlanner struct {
	planner plan.Planner

	mu       sync.Mutex // guards what follows
	byPlace  map[Place]*message.Overlay
	byHeader map[[32]byte]*message.Overlay
}

func newRealPlanner() *realPlanner {
	return &realPlanner{
		planner: plan.Planner{Key: plan.Key{1, 2, 3}, Base: "http://127.0.0.1:4180", Mode: plan.ModeAll},
		byPlace: map[Place]*message.Overlay{}, byHeader: map[[32]byte]*message.Overlay{},
	}
}

func (p *realPlanner) Known(_ context.Context, at Place) (*message.Overlay, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.byPlace[at], nil
}

func (p *realPlanner) Copied(_ context.Context, from, to []Place) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range from {
		if o := p.byPlace[from[i]]; o != nil {
			p.byPlace[to[i]] = o
		}
	}
	return nil
}

// rewritten is a message as the mail program shall see it.
func (p *realPlanner) rewritten(raw []byte) []byte {
	out := append([]byte(nil), raw...)
	p.planner.Plan(raw).Overlay.Apply(out, 0)
	return out
}

func (p *realPlanner) Appended(_ context.Context, header []byte) ([]*message.Overlay, error) {
	return nil, nil
}

func (p *realPlanner) Restore(_ context.Context, raw []byte) ([]byte, error) { return raw, nil }

func (p *realPlanner) Begin(at Place) Planning {
	r := &realPlanning{p: p, at: at}
	r.Session = p.planner.Session(nil, func(done *plan.Plan) {
		if !done.Complete {
			return
		}
		r.overlay = &done.Overlay
		r.Place(r.at)
	})
	return r
}

type realPlanning struct {
	message.Session
	p       *realPlanner
	at      Place
	overlay *message.Overlay
}

func (r *realPlanning) Place(at Place) {
	r.p.mu.Lock()
	defer r.p.mu.Unlock()
	if at.UID != 0 && r.overlay != nil {
		r.p.byPlace[at] = r.overlay
	}
}

// relayTo starts a relay before a server and returns where it listens.
func relayTo(t testing.TB, p Planner, u Upstream, mode Mode, change func(*Config)) (*Server, string) {
	t.Helper()
	cfg := Config{Planner: p, Upstream: u}
	if change != nil {
		change(&cfg)
	}
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, ln, mode) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return s, ln.Addr().String()
}

// madeUp are the repository's own mails.
func madeUp(t testing.TB, limit int) [][]byte {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(lab.Root(t), "testdata", "mail", "*.eml"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no mails: %v", err)
	}
	step := max(1, len(names)/limit)
	var mails [][]byte
	for i := 0; i < len(names) && len(mails) < limit; i += step {
		raw, err := os.ReadFile(names[i])
		if err != nil {
			t.Fatal(err)
		}
		if len(raw) > 0 && !readTwoWays(raw) {
			mails = append(mails, raw)
		}
	}
	return mails
}

// readTwoWays tells whether mail programs show what of a message servers take for
// header, for its bare CRs or odd boundaries. The relay passes headers on as they are.
func readTwoWays(raw []byte) bool {
	return slices.ContainsFunc(message.Parse(raw).Gaps, func(g message.Gap) bool {
		return g.Reason == "lines" || g.Reason == "boundary"
	})
}

// realMails are those of others, which stay outside the repository.
func realMails(t testing.TB) [][]byte {
	t.Helper()
	var mails [][]byte
	err := filepath.WalkDir(lab.Shared(t, "real"), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(name)
		if len(raw) > 0 {
			mails = append(mails, raw)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return mails
}
