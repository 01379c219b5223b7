package lab

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A Claws is one running Claws Mail, on a display of its own.
type Claws struct {
	// Display shows it.
	Display *Display

	home, host string
	user       string
}

// StartClaws makes a profile with one account and starts Claws Mail with it. It
// ends with the test.
func StartClaws(t testing.TB, in, out Login, address string) *Claws {
	t.Helper()
	Need(t, "claws-mail", "Xvfb", "xdotool")
	host, port, err := net.SplitHostPort(in.Addr)
	if err != nil {
		t.Fatal(err)
	}
	c := &Claws{Display: StartDisplay(t), home: Dir(t), host: host, user: in.User}
	smtpHost, smtpPort := host, "9"
	if out.Addr != "" {
		if smtpHost, smtpPort, err = net.SplitHostPort(out.Addr); err != nil {
			t.Fatal(err)
		}
	}
	salt := make([]byte, 64)
	secret := clawsSecret(t, in.password(), salt)
	for name, text := range map[string]string{
		"passwordstorerc": fmt.Sprintf("[config]\nversion=1\n\n[account:1]\nrecv %s\nsend %s\n", secret, secret),
		"clawsrc":         fmt.Sprintf(clawsrc, base64.StdEncoding.EncodeToString(salt), clawsRounds),
		"accountrc":       fmt.Sprintf(clawsAccount, address, host, smtpHost, in.User, out.User, port, smtpPort),
		"folderlist.xml":  fmt.Sprintf(clawsFolders, filepath.Join(c.home, "Mail")),
	} {
		if err := os.WriteFile(filepath.Join(c.home, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"inbox", "sent", "draft", "queue", "trash"} {
		if err := os.MkdirAll(filepath.Join(c.home, "Mail", name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	c.start(t)
	return c
}

func (c *Claws) start(t testing.TB) {
	t.Helper()
	cmd := c.command(context.Background())
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	said, err := os.Create(filepath.Join(c.home, "said"))
	if err != nil {
		t.Fatal(err)
	}
	defer said.Close()
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		t.Fatalf("starting claws-mail: %v", err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // it keeps nothing that anybody needs
		_ = cmd.Wait()                                      // how it ended does not matter
	})
	if c.Display.Window(clawsMain, patience) == "" {
		text, _ := os.ReadFile(said.Name())
		titles, _ := c.Display.Do("search", "--name", ".", "getwindowname", "%@")
		t.Fatalf("claws-mail shows no window:\n%s\nbut %s", text, titles)
	}
}

func (c *Claws) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "claws-mail", append([]string{"--alternate-config-dir", c.home}, args...)...)
	cmd.Env = append(withoutDisplay(), "DISPLAY="+c.Display.Name, "HOME="+c.home, "NO_AT_BRIDGE=1", "DBUS_SESSION_BUS_ADDRESS=disabled:")
	return cmd
}

// Tell gives the running program an order, "--select" for instance, and returns
// what it answers.
func (c *Claws) Tell(t testing.TB, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	out, err := c.command(ctx, args...).Output()
	if err != nil {
		t.Fatalf("claws-mail %v: %v", args, err)
	}
	return string(out)
}

// Open shows the message with a UID, and returns it as the program keeps it.
func (c *Claws) Open(t testing.TB, uid int) []byte {
	t.Helper()
	file := filepath.Join(c.home, "imapcache", c.host, c.user, "INBOX", fmt.Sprint(uid))
	c.Tell(t, "--select", fmt.Sprintf("#imap/lab/INBOX/%d", uid))
	var raw []byte
	if !Until(patience/3, func() bool {
		before := len(raw)
		raw, _ = os.ReadFile(file)
		time.Sleep(20 * time.Millisecond)
		return len(raw) > 0 && len(raw) == before // all of it is written
	}) {
		t.Fatalf("claws-mail does not open message %d", uid)
	}
	return Lines(raw) // as it is in the end
}

// Search returns the names of the messages of the INBOX that a condition finds,
// in the language of its filters.
func (c *Claws) Search(t testing.TB, condition string) []string {
	t.Helper()
	var out []string
	for _, path := range strings.Fields(c.Tell(t, "--search", "#imap/lab/INBOX", "e", condition)) {
		out = append(out, filepath.Base(path))
	}
	return out
}

// Reply answers the message that is open, and waits until the window is gone.
func (c *Claws) Reply(t testing.TB, text string) {
	t.Helper()
	c.settle(t)
	for range 5 { // it takes no keys while it shows a message
		c.Display.Press(t, clawsMain, "", "ctrl+r")
		if c.Display.Window(clawsCompose, 4*time.Second) != "" {
			break
		}
	}
	c.Display.Press(t, clawsCompose, text)
	c.Display.Press(t, clawsCompose, "", "ctrl+Return")
}

// Discard moves the message that is open to the wastebasket.
func (c *Claws) Discard(t testing.TB) {
	t.Helper()
	c.settle(t)
	c.Display.Press(t, clawsMain, "", "ctrl+d")
}

// settle waits until earlier orders are carried out: they are taken in turn.
func (c *Claws) settle(t testing.TB) {
	t.Helper()
	c.Tell(t, "--status")
}

// The titles of its windows.
const (
	clawsMain    = "Claws Mail 4|Claws Mail 3"
	clawsCompose = "Compose message"
)

// clawsRounds is how often the key of the passwords is derived.
const clawsRounds = 1000

// clawsSecret is a password in the form of the program's store, with the key
// that it uses where the reader has set none.
func clawsSecret(t testing.TB, password string, salt []byte) string {
	t.Helper()
	key, err := pbkdf2.Key(sha1.New, "passkey0", salt, clawsRounds, 32)
	if err != nil {
		t.Fatal(err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	// One block of chance, which reading throws away, then the password.
	text := make([]byte, aes.BlockSize+128)
	copy(text[aes.BlockSize:], password)
	cipher.NewCBCEncrypter(block, make([]byte, aes.BlockSize)).CryptBlocks(text, text)
	return fmt.Sprintf("{AES-256-CBC,%d}%s", clawsRounds, base64.StdEncoding.EncodeToString(text))
}

const clawsrc = `[Common]
config_version=4
master_passphrase_salt=%s
master_passphrase_pbkdf2_rounds=%d
use_master_passphrase=0
online_mode=1
check_on_startup=0
never_send_retrcpt=1
enable_aspell=0
`

const clawsAccount = `[Account: 1]
config_version=4
account_name=lab
is_default=1
name=The reader
address=%s
protocol=1
receive_server=%s
smtp_server=%s
user_id=%s
ssl_imap=0
ssl_smtp=0
use_smtp_auth=1
smtp_user_id=%s
set_imapport=1
imap_port=%s
set_smtpport=1
smtp_port=%s
auto_signature=0
set_autosave=0
`

const clawsFolders = `<?xml version="1.0" encoding="UTF-8"?>
<folderlist>
    <folder type="mh" name="Mailbox" path="%s" collapsed="0">
        <folderitem name="inbox" type="inbox" path="inbox" />
        <folderitem name="sent" type="outbox" path="sent" />
        <folderitem name="draft" type="draft" path="draft" />
        <folderitem name="queue" type="queue" path="queue" />
        <folderitem name="trash" type="trash" path="trash" />
    </folder>
    <folder type="imap" name="lab" account_id="1" collapsed="0">
        <folderitem name="INBOX" type="inbox" path="INBOX" />
        <folderitem name="Trash" type="trash" path="Trash" />
    </folder>
</folderlist>
`
