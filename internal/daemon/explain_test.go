package daemon

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/config"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/internal/words"
)

// What keeps Unseen from starting is one sentence, and one on what to do.
func TestExplain(t *testing.T) {
	long := "/" + strings.Repeat("x", 100)
	for name, c := range map[string]struct {
		err        error
		dir        string
		text, hint string
	}{
		"running":      {&api.RunningError{PID: 7}, "/d", "starting: Unseen is running already (process 7)", "it goes on protecting"},
		"locked":       {&store.LockedError{Path: "/d/lock", PID: 7}, "/d", "starting: another Unseen has it open: process 7 (/d/lock)", "end it first"},
		"shut":         {fmt.Errorf("x: %w", store.ErrReadOnly), "/d", "opening /d: it may not be written", "UNSEEN_DATA"},
		"shut by mode": {&fs.PathError{Op: "mkdir", Path: "/d", Err: syscall.EACCES}, "/d", "opening /d: it may not be written", "UNSEEN_DATA"},
		"read-only":    {&fs.PathError{Op: "mkdir", Path: "/d", Err: syscall.EROFS}, "/d", "opening /d: it may not be written", "right to write"},
		"full":         {fmt.Errorf("x: %w", store.ErrFull), "/d", "opening /d: the disk is full", "make room"},
		"a file":       {&fs.PathError{Op: "mkdir", Path: "/d", Err: syscall.ENOTDIR}, "/d", "opening /d: it is not a directory", "UNSEEN_DATA"},
		"a link":       {fmt.Errorf("x: %w", config.ErrNoDirectory), "/d", "opening /d: it is not a directory", "UNSEEN_DATA"},
		"damaged":      {fmt.Errorf("x: %w", store.ErrDamaged), "/d", "opening /d: unseen.db is not as it was written", "backup"},
		"long":         {fmt.Errorf("x: %w", syscall.EINVAL), long, "opening " + long + ": its name is too long to hold a control socket", "UNSEEN_DATA"},
		"said already": {&words.Fault{Text: "no port", Hint: "free one"}, "/d", "no port", "free one"},
		"anything":     {errors.Join(errors.New("a"), errors.New("b")), "/d", "starting: a; b", "did not start"},
	} {
		t.Run(name, func(t *testing.T) {
			var fault *words.Fault
			err := explain(words.English(), place{c.dir, "UNSEEN_DATA"}, c.err)
			if !errors.As(err, &fault) || fault.Text != c.text || !strings.Contains(fault.Hint, c.hint) || strings.Contains(fault.Hint, "[") {
				t.Errorf("got %q, %+v", err, fault)
			}
		})
	}
}
