package restore_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/unseen-mail/unseen/internal/restore"
)

// Whatever a file of mails holds, it stays to the octet where every mail comes back as it
// is: original, unknown, or served with nothing in it to put back.
func FuzzMbox(f *testing.F) {
	for _, text := range []string{
		"From a\r\nSubject: x\r\n\r\n>From here\r\n\r\nFrom b\r\n\r\n", "From - \nX: y\n\nFrom \n", "From a\n\n>>From b\nFrom c\r\r\n", "Subject: x\r\n\r\nFrom here on\r\n", "From ", "", "From a\n>From \n\n\nFrom b\n>From ",
	} {
		f.Add([]byte(text), uint8(0))
		f.Add([]byte(text), uint8(2))
	}
	f.Fuzz(func(t *testing.T, text []byte, answer uint8) {
		states := []restore.State{restore.Original, restore.Unknown, restore.Served}
		r := restore.Restorer{
			Source: func(_ context.Context, raw []byte) (restore.State, []byte, error) {
				return states[int(answer)%len(states)], raw, nil
			},
			Holder: func(string) string { return "" },
		}
		path := filepath.Join(t.TempDir(), "Inbox")
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Run(t.Context(), []string{path}); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != string(text) {
			t.Errorf("%q became %q, %v", text, got, err)
		}
	})
}
