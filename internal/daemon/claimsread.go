package daemon

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"

	"github.com/unseen-mail/unseen/detect/claim"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/internal/plan"
	"github.com/unseen-mail/unseen/internal/store"
)

const (
	// maxHeard is how much of the text of mail waits to be read, in octets, and
	// maxHeardMails of how many mails. What comes while so much waits is not read:
	// mail never waits for it.
	maxHeard, maxHeardMails = 8 << 20, 512
	// maxHeardText is how much of one text is read.
	maxHeardText = 512 << 10
	// maxHeardTexts is how many texts of one mail are read.
	maxHeardTexts = 16
)

// A heard is the text of one mail that passed.
type heard struct {
	message [32]byte
	texts   []claim.Text
	size    int
}

// A listener reads what mail says of tracking after it has passed, one mail at a
// time, and keeps what it found.
type listener struct {
	store *store.Store
	log   *slog.Logger
	jobs  chan heard

	mu   sync.Mutex // guards what follows
	size int
}

func newListener(s *store.Store, log *slog.Logger) *listener {
	return &listener{store: s, log: log, jobs: make(chan heard, maxHeardMails)}
}

// offer hands a mail in, or drops it if too much waits.
func (l *listener) offer(h heard) {
	if len(h.texts) == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.size+h.size > maxHeard {
		return
	}
	select {
	case l.jobs <- h:
		l.size += h.size
	default:
	}
}

// run reads until life ends.
func (l *listener) run(life context.Context) {
	for {
		select {
		case <-life.Done():
			return
		case h := <-l.jobs:
			l.read(life, h)
			l.mu.Lock()
			l.size -= h.size
			l.mu.Unlock()
		}
	}
}

// read finds what one mail says, and keeps it if it says something.
func (l *listener) read(ctx context.Context, h heard) {
	found := claim.Find(message.HeaderFields{}, h.texts)
	if len(found) == 0 {
		return
	}
	body, err := json.Marshal(found)
	if err == nil {
		err = l.store.SetClaims(ctx, h.message, string(body))
	}
	if err != nil && ctx.Err() == nil {
		l.log.Warn("keeping what a mail says of tracking", "err", err)
	}
}

// plainText is the type of a text that is read for what it says, and not rewritten.
const plainText = "text/plain"

// Leaf implements [message.Session]. A plain text is read as it passes, once.
func (b *planning) Leaf(p *message.Part) message.Editor {
	editor := b.Session.Leaf(p)
	if editor != nil || p.MediaType != plainText || p.Disposition == "attachment" || b.settled || b.placed {
		return editor
	}
	return &overheard{planning: b, part: *p}
}

// An overheard is a plain text that passes as it is.
type overheard struct {
	planning *planning
	part     message.Part
	size     int
}

// Edit implements [message.Editor].
func (o *overheard) Edit(off int, raw []byte, _ bool) ([]message.Edit, int) {
	if o.size == 0 {
		o.planning.hear(&o.part, o.part.Decode(raw[:min(len(raw), 2*maxHeardText)], off).Bytes())
	}
	o.size += len(raw)
	return nil, len(raw)
}

// hear takes a copy of a text that passes.
func (b *planning) hear(p *message.Part, octets []byte) {
	html := p.MediaType == "text/html" || p.MediaType == "application/xhtml+xml"
	if !html && p.MediaType != plainText || p.Disposition == "attachment" || len(b.heard.texts) >= maxHeardTexts {
		return
	}
	octets = bytes.Clone(octets[:min(len(octets), maxHeardText)])
	b.heard.texts = append(b.heard.texts, claim.Text{Part: p.Section, HTML: html, Charset: p.Charset, Content: octets})
	b.heard.size += len(octets)
}

// fingerprint names a message by its header and by every leaf that was planned,
// or by where its parts stand if none was: what was found of one message holds of no other that merely has its header.
func fingerprint(p *plan.Plan) [32]byte {
	sum := sha256.New()
	sum.Write(p.HeaderSHA256[:])
	for i := range p.Leaves {
		leaf := &p.Leaves[i]
		sum.Write([]byte(leaf.Section + "\x00"))
		sum.Write(leaf.SHA256[:])
	}
	if len(p.Leaves) == 0 {
		// Of plain texts a plan knows the place alone.
		for _, s := range p.Overlay.Sections {
			fmt.Fprintf(sum, "%s %d %d\x00", s.Name, s.Range.Start, s.Range.End)
		}
	}
	return [32]byte(sum.Sum(nil))
}
