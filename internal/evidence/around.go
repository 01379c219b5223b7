package evidence

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"time"

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

// An Environment says where and how a bag was made, by the list of AFNOR NF
// Z67-147 as far as it fits a mail that was read and not a page that was fetched.
type Environment struct {
	// Tool is the program, System the operating system and its architecture.
	Tool   Tool   `json:"tool"`
	System string `json:"system"`
	// Clock is the time of the machine when the messages were examined, in UTC,
	// and Zone its time zone. Whether the clock was right was not checked: that
	// would have taken a request.
	Clock time.Time `json:"clock"`
	Zone  string    `json:"zone"`
	// Proxy says that Unseen stands between mail program and server, and Octets
	// what that means for these messages.
	Proxy  string `json:"proxy"`
	Octets string `json:"octets"`
	// Network says what was asked of it.
	Network string `json:"network"`
}

// environment describes this machine.
func (c *Case) environment() Environment {
	now := c.opt.Now()
	zone, _ := now.Zone()
	return Environment{
		Tool: c.opt.Tool, System: runtime.GOOS + "/" + runtime.GOARCH + " " + systemName(),
		Clock: now.UTC(), Zone: zone,
		Proxy:   "Unseen may stand between the complainant's mail program and mail server and replace addresses there.",
		Octets:  "The messages in this bag were read from where custody.jsonl says and are as they were read. Messages with addresses of Unseen in them are refused.",
		Network: "No request was made to make this bag: no address in a message was opened and no name was looked up.",
	}
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
func network() any {
	return map[string]any{
		"requests": []string{},
		"note":     "No request was made. Opening an address of these messages would tell its owner that somebody did.",
	}
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
