package mark

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/internal/dkim"
	"github.com/unseen-mail/unseen/internal/evidence/custody"
)

// byTime puts mails in the order in which they were sent.
func byTime(list []Kept) {
	slices.SortStableFunc(list, func(a, b Kept) int { return a.Sent.Compare(b.Sent) })
}

// Unasked are the names of keys that mails of a sender need and that nobody was asked
// for, each once; only of mails that were kept before a time.
func (v *Vault) Unasked(sender string, before time.Time) ([]string, error) {
	list, err := v.Mails(sender)
	if err != nil {
		return nil, err
	}
	var names []string
	for i := range list {
		if list[i].Asked.IsZero() && list[i].At.Before(before) {
			names = append(names, list[i].Names...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// Answered keeps what was answered for keys, and what the signatures of the mails that
// waited for it come to. Refused are names that were not to be asked for.
func (v *Vault) Answered(sender string, answers []dkim.Answer, refused []string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	records := make(map[string]string)
	for _, a := range answers {
		if len(a.Records) == 1 { // RFC 6376, section 3.6.2.2: with more, nothing is said
			records[a.Name] = a.Records[0]
		}
		if err := v.answer(sender, a); err != nil {
			return err
		}
	}
	list, err := v.mails(sender)
	if err != nil {
		return err
	}
	for i := range list {
		if err := v.settle(sender, &list[i], answers, records, refused); err != nil {
			return err
		}
	}
	return nil
}

// answer keeps one answer.
func (v *Vault) answer(sender string, a dkim.Answer) error {
	text, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return fmt.Errorf("keeping an answer: %w", err)
	}
	text = append(text, '\n')
	sum := sha256.Sum256(text)
	// A sender chooses the names of keys, and could choose two of one end: by what was
	// answered, neither lies over the other.
	name := fmt.Sprintf("%s/%s-%s-%x.json", keysIn, plain(a.Name, 60), a.At.UTC().Format("20060102T150405Z"), sum[:4])
	ad := "without DNSSEC (AD)"
	if a.Authentic {
		ad = "with DNSSEC (AD)"
	}
	detail := fmt.Sprintf("%s TXT of %s: %s, %d records, %s", a.Name, a.Resolver, a.Code, len(a.Records), ad)
	if err := v.note(sender, custody.Deed{What: "asked", Path: name, SHA256: hex.EncodeToString(sum[:]), Detail: detail}); err != nil {
		return err
	}
	return writeWhole(filepath.Join(v.Dir(sender), name), text)
}

// settle says what the signatures of a mail come to, once all its names were answered
// or refused.
func (v *Vault) settle(sender string, k *Kept, answers []dkim.Answer, records map[string]string, refused []string) error {
	if !k.Asked.IsZero() {
		return nil
	}
	var unasked []string
	for _, name := range k.Names {
		switch {
		case slices.Contains(refused, name):
			unasked = append(unasked, name)
		case !slices.ContainsFunc(answers, func(a dkim.Answer) bool { return a.Name == name }):
			return nil // it waits on
		}
	}
	raw, err := v.Raw(sender, k.SHA256)
	if err != nil {
		return err
	}
	k.Asked, k.Unasked = v.now().UTC(), unasked
	k.Signatures = dkim.Check(raw, func(name string) string { return records[name] })
	return writeJSON(filepath.Join(v.Dir(sender), mailsIn, k.SHA256+".json"), k)
}

// Attach keeps a file of the reader's. It is theirs, and nobody has checked it.
func (v *Vault) Attach(sender, name string, content []byte) (Supplied, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(content) > MaxSupplied {
		return Supplied{}, ErrTooLarge
	}
	if _, err := v.of(sender); err != nil {
		return Supplied{}, err
	}
	if err := v.room(int64(len(content))); err != nil {
		return Supplied{}, err
	}
	sum := sha256.Sum256(content)
	s := Supplied{SHA256: hex.EncodeToString(sum[:]), Size: int64(len(content)), At: v.now().UTC()}
	s.Name = hex.EncodeToString(sum[:4]) + "-" + plain(filepath.Base(name), 80)
	deed := custody.Deed{What: "supplied", Path: suppliedIn + "/" + s.Name, SHA256: s.SHA256, Detail: "by the complainant; Unseen has not checked it"}
	if err := v.note(sender, deed); err != nil {
		return s, err
	}
	v.octets += s.Size
	return s, writeWhole(filepath.Join(v.Dir(sender), suppliedIn, s.Name), content)
}

// Supplied lists the reader's files, the first one first.
func (v *Vault) Supplied(sender string) ([]Supplied, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	deeds, err := v.deeds(sender)
	if err != nil {
		return nil, err
	}
	var list []Supplied
	for _, d := range deeds {
		if d.What != "supplied" {
			continue
		}
		info, err := os.Stat(filepath.Join(v.Dir(sender), filepath.FromSlash(d.Path)))
		if err == nil {
			list = append(list, Supplied{Name: filepath.Base(d.Path), SHA256: d.SHA256, Size: info.Size(), At: d.Time})
		}
	}
	return list, nil
}

// deeds reads a sender's log.
func (v *Vault) deeds(sender string) ([]custody.Deed, error) {
	text, err := os.ReadFile(filepath.Join(v.Dir(sender), logAt))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the log of a mark: %w", err)
	}
	deeds, _, err := custody.Read(text)
	return deeds, err
}

// Write notes that a letter was written, or came. A day of the future is refused.
func (v *Vault) Write(sender string, l Letter) ([]Letter, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	on, err := time.Parse(time.DateOnly, l.On)
	if err != nil || on.After(v.now()) || !slices.Contains([]string{"request", "complaint", "answer"}, l.Kind) {
		return nil, fmt.Errorf("noting a letter of %q, %q: %w", l.Kind, l.On, fs.ErrInvalid)
	}
	if _, err := v.of(sender); err != nil {
		return nil, err
	}
	list, err := v.letters(sender)
	if err != nil {
		return nil, err
	}
	l.Noted = v.now().UTC()
	if err := v.note(sender, custody.Deed{What: "written", Detail: strings.TrimSpace(l.Kind+" of "+l.On+" "+l.With) + ", as the complainant says"}); err != nil {
		return nil, err
	}
	list = append(list, l)
	slices.SortStableFunc(list, func(a, b Letter) int { return strings.Compare(a.On, b.On) })
	return list, writeJSON(filepath.Join(v.Dir(sender), lettersAt), list)
}

// Letters lists what the reader said of letters, by their days.
func (v *Vault) Letters(sender string) ([]Letter, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.letters(sender)
}

func (v *Vault) letters(sender string) ([]Letter, error) {
	list := []Letter{}
	err := readJSON(filepath.Join(v.Dir(sender), lettersAt), &list)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return list, err
}
