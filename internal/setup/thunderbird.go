package setup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/internal/profiles"
	"github.com/unseen-mail/unseen/internal/trust"
)

// readPrefs reads a file of preferences of a profile; nil if it is not there.
func readPrefs(profile, name string) (*Prefs, error) {
	text, err := os.ReadFile(filepath.Join(profile, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading preferences: %w", err)
	}
	p, err := ParsePrefs(text)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	return p, nil
}

// Look says what would be changed in a profile for each account, and which
// accounts the profile has. It changes nothing, and Thunderbird may be running.
func Look(ctx context.Context, profile string, locals []Local) ([]Plan, []Account, error) {
	p, err := readPrefs(profile, prefsName)
	if err == nil && p == nil {
		err = fmt.Errorf("reading preferences: %w", ErrNew)
	}
	if err != nil {
		return nil, nil, err
	}
	user, err := readPrefs(profile, "user.js")
	if err != nil {
		return nil, nil, err
	}
	var plans []Plan
	for _, l := range locals {
		one := plan(profile, p, user, l)
		if len(one.Changes) > 0 {
			one.Changes = append(one.Changes, texts(profile, one.Account)...)
			if err := errors.Join(acceptedNow(profile, one.Changes), permittedNow(ctx, profile, one.Changes)); err != nil {
				return nil, nil, err
			}
			one.Changes = needed(one.Changes)
		}
		plans = append(plans, one)
	}
	return plans, p.Accounts(profile), nil
}

// texts are the files that name folders by the server: filters and saved searches.
func texts(profile string, a Account) []Change {
	old, to := folderRoots(a)
	var list []Change
	for _, path := range []string{filepath.Join(a.Dir, filtersName), filepath.Join(profile, searchesName)} {
		text, err := os.ReadFile(path)
		name, outside := filepath.Rel(profile, path)
		if err != nil || outside != nil || !strings.Contains(string(text), old+"/") {
			continue
		}
		before := old + "/"
		list = append(list, Change{File: name, Key: before, Old: &before, New: to + "/"})
	}
	return list
}

// of returns the changes of some files.
func of(list []Change, is func(file string) bool) []Change {
	var out []Change
	for _, c := range list {
		if is(c.File) {
			out = append(out, c)
		}
	}
	return out
}

// is and isText tell the files apart.
func is(name string) func(string) bool { return func(file string) bool { return file == name } }

func isText(file string) bool {
	return file != prefsName && file != overridesName && file != permissionName
}

// Apply makes the changes of a plan. They are noted first.
func (j Journal) Apply(ctx context.Context, profile string, p Plan, now time.Time) error {
	if profiles.Open(profile) {
		return ErrOpen
	}
	notes, err := j.Notes()
	if err != nil {
		return err
	}
	prefs, err := readPrefs(profile, prefsName)
	if err != nil {
		return err
	}
	n := Note{Profile: profile, Address: p.Local.Address, Dir: p.Account.Dir, When: now, Changes: p.Changes}
	if n.OldRoot, n.NewRoot = folderRoots(p.Account); p.Way != nil {
		n.Way, n.OldRoot, n.NewRoot = p.Way.Kind, "", ""
		n.Dirs, n.Trusted, n.TurnedOn = p.Dirs, p.Trusted, p.TurnedOn
	}
	if n.Backup, err = j.backup(filepath.Join(profile, prefsName), now); err != nil {
		return err
	}
	if err := j.keep(append(notes, n)); err != nil {
		return err
	}
	// The preferences go last: until then Thunderbird reads mail as before.
	if err := accept(profile, of(p.Changes, is(overridesName))); err != nil {
		return err
	}
	if err := permit(ctx, profile, of(p.Changes, is(permissionName))); err != nil {
		return err
	}
	for _, c := range of(p.Changes, isText) {
		if err := exchange(filepath.Join(profile, c.File), c.Key, c.New); err != nil {
			return err
		}
	}
	for _, c := range of(p.Changes, is(prefsName)) {
		prefs.Set(c.Key, Value(c.New))
	}
	return writeFile(filepath.Join(profile, prefsName), prefs.Bytes())
}

// exchange puts one text in place of another wherever it stands in a file.
func exchange(path, old, by string) error {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading %s: %w", path, err)
	}
	changed := strings.ReplaceAll(string(text), old, by)
	if changed == string(text) {
		return nil
	}
	return writeFile(path, []byte(changed))
}

// Undo takes back what a note says, as far as it is still as it was set, and
// returns what was left because it had changed since. The note is forgotten when
// all is done.
func (j Journal) Undo(ctx context.Context, n Note) (left []Change, err error) {
	if profiles.Open(n.Profile) {
		return nil, ErrOpen
	}
	notes, err := j.Notes()
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(n.Profile); err == nil {
		if left, err = j.undo(ctx, n); err != nil {
			return left, err
		}
	}
	var rest []Note
	for _, other := range notes {
		if other.Profile != n.Profile || other.Address != n.Address || !other.When.Equal(n.When) {
			rest = append(rest, other)
		}
	}
	return left, j.keep(rest)
}

// undo takes back what a note says in a profile that is there.
func (j Journal) undo(ctx context.Context, n Note) (left []Change, err error) {
	p, err := readPrefs(n.Profile, prefsName)
	if err != nil {
		return nil, err
	}
	if p != nil {
		left = append(left, unset(p, n)...)
		if err := writeFile(filepath.Join(n.Profile, prefsName), p.Bytes()); err != nil {
			return left, err
		}
	}
	for _, c := range of(n.Changes, isText) {
		if err := exchange(filepath.Join(n.Profile, c.File), c.New, c.Key); err != nil {
			return left, err
		}
	}
	more, err := unaccept(n.Profile, of(n.Changes, is(overridesName)))
	if err != nil {
		return left, err
	}
	left = append(left, more...)
	if err := distrust(ctx, n); err != nil {
		return left, err
	}
	more, err = unpermit(ctx, n.Profile, of(n.Changes, is(permissionName)))
	return append(left, more...), err
}

// distrust takes out of a profile the certificates that it was made to trust, and that are
// still there.
func distrust(ctx context.Context, n Note) error {
	if len(n.Trusted) == 0 {
		return nil
	}
	p := trust.Profile{Program: trust.Thunderbird, Dir: n.Profile}
	there, err := p.Names(ctx)
	if err != nil {
		return err
	}
	return p.Remove(ctx, slices.DeleteFunc(there, func(name string) bool { return !slices.Contains(n.Trusted, name) }))
}

// unset puts preferences back. Names of folders that were made since follow the
// name of their server.
func unset(p *Prefs, n Note) (left []Change) {
	for _, c := range of(n.Changes, is(prefsName)) {
		now, there := p.Get(c.Key)
		switch {
		case there && now != Value(c.New) && (c.Old == nil || now != Value(*c.Old)):
			left = append(left, c)
		case c.Old == nil:
			p.Remove(c.Key)
		case there:
			p.Set(c.Key, Value(*c.Old))
		}
	}
	for _, name := range p.Names() {
		if n.NewRoot == "" {
			break // no account was renamed
		}
		if text := p.Text(name); text == n.NewRoot || strings.HasPrefix(text, n.NewRoot+"/") {
			p.Set(name, Text(n.OldRoot+strings.TrimPrefix(text, n.NewRoot)))
		}
	}
	return left
}
