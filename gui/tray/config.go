package tray

import (
	"context"
	"errors"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// Sentinels of the package.
var (
	// ErrNoHost says that the desktop has no place for icons.
	ErrNoHost = errors.New("tray: no status notifier host")
	// ErrNoBus says that there is no session bus.
	ErrNoBus = errors.New("tray: no session bus")
)

// A Config says what the icon speaks with.
type Config struct {
	// Client speaks with the daemon.
	Client *api.Client
	// Words are the language; one that is set in the settings wins.
	Words *words.Catalogue
	// Start starts the daemon where it is not running; nil does not.
	Start func(ctx context.Context) error
	// Open shows a page of the window, or the pages in a browser.
	Open func(ctx context.Context, page []string) error
	// Quiet is how long what was held waits for more before a notice says it; zero is
	// half a minute.
	Quiet time.Duration
	// Said is told what went wrong, for a log.
	Said func(err error)
}
