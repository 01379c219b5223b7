package mark

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"net/mail"
	"os"
	"path/filepath"
	"strings"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/internal/dkim"
	"github.com/unseen-mail/unseen/internal/evidence/custody"
)

// A Keeping is a mail that is being kept as it streams. It ends by End or Drop.
type Keeping struct {
	vault  *Vault
	sender string
	file   *os.File
	sum    hash.Hash
	size   int64
	err    error
}

// Begin begins to keep a mail of a marked sender.
func (v *Vault) Begin(sender string) (*Keeping, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if _, err := v.of(sender); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(filepath.Join(v.Dir(sender), mailsIn), ".*.part")
	if err != nil {
		return nil, fmt.Errorf("keeping a mail: %w", err)
	}
	return &Keeping{vault: v, sender: sender, file: f, sum: sha256.New()}, nil
}

// Write takes more of the mail. It never fails: End does.
func (k *Keeping) Write(b []byte) (int, error) {
	if k.size += int64(len(b)); k.size > MaxMail && k.err == nil {
		k.err = ErrTooLarge
	}
	if k.err == nil {
		k.sum.Write(b)
		_, k.err = k.file.Write(b)
	}
	return len(b), nil
}

// Drop forgets what was taken.
func (k *Keeping) Drop() {
	k.file.Close()
	os.Remove(k.file.Name()) // what is left of it is taken away by Sweep
}

// End keeps the mail, and says false if it was kept before. Its line stands in the log
// before the mail is in its place: a mail that the log does not know of is from nowhere.
func (k *Keeping) End(had Had) (Kept, bool, error) {
	defer k.Drop()
	if k.err == nil {
		k.err = k.file.Sync()
	}
	if k.err != nil {
		return Kept{}, false, fmt.Errorf("keeping a mail: %w", k.err)
	}
	one := Kept{V: 1, SHA256: hex.EncodeToString(k.sum.Sum(nil)), Size: k.size, At: k.vault.now().UTC(), Had: had}
	v := k.vault
	v.mu.Lock()
	defer v.mu.Unlock()
	m, err := v.of(k.sender)
	if err != nil {
		return one, false, err
	}
	base := filepath.Join(v.Dir(k.sender), mailsIn, one.SHA256)
	if err := readJSON(base+".json", &one); err == nil {
		return one, false, nil
	}
	raw, err := os.ReadFile(k.file.Name())
	if err != nil {
		return one, false, fmt.Errorf("keeping a mail: %w", err)
	}
	one.describe(raw)
	if err := v.room(k.size); err != nil {
		return one, false, err
	}
	if err := v.note(k.sender, custody.Deed{What: "kept", Path: mailsIn + "/" + one.SHA256 + ".eml", SHA256: one.SHA256, Detail: had.String()}); err != nil {
		return one, false, err
	}
	if err := os.Rename(k.file.Name(), base+".eml"); err != nil {
		return one, false, fmt.Errorf("keeping a mail: %w", err)
	}
	v.octets += k.size
	if err := writeJSON(base+".json", one); err != nil {
		return one, false, err
	}
	return one, true, v.had(m, one.HeaderSHA256)
}

// had takes a mail from those that are waited for.
func (v *Vault) had(m Mark, header string) error {
	for i, wanted := range m.Messages {
		if wanted == header {
			m.Messages = append(m.Messages[:i:i], m.Messages[i+1:]...)
			return writeJSON(filepath.Join(v.Dir(m.Sender), markAt), m)
		}
	}
	return nil
}

// Keep keeps a whole mail.
func (v *Vault) Keep(sender string, raw []byte, had Had) (Kept, bool, error) {
	k, err := v.Begin(sender)
	if err != nil {
		return Kept{}, false, err
	}
	if _, err := io.Copy(k, bytes.NewReader(raw)); err != nil {
		return Kept{}, false, err
	}
	return k.End(had)
}

// describe fills in what a mail says of itself.
func (k *Kept) describe(raw []byte) {
	sum := sha256.Sum256(raw[:message.HeaderEnd(raw)])
	k.HeaderSHA256 = hex.EncodeToString(sum[:])
	h := message.Header(raw)
	k.Subject = h.Text("Subject")
	if t, err := mail.ParseDate(h.Get("Date")); err == nil {
		k.Sent = t.UTC()
	}
	k.Names = append([]string{}, dkim.Names(raw)...)
}

// String says in one line how a mail was had.
func (h Had) String() string {
	switch h.How {
	case ByRelay:
		return fmt.Sprintf("as %s sent it to a mail program through Unseen; %s", h.Server, h.where())
	case ByMailbox:
		return fmt.Sprintf("read from %s by Unseen with BODY.PEEK[]; %s", h.Server, h.where())
	case ByAddOn:
		return "handed over by the add-on of a mail program, account " + h.Account
	case Restored:
		return fmt.Sprintf("from the complainant's file %q, which Unseen had rewritten: put back, and proved by the hashes of the parts that were rewritten", h.File)
	}
	return fmt.Sprintf("from the complainant's file %q", h.File)
}

// where says where it lay.
func (h Had) where() string {
	return fmt.Sprintf("account %s, mailbox %q, UIDVALIDITY %d, UID %d", h.Account, h.Mailbox, h.UIDValidity, h.UID)
}

// room says whether there is room for more.
func (v *Vault) room(more int64) error {
	if v.octets < 0 {
		v.octets = 0
		err := filepath.WalkDir(v.dir, func(_ string, e fs.DirEntry, err error) error {
			if err != nil || !e.Type().IsRegular() {
				return err
			}
			info, err := e.Info()
			if err == nil {
				v.octets += info.Size()
			}
			return err
		})
		if err != nil {
			v.octets = -1
			return fmt.Errorf("counting what is kept: %w", err)
		}
	}
	if v.octets+more > MaxTotal {
		return ErrFull
	}
	return nil
}

// Mails lists what is kept of a sender, the oldest first.
func (v *Vault) Mails(sender string) ([]Kept, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.mails(sender)
}

func (v *Vault) mails(sender string) ([]Kept, error) {
	dir := filepath.Join(v.Dir(sender), mailsIn)
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("listing kept mails: %w", err)
	}
	var list []Kept
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".json") {
			continue
		}
		var k Kept
		if err := readJSON(filepath.Join(dir, e.Name()), &k); err != nil {
			return nil, err
		}
		list = append(list, k)
	}
	byTime(list)
	return list, nil
}

// Raw returns a kept mail.
func (v *Vault) Raw(sender, sha256 string) ([]byte, error) {
	if strings.Trim(sha256, "0123456789abcdef") != "" || len(sha256) != 64 {
		return nil, fmt.Errorf("reading a kept mail: %w", fs.ErrInvalid)
	}
	raw, err := os.ReadFile(filepath.Join(v.Dir(sender), mailsIn, sha256+".eml"))
	if err != nil {
		return nil, fmt.Errorf("reading a kept mail: %w", err)
	}
	return raw, nil
}

// Sweep takes away what was cut off when a process ended.
func (v *Vault) Sweep() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	parts, err := filepath.Glob(filepath.Join(v.dir, "*", mailsIn, ".*.part"))
	for _, part := range parts {
		err = errors.Join(err, os.Remove(part))
	}
	if err != nil {
		return fmt.Errorf("sweeping: %w", err)
	}
	return nil
}
