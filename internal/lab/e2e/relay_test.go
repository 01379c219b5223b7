package e2e_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/imapfilter"
	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/plan"
)

// planner is the one of the product, with a key that the test knows.
func planner() plan.Planner {
	return plan.Planner{Key: plan.Key{7: 1, 31: 9}, Base: "http://127.0.0.1:4180", Mode: plan.ModeAll, Links: manyLinks{}}
}

// rewritten is a message as the relay must serve it.
func rewritten(raw []byte) []byte {
	p := planner()
	out := bytes.Clone(raw)
	overlay := p.Plan(raw).Overlay
	overlay.Apply(out, 0)
	return out
}

// A keeper is what the daemon is to the relay, without a disk: it remembers
// plans, or forgets each at once if cold.
type keeper struct {
	planner plan.Planner
	cold    bool

	mu      sync.Mutex // guards what follows
	places  map[imapfilter.Place]*message.Overlay
	headers map[[32]byte][]*plan.Plan
}

func newKeeper(cold bool) *keeper {
	return &keeper{
		planner: planner(), cold: cold,
		places: map[imapfilter.Place]*message.Overlay{}, headers: map[[32]byte][]*plan.Plan{},
	}
}

func (k *keeper) Known(_ context.Context, at imapfilter.Place) (*message.Overlay, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.cold {
		return nil, nil
	}
	if o := k.places[place(at)]; o != nil || at.Object == "" {
		return o, nil
	}
	return k.places[imapfilter.Place{Object: at.Object}], nil
}

func (k *keeper) Copied(_ context.Context, from, to []imapfilter.Place) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	for i := range from {
		if o := k.places[place(from[i])]; o != nil {
			k.places[place(to[i])] = o
		}
	}
	return nil
}

// place is a place without what the server calls the message.
func place(at imapfilter.Place) imapfilter.Place {
	at.Object = ""
	return at
}

func (k *keeper) Begin(at imapfilter.Place) imapfilter.Planning {
	b := &keeping{keeper: k, at: at}
	b.Session = k.planner.Session(k.known, b.done)
	return b
}

func (k *keeper) known(header [32]byte) []*plan.Plan {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.cold {
		return nil
	}
	return k.headers[header]
}

func (k *keeper) Appended(_ context.Context, header []byte) ([]*message.Overlay, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	var list []*message.Overlay
	for _, p := range k.headers[sha256.Sum256(header)] {
		list = append(list, &p.Overlay)
	}
	return list, nil
}

func (k *keeper) Restore(_ context.Context, raw []byte) ([]byte, error) { return raw, nil }

// A keeping is the plan of one message in the making.
type keeping struct {
	message.Session
	keeper *keeper
	at     imapfilter.Place
	made   *plan.Plan
}

func (b *keeping) done(p *plan.Plan) {
	b.made = p
	if p.Complete {
		b.keeper.mu.Lock()
		b.keeper.headers[p.HeaderSHA256] = append(b.keeper.headers[p.HeaderSHA256], p)
		b.keeper.mu.Unlock()
	}
	b.store()
}

func (b *keeping) Place(at imapfilter.Place) {
	b.at = at
	b.store()
}

func (b *keeping) store() {
	if b.made == nil || !b.made.Complete || b.at.UID == 0 {
		return
	}
	b.keeper.mu.Lock()
	defer b.keeper.mu.Unlock()
	b.keeper.places[place(b.at)] = &b.made.Overlay
	if b.at.Object != "" {
		b.keeper.places[imapfilter.Place{Object: b.at.Object}] = &b.made.Overlay
	}
}

// startRelay puts a relay before a Dovecot; the client's leg is plain.
func startRelay(t testing.TB, d *lab.Dovecot, p imapfilter.Planner) string {
	t.Helper()
	server, err := imapfilter.New(imapfilter.Config{
		Planner:  p,
		Upstream: imapfilter.Upstream{Host: "127.0.0.1", Port: d.Port, Mode: imapfilter.ModePlain},
		Tell:     func(n imapfilter.Notice) { t.Errorf("a value passed as it was: %+v", n) },
	})
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := server.Serve(ctx, ln, imapfilter.ModePlain); err != nil && ctx.Err() == nil {
			t.Errorf("relay: %v", err)
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	return ln.Addr().String()
}

// madeUp are the messages of testdata as Dovecot serves them: with CR LF
// everywhere. Those with a zero octet are left to the tests of the parser,
// since Dovecot replaces it.
func madeUp(t testing.TB) [][]byte {
	t.Helper()
	return readMail(t, filepath.Join(lab.Root(t), "testdata", "mail", "*.eml"))
}

// oneReading leaves out messages of which mail programs show what the server takes
// for a header, for bare CRs or odd boundaries. What is shown is rewritten; what the
// server calls a header the relay passes on as it is.
func oneReading(mails [][]byte) [][]byte {
	p := planner()
	return slices.DeleteFunc(mails, func(raw []byte) bool {
		o := p.Plan(raw).Overlay
		return slices.ContainsFunc(o.Sections, func(s message.Section) bool {
			header := strings.HasSuffix(s.Name, "HEADER") || strings.HasSuffix(s.Name, "MIME")
			return header && slices.ContainsFunc(o.Edits, func(e message.Edit) bool {
				return e.Offset < s.Range.End && e.Offset+len(e.Old) > s.Range.Start
			})
		})
	})
}

// realMail are the real messages beside the repository, nil if there are none
// and none are demanded.
func realMail(t testing.TB) [][]byte {
	t.Helper()
	dir := filepath.Join(lab.Root(t), "..", "shared", "mail", "real")
	if _, err := os.Stat(dir); err != nil {
		if lab.Strict() {
			t.Fatal("left out: ../shared/mail/real is not beside the repository")
		}
		t.Log("without ../shared/mail/real")
		return nil
	}
	return readMail(t, filepath.Join(dir, "*"))
}

func readMail(t testing.TB, pattern string) [][]byte {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(paths)
	var out [][]byte
	for _, path := range paths {
		if filepath.Ext(path) == ".tsv" || filepath.Ext(path) == ".md" {
			continue
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if len(raw) > 0 && !bytes.Contains(raw, []byte{0}) {
			out = append(out, onTheWire(raw))
		}
	}
	return out
}

// onTheWire gives every line the end that IMAP gives it (RFC 3501, section
// 4.3).
func onTheWire(raw []byte) []byte {
	return bytes.ReplaceAll(lab.Lines(raw), []byte("\n"), []byte("\r\n"))
}
