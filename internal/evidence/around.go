package evidence

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/unseen-mail/unseen/detect/claim"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// text is what a field that may be null holds.
func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// writeRules keeps the tables that the verdicts rest on, so that they can be made
// again when others are in force.
func (c *Case) writeRules() error {
	err := fs.WalkDir(catalogue.Embedded(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(catalogue.Embedded(), name)
		if err != nil {
			return err
		}
		return writeWhole(filepath.Join(c.opt.Dir, rulesDir, path.Base(name)), text)
	})
	if err != nil {
		return fmt.Errorf("keeping the rules: %w", err)
	}
	return nil
}

// systemName is what the system calls itself (os-release(5)), "" if it does not.
func systemName() string {
	text, err := os.ReadFile("/etc/os-release")
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, "PRETTY_NAME="); ok {
			return strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	return ""
}

// network is the content of network.json.
func (c *Case) network() any {
	note := "No request was made. Opening an address of these messages would tell its owner that somebody did."
	if len(c.requests) > 0 {
		note = "These requests were made, each after it was announced and agreed to. No address in a message was opened: that would tell its owner that somebody did."
	}
	return map[string]any{"requests": append([]Request{}, c.requests...), "note": note}
}

// claimsFile is the content of claims.json.
func claimsFile(x *Examined) any {
	type said struct {
		Message string        `json:"message_sha256"`
		Claims  []claim.Claim `json:"claims"`
	}
	all := []said{}
	for _, m := range x.Messages {
		if len(m.Claims) > 0 {
			all = append(all, said{m.MessageSHA256, m.Claims})
		}
	}
	return map[string]any{
		"note":     "What the senders say about tracking, in their own mails. It is their word. Unseen cannot see what was agreed at a sign-up.",
		"messages": all,
		"senders":  x.Senders,
	}
}
