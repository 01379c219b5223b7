package start

import (
	"context"
	"os"
	"path/filepath"
	"runtime"

	"github.com/unseen-mail/unseen/gui/launch"
	"github.com/unseen-mail/unseen/gui/window"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/profiles"
	"github.com/unseen-mail/unseen/internal/programs"
	"github.com/unseen-mail/unseen/internal/setup"
	"github.com/unseen-mail/unseen/internal/words"
)

// programsOf is how the window brings mail programs of this reader behind Unseen; nil
// where nobody knows where they keep their settings.
func (s *shown) programsOf(client *api.Client) *window.Programs {
	home, err := os.UserHomeDir()
	if err != nil {
		return nil
	}
	f := &programs.Finder{
		Client: client, Journal: setup.Journal{Dir: filepath.Join(s.paths.Data, "setup")},
		Homes: profiles.Homes(profiles.Thunderbird, runtime.GOOS, home, s.getenv),
	}
	return &window.Programs{
		Look: func(ctx context.Context, w *words.Catalogue, address string) (list []window.Program, err error) {
			found, err := f.Look(ctx, w, address)
			for _, p := range found {
				list = append(list, window.Program(p))
			}
			return list, err
		},
		Set: f.Set, Servers: f.Servers,
		Start: func(dir string) error { return s.thunderbird(dir) },
	}
}

// thunderbird starts Thunderbird with a profile. Its own start leads to the one that runs
// already, if there is one.
func (s *shown) thunderbird(dir string) error {
	path, err := launch.Find("thunderbird")
	if err != nil {
		return &words.Fault{Text: s.words.Say(words.WinProgramNone, "program", string(profiles.Thunderbird)), Hint: s.words.Say(words.WinProgramNoneHint), Err: err}
	}
	return launch.Start(path, "--profile", dir)
}
