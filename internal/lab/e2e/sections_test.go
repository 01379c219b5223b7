package e2e_test

import (
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/setup"
)

// What setup prints for mbsync and OfflineIMAP is understood by them as it is, over
// TLS and with the certificate of this computer.
func TestSectionsWork(t *testing.T) {
	lab.Need(t, "mbsync", "offlineimap")
	h := openHouse(t, three())
	dir := lab.Dir(t)
	certificate := filepath.Join(dir, "certificate.pem")
	write(t, certificate, certificateAt(t, h))
	for program, c := range map[string]struct {
		before, after string
		args          []string
	}{
		"mbsync": {
			"", "Pass " + lab.Password + "\nAuthMechs LOGIN\n\nIMAPStore far\nAccount " + reader + "\n\nMaildirStore near\nPath DIR/\nInbox DIR/mbsync\n\n" +
				"Channel c\nFar :far:\nNear :near:\nPatterns INBOX\nCreate Near\nSyncState *\n",
			[]string{"-q", "-c", "RC", "c"},
		},
		"offlineimap": {
			"[general]\naccounts = a\nmetadata = DIR/state\n[Account a]\nlocalrepository = near\nremoterepository = far\n[Repository near]\ntype = Maildir\nlocalfolders = DIR/offlineimap\n[Repository far]\n",
			"remotepass = " + lab.Password + "\nauth_mechanisms = PLAIN\n",
			[]string{"-c", "RC", "-o", "-u", "basic"},
		},
	} {
		t.Run(program, func(t *testing.T) {
			s, ok := setup.Sections(program, h.local(t), login, certificate)
			if !ok {
				t.Fatal("there is no section")
			}
			rc := filepath.Join(dir, program+"rc")
			fill := strings.NewReplacer("DIR", dir, "RC", rc)
			write(t, rc, fill.Replace(c.before)+s.Text+fill.Replace(c.after))
			for i := range c.args {
				c.args[i] = fill.Replace(c.args[i])
			}
			cmd := exec.Command(program, c.args...)
			cmd.Env = append(os.Environ(), "HOME="+dir)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			found, _ := filepath.Glob(filepath.Join(dir, program, "cur", "*"))
			for _, sub := range []string{"new", "INBOX/cur", "INBOX/new"} {
				more, _ := filepath.Glob(filepath.Join(dir, program, sub, "*"))
				found = append(found, more...)
			}
			if len(found) != 3 {
				t.Errorf("it fetched %q", found)
			}
		})
	}
}

// certificateAt is the certificate that Unseen shows, in PEM.
func certificateAt(t *testing.T, h *house) string {
	t.Helper()
	conn, err := tls.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", h.account.Local.IMAPS), &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: conn.ConnectionState().PeerCertificates[0].Raw}))
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
