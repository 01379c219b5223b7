// Package setup brings a mail program of this computer behind Unseen and away
// from it again.
//
// # What holds
//
// Nothing is changed while the program has its files open. Every change is
// listed before it is made, and noted with what stood there before, on disk,
// before the first file is written. Undoing takes back exactly what is noted,
// and of that only what is still as it was set: what the reader or the program
// changed since then stays, and is said. Files are written beside and renamed.
//
// It knows Thunderbird on every system. For the other programs it returns what
// is to be pasted or typed: see [Sections].
package setup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Sentinels of the package.
var (
	// ErrOpen says that the program has the profile open.
	ErrOpen = errors.New("setup: the mail program is running")
	// ErrJournal is a note of changes that cannot be read.
	ErrJournal = errors.New("setup: the note of changes cannot be read")
)

// A Local is an account of Unseen as a mail program is set to it.
type Local struct {
	// Address is the reader's.
	Address string
	// IMAPHost and SMTPHost are the provider's servers, by which an account is
	// found in a mail program. SMTPHost is "" if what is sent does not go through
	// Unseen.
	IMAPHost, SMTPHost string
	// IMAPPort and SMTPPort count only where those servers are on this machine, as
	// bridges are: there may be several.
	IMAPPort, SMTPPort int
	// IMAP and SMTP are ports of this machine that speak STARTTLS; SMTP is 0 if
	// there is none. IMAPS speaks TLS from the first octet.
	IMAP, IMAPS, SMTP int
	// Fingerprint is the SHA-256 of the certificate, "AB:CD:...".
	Fingerprint string
	// Origin is where the pictures of its mail lead to: "http://127.0.0.1:4180".
	Origin string
}

// Host is the name under which mail programs reach Unseen: the certificate bears
// it, and no look-up is needed.
const Host = "127.0.0.1"

// writeFile puts a file in the place of another, whole, with the same mode.
func writeFile(path string, content []byte) error {
	mode := fs.FileMode(0o600)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".unseen-*")
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("writing %s: %w", path, err), os.Remove(f.Name()))
	}
	return nil
}
