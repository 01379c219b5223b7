package command

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

type evidenceMark struct {
	Target    string `arg:"" name:"message|sender" help:"${help_evidence_target}"`
	Older     bool   `help:"${help_evidence_older}"`
	Keys      bool   `help:"${help_evidence_keys}"`
	Authority string `placeholder:"URL" help:"${help_evidence_mark_authority}"`
	Days      int    `placeholder:"DAYS" help:"${help_evidence_days}"`
	Account   string `placeholder:"ADDRESS" help:"${help_evidence_account}"`
	Login     string `help:"${help_login}"`
	Yes       bool   `short:"y" help:"${help_evidence_yes}"`
}

type evidenceMarks struct {
	Format string `enum:"text,json" default:"text" help:"${help_evidence_marks_format}"`
}

type evidenceUnmark struct {
	Sender  string `arg:"" help:"${help_evidence_marked}"`
	Destroy bool   `help:"${help_evidence_destroy}"`
	Yes     bool   `short:"y" help:"${help_evidence_destroy_yes}"`
}

// headerDigits is how long the number of a message is.
const headerDigits = 64

// Run marks a sender or a mail. Every request that would be made is said first, and
// nothing is marked without a yes to them.
func (c *evidenceMark) Run(ctx context.Context, s *session) error {
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	q := api.MarkRequest{Days: c.Days, Keys: c.Keys, Authority: c.Authority, Older: c.Older, Address: c.Account, Login: c.Login}
	if info, err := os.Stat(c.Target); err == nil && info.Mode().IsRegular() {
		return c.take(ctx, s, client)
	}
	q.Sender = c.Target
	if len(c.Target) == headerDigits && strings.Trim(c.Target, "0123456789abcdef") == "" {
		q.Sender, q.Message = "", c.Target
	}
	mailbox, agreed, err := c.announce(ctx, s, client, q)
	if err != nil || !agreed {
		return err
	}
	if mailbox != "" {
		password, err := s.passwordOf(ctx, mailbox)
		if err != nil {
			return err
		}
		q.Password = api.Secret(password)
	}
	told := s.progress(words.MarkProgress)
	for at, err := range client.Mark(ctx, q) {
		switch {
		case err != nil:
			return err
		case at.End && at.Mark != nil:
			s.markLine(at.Mark)
			c.hints(s, at.Mark)
		case told != nil:
			told(at.Done, at.Of)
		}
	}
	return nil
}

// announce says what would be asked of whom, and asks for a yes. It names the account
// whose mailbox would be read.
func (c *evidenceMark) announce(ctx context.Context, s *session, client *api.Client, q api.MarkRequest) (mailbox string, agreed bool, err error) {
	q.Dry = true
	var asks []api.Asking
	for at, err := range client.Mark(ctx, q) {
		if err != nil {
			return "", false, err
		}
		asks = at.Asks
	}
	for _, one := range asks {
		if one.Kind == "mailbox" {
			mailbox = one.What
		}
		s.say(words.MarkAnnounce, "whom", one.Whom, "learns", one.Learns)
	}
	if len(asks) == 0 || c.Yes {
		return mailbox, true, nil
	}
	if !s.confirmed(words.MarkAsk) {
		s.say(words.EvidenceNotAsked)
		return "", false, nil
	}
	return mailbox, true, nil
}

// take keeps a mail of a file.
func (c *evidenceMark) take(ctx context.Context, s *session, client *api.Client) error {
	f, err := os.Open(c.Target)
	if err != nil {
		return s.fault(err, words.ReadingFile, words.ReadingFileHint, "path", c.Target, "what", bare(err))
	}
	defer f.Close()
	m, err := client.TakeMail(ctx, api.TakeRequest{Name: filepath.Base(c.Target)}, f)
	if err != nil {
		return err
	}
	s.markLine(&m)
	if c.Keys {
		return c.keys(ctx, s, client, m.Sender)
	}
	c.hints(s, &m)
	return nil
}

// keys asks for the keys of what was kept, after it said which.
func (c *evidenceMark) keys(ctx context.Context, s *session, client *api.Client, sender string) error {
	plan, err := client.AskKeys(ctx, api.KeysRequest{Sender: sender, Dry: true})
	if err != nil {
		return err
	}
	for _, name := range plan.Names {
		s.say(words.MarkKey, "name", name, "whom", plan.Resolver)
	}
	for _, name := range plan.Refused {
		s.say(words.MarkKeyRefused, "name", name)
	}
	if len(plan.Names) > 0 && !c.Yes && !s.confirmed(words.MarkAsk) {
		s.say(words.EvidenceNotAsked)
		return nil
	}
	done, err := client.AskKeys(ctx, api.KeysRequest{Sender: sender})
	if err != nil {
		return err
	}
	s.say(words.MarkKeysDone, "n", len(done.Names)-len(done.Failed), "of", len(done.Names), "ad", done.Authentic)
	s.markLine(&done.Mark)
	return nil
}

// hints say what could be agreed to as well.
func (c *evidenceMark) hints(s *session, m *api.Mark) {
	program := s.program() + " evidence "
	if m.Active && !c.Older {
		s.say(words.MarkHintOlder, "command", program+"mark "+quoted(m.Sender)+" --older")
	}
	if m.Mails > m.Checked {
		s.say(words.MarkHintKeys, "command", program+"mark "+c.Target+" --keys")
	}
	if m.Unstamped {
		s.say(words.MarkHintStamp, "command", program+"stamp "+quoted(m.Sender)+" --authority https://…")
	}
}

// quoted is a name as a shell takes it.
func quoted(name string) string {
	if strings.ContainsAny(name, " <>") {
		return "'" + name + "'"
	}
	return name
}

// markLine says how a mark stands.
func (s *session) markLine(m *api.Mark) {
	key := words.MarkLine
	if !m.Active {
		key = words.MarkLineEnded
	}
	s.say(key, "sender", m.Sender, "n", m.Mails, "size", s.words.Bytes(m.Octets), "until", s.words.Date(m.Until))
	if m.Waiting > 0 {
		s.say(words.MarkWaiting, "n", m.Waiting)
	}
	if m.Checked > 0 {
		s.say(words.MarkChecked, "n", m.Holding, "of", m.Checked)
	}
	for _, one := range m.Stamps {
		s.say(words.MarkStamped, "time", s.words.DateTime(one.Time)+" UTC", "who", one.Authority)
	}
	for _, one := range m.Supplied {
		s.say(words.MarkSupplied, "name", one.Name, "size", s.words.Bytes(one.Size))
	}
	s.letterLines(m.Letters)
}

// Run lists the marked senders.
func (c *evidenceMarks) Run(ctx context.Context, s *session) error {
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	list, err := client.Marks(ctx)
	if err != nil {
		return err
	}
	if c.Format == "json" {
		return s.object(list)
	}
	if len(list) == 0 {
		s.say(words.MarksNone)
	}
	for i := range list {
		s.markLine(&list[i])
	}
	waiting, err := client.WaitingStamps(ctx)
	for _, w := range waiting {
		s.say(words.EvidenceWaiting, "path", w.Path, "authority", w.Authority, "date", s.words.Date(w.Since))
	}
	return err
}

// Run ends a mark. What is destroyed cannot be had back, so that is asked.
func (c *evidenceUnmark) Run(ctx context.Context, s *session) error {
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	if c.Destroy && !c.Yes && !s.confirmed(words.MarkDestroyAsk, "sender", c.Sender) {
		s.say(words.MarkLeft)
		return nil
	}
	m, err := client.Unmark(ctx, api.UnmarkRequest{Sender: c.Sender, Destroy: c.Destroy})
	if err != nil {
		return err
	}
	if c.Destroy {
		s.say(words.MarkDestroyed, "sender", m.Sender, "n", m.Mails)
		return nil
	}
	s.say(words.MarkEnded, "sender", m.Sender, "n", m.Mails)
	return nil
}

// isBag says whether an argument is a bag and no sender.
func isBag(target string) bool {
	_, err := os.Stat(target)
	return !errors.Is(err, os.ErrNotExist)
}
