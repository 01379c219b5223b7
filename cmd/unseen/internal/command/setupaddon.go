package command

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/native"
	"github.com/unseen-mail/unseen/internal/profiles"
	"github.com/unseen-mail/unseen/internal/words"
)

// setupAddOn is the way in that changes no account.
type setupAddOn struct{ addOnInstall }

// offerAddOn says what the add-on is good for, where there is a Thunderbird without it.
func (s *session) offerAddOn(list []profiles.Profile) {
	for _, p := range list {
		if _, err := os.Stat(filepath.Join(p.Dir, "extensions", native.AddOn+".xpi")); err != nil {
			s.say(words.SetupAddOn)
			return
		}
	}
}

// addOnFiles are the files that were installed for the add-on.
func (s *session) addOnFiles() []string {
	paths, _, err := s.paths()
	if err != nil {
		return nil
	}
	files := []string{filepath.Join(paths.Data, addOnFile)}
	if dirs, err := s.manifestDirs(); err == nil {
		files = append(files, native.Files(paths.Data, dirs)...)
	}
	var there []string
	for _, file := range files {
		if _, err := os.Stat(file); err == nil {
			there = append(there, file)
		}
	}
	return there
}

// leaveAddOn takes away what was installed for the add-on, if anything was, and lets none
// in any more that came by a code.
func (s *session) leaveAddOn(ctx context.Context, client *api.Client) error {
	_, err := client.AddOnUnpair(ctx)
	if len(s.addOnFiles()) > 0 {
		err = errors.Join(err, (&addOnRemove{}).Run(s))
	}
	return err
}
