package command

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/internal/restore"
	"github.com/unseen-mail/unseen/internal/watch"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// settle is how long nothing may arrive before what did is cleaned: a program that
// fetches mail brings many at once.
const settle = 200 * time.Millisecond

// A maildirs cleans mails that arrive in Maildirs, in place: a file takes the place of the
// one that arrived, at the same length and with the same time.
type maildirs struct {
	s     *session
	root  string
	rules *catalogue.Catalogue
	watch *watch.Watcher
	// known are the Maildirs that are watched.
	known map[string]bool
	// arrived are files to look into, and grown says that a directory is new.
	arrived map[string]bool
	grown   bool
}

// watchMaildirs cleans what is new below a directory, and what arrives there until ctx
// ends. Mail that was read before stays as it is.
func (c *cleanCommand) watchMaildirs(ctx context.Context, s *session) error {
	rules, err := s.filterRules()
	if err != nil {
		return err
	}
	if info, err := os.Stat(c.Watch); err != nil || !info.IsDir() {
		return s.fault(err, words.CleanNoMaildir, words.CleanNoMaildirHint, "path", c.Watch)
	}
	w, err := watch.New(c.Watch)
	if err != nil {
		return err
	}
	m := &maildirs{s: s, root: c.Watch, rules: rules, watch: w, known: make(map[string]bool), arrived: make(map[string]bool)}
	m.grow("new")
	m.clean(ctx)
	if len(m.known) == 0 {
		s.note(words.CleanNoMaildirYet, "path", c.Watch)
	}
	w.Run(ctx, watch.Handler{Settle: settle, Concerns: m.concerns, Settled: func() { m.settled(ctx) }, Failed: func(err error) {
		s.complain(s.words.Say(words.CleanFailed, "what", err), "")
	}})
	return nil
}

// concerns notes what happened to a path, and says whether it matters.
func (m *maildirs) concerns(path string, attributes bool) bool {
	if attributes || strings.HasPrefix(filepath.Base(path), ".unseen-") {
		return false
	}
	if at := filepath.Base(filepath.Dir(path)); (at == "new" || at == "cur") && m.known[filepath.Dir(filepath.Dir(path))] {
		m.arrived[path] = true
		return true
	}
	info, err := os.Lstat(path)
	m.grown = m.grown || err == nil && info.IsDir()
	return m.grown
}

// settled looks into what arrived.
func (m *maildirs) settled(ctx context.Context) {
	if m.grown {
		m.grown = false
		m.grow("new", "cur") // all that is in it came meanwhile
	}
	m.clean(ctx)
}

// grow watches Maildirs that are not watched yet, and looks into some of what is there.
func (m *maildirs) grow(into ...string) {
	err := filepath.WalkDir(m.root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil || !entry.IsDir():
			return nil // whatever can be read is
		case m.known[filepath.Dir(path)] && slices.Contains([]string{"new", "cur", "tmp"}, entry.Name()):
			return filepath.SkipDir
		}
		if err := m.watch.Add(path); err != nil {
			return err
		}
		if m.known[path] || !isMaildir(path) {
			return nil
		}
		m.known[path] = true
		for _, sub := range []string{"new", "cur"} {
			if err := m.watch.Add(filepath.Join(path, sub)); err != nil {
				return err
			}
		}
		for _, sub := range into {
			found, _ := os.ReadDir(filepath.Join(path, sub)) // what cannot be read is not there
			for _, file := range found {
				m.arrived[filepath.Join(path, sub, file.Name())] = true
			}
		}
		return nil
	})
	if err != nil {
		m.s.complain(m.s.words.Say(words.CleanFailed, "what", err), "")
	}
}

// isMaildir says that a directory has the three that mail is delivered by. A link in their
// place may lead to what is somebody else's.
func isMaildir(path string) bool {
	for _, sub := range []string{"new", "cur", "tmp"} {
		if info, err := os.Lstat(filepath.Join(path, sub)); err != nil || !info.IsDir() {
			return false
		}
	}
	return true
}

// clean makes inert what arrived. A mail that another program moved meanwhile comes by
// again under its new name.
func (m *maildirs) clean(ctx context.Context) {
	files := slices.Sorted(maps.Keys(m.arrived))
	clear(m.arrived)
	r := &restore.Restorer{Source: m.inert, Holder: func(string) string { return "" }}
	count, err := r.Run(ctx, files)
	for _, path := range slices.Sorted(maps.Keys(count.Failed)) {
		if why := count.Failed[path]; !errors.Is(why, fs.ErrNotExist) && !errors.Is(why, restore.ErrChanged) {
			m.s.complain(m.s.words.Say(words.CleanFailed, "what", why), "")
		}
	}
	if err != nil && ctx.Err() == nil {
		m.s.complain(m.s.words.Say(words.CleanFailed, "what", err), "")
	}
	if count.Served > 0 {
		m.s.say(words.CleanDone, "n", count.Served)
	}
}

// inert is a mail with what would tell made inert.
func (m *maildirs) inert(_ context.Context, raw []byte) (restore.State, []byte, error) {
	out, _, err := cleaned(raw, func() (*catalogue.Catalogue, error) { return m.rules, nil })
	if err != nil {
		m.s.complain(m.s.words.Say(words.CleanFailed, "what", err), "")
		return restore.Original, nil, nil
	}
	if string(out) == string(raw) {
		return restore.Original, nil, nil
	}
	return restore.Served, out, nil
}
