package daemon_test

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/unseen-mail/unseen/internal/backup"
	"github.com/unseen-mail/unseen/internal/evidence"
)

// A store that was lost comes back from a backup: old mail leads where it led, and
// what was decided is decided.
func TestBackup(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", coatsTag+pixel))
	h.start()
	served := h.fetch(h.connect(anywhere), "INBOX")[0]
	h.decide("refused", "shop.example")
	before, err := h.client.Verify(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	sealing := filepath.Join(h.paths.Data, evidence.KeyFile)
	if _, err := evidence.Key(sealing); err != nil {
		t.Fatal(err)
	}
	key, err := os.ReadFile(sealing)
	if err != nil {
		t.Fatal(err)
	}
	var whole bytes.Buffer
	if err := h.client.Backup(context.Background(), &whole); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(h.paths.Data, ".backup-*")); len(left) > 0 {
		t.Errorf("left %v", left)
	}
	if err := h.daemon.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(h.paths.Data); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Read(&whole, h.paths.Data); err != nil {
		t.Fatal(err)
	}
	if back, err := os.ReadFile(sealing); err != nil || !bytes.Equal(back, key) {
		t.Errorf("the key of evidence: %v", err)
	}
	h.start()
	if codes := h.ask(served); !slices.Contains(codes, http.StatusOK) {
		t.Errorf("old mail is answered %v", codes)
	}
	if after, err := h.client.Verify(context.Background()); err != nil || after != before {
		t.Errorf("the ledger is %+v, %v; was %+v", after, err, before)
	}
	if list, err := h.client.Accounts(context.Background()); err != nil || len(list) != 1 {
		t.Errorf("accounts are %+v, %v", list, err)
	}
}
