package daemon

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/sender"
	"github.com/unseen-mail/unseen/imapfilter"
	"github.com/unseen-mail/unseen/internal/evidence/mark"
)

// marksDir is where what is kept as evidence lies, in the data directory.
const marksDir = "evidence"

// marking knows whose mails are kept as evidence, and keeps them as they pass.
type marking struct {
	vault *mark.Vault
	log   *slog.Logger
	now   func() time.Time
	// told hears of each mail that was kept as it came, by its sender.
	told func(sender string)

	mu sync.Mutex // guards what follows
	// marks are those in force, kept the header blocks of what is kept, by hash.
	marks []mark.Mark
	kept  map[string]bool
}

// openMarking reads what is marked.
func openMarking(dir string, log *slog.Logger) (*marking, error) {
	m := &marking{vault: mark.New(dir, time.Now), log: log, now: time.Now, told: func(string) {}}
	if err := m.vault.Sweep(); err != nil {
		return nil, err
	}
	return m, m.read()
}

// read takes over what is marked.
func (m *marking) read() error {
	marks, err := m.vault.Marks()
	if err != nil {
		return err
	}
	kept := make(map[string]bool)
	for _, one := range marks {
		mails, err := m.vault.Mails(one.Sender)
		if err != nil {
			return err
		}
		for i := range mails {
			kept[mails[i].HeaderSHA256] = true
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.marks, m.kept = marks, kept
	return nil
}

// any says whether mails are waited for at all.
func (m *marking) any() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.ContainsFunc(m.marks, func(one mark.Mark) bool { return one.Active(m.now()) || len(one.Messages) > 0 })
}

// senders are those that are marked.
func (m *marking) senders() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []string
	for i := range m.marks {
		list = append(list, m.marks[i].Sender)
	}
	return list
}

// wants says as whose evidence a mail with a header block is to be kept, "" for none,
// and whether one with that header is kept already.
func (m *marking) wants(header []byte) (key string, had bool) {
	sum := sha256.Sum256(header)
	hash := hex.EncodeToString(sum[:])
	fields := message.Header(header)
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.marks {
		one := &m.marks[i]
		if slices.Contains(one.Messages, hash) || one.Active(m.now()) && isOf(fields, one.Sender) {
			return one.Sender, m.kept[hash]
		}
	}
	return "", false
}

// isOf says whether a mail says that it is from a sender: a domain, one below it, an
// address, or an address with a list. Whether it truly is, its signatures show.
func isOf(h message.HeaderFields, key string) bool {
	if strings.EqualFold(sender.Identify(h, sender.Provider{}).Key, key) {
		return true
	}
	for _, address := range sender.Mailboxes(h.Get("From")) {
		_, domain, _ := strings.Cut(address, "@")
		if address == key || domain == key || sender.OrgDomain(domain) == key {
			return true
		}
	}
	return false
}

// noted takes a mail over that was kept just now.
func (m *marking) noted(k mark.Kept) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.kept[k.HeaderSHA256] = true
	for i := range m.marks {
		m.marks[i].Messages = slices.DeleteFunc(slices.Clone(m.marks[i].Messages), func(h string) bool { return h == k.HeaderSHA256 })
	}
}

// offer keeps a whole mail if it is wanted, and tells nobody if it is not.
func (m *marking) offer(raw []byte, had mark.Had) {
	if !m.any() {
		return
	}
	key, _ := m.wants(raw[:message.HeaderEnd(raw)])
	if key == "" {
		return
	}
	if one, fresh, err := m.vault.Keep(key, raw, had); err != nil {
		m.log.Error("keeping a mail as evidence", "err", err)
	} else if fresh {
		m.noted(one)
		m.told(key)
	}
}

// maxUnheard is how much of a mail is held until its header is known.
const maxUnheard = 2 << 20

// A keeper is a planning that hears the mail, and keeps it if it is wanted.
type keeper struct {
	*planning
	marking *marking
	// begun is what was heard before the header was known.
	begun []byte
	known bool
	// key is whose mail it is, "" if it is not wanted; had says that one like it is kept.
	key  string
	had  bool
	out  *mark.Keeping
	once sync.Once
}

// Header implements [message.Session].
func (k *keeper) Header(raw []byte) {
	k.known = true
	k.key, k.had = k.marking.wants(raw)
	k.planning.Header(raw)
}

// Whole implements [imapfilter.Hearer].
func (k *keeper) Whole() bool { return k.key != "" && !k.had }

// Hear implements [imapfilter.Hearer]. What goes wrong here is nothing to the mail.
func (k *keeper) Hear(raw []byte) {
	switch {
	case !k.known:
		if len(k.begun)+len(raw) <= maxUnheard {
			k.begun = append(k.begun, raw...)
		} else {
			k.known, k.begun = true, nil // no mail has such a header
		}
		return
	case k.key == "":
		k.begun = nil
		return
	}
	k.once.Do(func() {
		var err error
		if k.out, err = k.marking.vault.Begin(k.key); err != nil {
			k.marking.log.Error("keeping a mail as evidence", "err", err)
			k.key = ""
			return
		}
		_, _ = k.out.Write(k.begun) // it says at its end what went wrong
		k.begun = nil
	})
	if k.out != nil {
		_, _ = k.out.Write(raw)
	}
}

// End implements [message.Session].
func (k *keeper) End(l *message.Layout, complete bool) {
	k.planning.End(l, complete)
	if k.out == nil {
		if !complete || !k.Whole() || k.begun == nil {
			return
		}
		k.Hear(nil) // it was so short that the end came with the header
	}
	if !complete {
		k.out.Drop()
		return
	}
	a := &k.planner.account
	one, fresh, err := k.out.End(mark.Had{How: mark.ByRelay, Account: a.Address, Server: a.IMAP.Host,
		Mailbox: k.at.Mailbox, UIDValidity: k.at.UIDValidity, UID: k.at.UID})
	switch {
	case err != nil:
		k.marking.log.Error("keeping a mail as evidence", "err", err)
	case fresh:
		k.marking.noted(one)
		k.marking.told(k.key)
	}
}

// hearing makes a planning hear the mail, where mails are waited for.
func (c *core) hearing(b *planning) imapfilter.Planning {
	if c.marks == nil || !c.marks.any() {
		return b
	}
	return &keeper{planning: b, marking: c.marks}
}

// keySpan is how long mails wait before the keys of their signatures are asked for
// unbidden: whoever runs a domain shall not learn when a mail was opened.
const keySpan = 6 * time.Hour

// attend asks for keys that mails to come need, and for time stamps, where the reader
// agreed to it.
func (d *Daemon) attend(life context.Context) {
	// Stamps that did not come tell nobody when a mail is opened: they are asked for as
	// soon as Unseen runs.
	d.attended(life, d.stampWaiting(life))
	for {
		select {
		case <-life.Done():
			return
		case <-time.After(keySpan / 6):
		}
		d.attendOnce(life, time.Now().Add(-keySpan))
	}
}

// attendOnce does it for mails that were kept before a time.
func (d *Daemon) attendOnce(ctx context.Context, before time.Time) {
	marks, err := d.core.marks.vault.Marks()
	if err != nil {
		d.cfg.Logger.Warn("reading marks", "err", err)
		return
	}
	for _, m := range marks {
		if m.Keys {
			d.attended(ctx, d.askLater(ctx, m.Sender, before))
		}
	}
	d.attended(ctx, d.stampWaiting(ctx))
}

// attended says in the log what did not come.
func (d *Daemon) attended(ctx context.Context, err error) {
	if err != nil && ctx.Err() == nil {
		d.cfg.Logger.Warn("asking for evidence; it is tried again", "err", nameless(err))
	}
}
