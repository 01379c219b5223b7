package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"log/slog"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/daemon/demo"
	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/words"
)

func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"unseen": main, "xdg-open": agree}) }

// The command line as a person types it. Each script has directories of its
// own. Besides the commands of testscript there are:
//
//	exits CODE PROGRAM ...  runs a program and checks its exit code
//	ready                   waits until Unseen answers
//	mailserver NAME HOW MAIL ...  starts an IMAP server (plain or tls) with mails and sets $NAME to its host:port; for tls, $CA is who vouches
//	taken NAME              listens on a port and sets $NAME to its number
//	demo                    starts a demo and lets unseen speak with it
//	read                    reads all mail of the demo, and opens it
//	interrupt SIGNAL PROGRAM ...  runs a program, which waits for its standard input, and checks that a signal ends it
//	nameserver NAME FILE HOST TARGET ...  starts a name server, sets $NAME to its address, and writes into FILE what it is asked for
//	fifo FILE, socket FILE  makes what is no file
//	octets FILE TEXT        writes a file; TEXT may hold escapes of Go
//	smtpserver NAME HOW     starts an SMTP server (plain, starttls or tls) and sets $NAME to its host:port; who vouches is in NAME.pem
//	reads FILE TEXT         reads all mail of the demo until a file holds a text
//	passes FILE ...         passes each file through unseen clean, and checks that it keeps its length
//	fields FILE             checks that each line of a file is a finding, as DESIGN.md has it
//	profile HOST:PORT       makes a profile of Thunderbird with an account at a server
//	provider                starts a provider that wants OAuth and sets $PROVIDER, and $IMAP to its mail server; programs trust both
//	manner FIELD=VALUE ...  changes how it answers
//	lengths FILE FILE       checks that two files are equally long, in CR LF
func TestScripts(t *testing.T) { testscript.Run(t, scripts(t, "testdata")) }

// scripts is how the scripts of a directory are run.
func scripts(t *testing.T, dir string) testscript.Params {
	return testscript.Params{
		Dir: dir,
		Setup: func(env *testscript.Env) error {
			dir, err := os.MkdirTemp("", "unseen-test-") // short, for the socket
			if err != nil {
				return err
			}
			env.Defer(func() { os.RemoveAll(dir) })
			env.Values[worldKey{}] = new(world)
			env.Values[providerKey{}] = new(*lab.Provider)
			env.Values[meaningsKey{}] = new([][2]string)
			env.Setenv("HOME", dir)
			env.Setenv("LC_ALL", "C")
			// Or what looks for a keyring would start a bus, and leave it behind.
			env.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
			env.Setenv("UNSEEN_CONFIG", filepath.Join(env.WorkDir, "config.toml"))
			env.Setenv("UNSEEN_DATA", filepath.Join(dir, "data"))
			env.Setenv("UNSEEN_RUNTIME", filepath.Join(dir, "run"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "ready": ready, "mailserver": mailServer, "taken": taken, "demo": startDemo, "read": readDemo,
			"lengths": lengths, "interrupt": interrupt, "fields": fields, "passes": passes, "reads": reads, "smtpserver": smtpServer, "fifo": fifo, "socket": socket, "octets": octets, "profile": makeProfile,
			"nameserver": nameServer, "waits": waits, "provider": startProvider(t), "manner": manner,
		},
	}
}

// exits runs a program and checks its exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ...")
	}
	code := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code is %d, want %s", code, args[0])
	}
}

// ready waits until Unseen answers.
func ready(ts *testscript.TestScript, neg bool, _ []string) {
	client := api.NewClient(filepath.Join(ts.Getenv("UNSEEN_RUNTIME"), "control.sock"))
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if _, err := client.Status(context.Background()); (err == nil) != neg {
			return
		}
	}
	ts.Fatalf("Unseen does not answer")
}

// mailServer starts an IMAP server.
func mailServer(ts *testscript.TestScript, _ bool, args []string) {
	user := imapmemserver.NewUser("anna", "letmein")
	ts.Check(user.Create("INBOX", nil))
	for _, file := range args[2:] {
		_, err := user.Append("INBOX", strings.NewReader(ts.ReadFile(file)), &imap.AppendOptions{})
		ts.Check(err)
	}
	memory := imapmemserver.New()
	memory.AddUser(user)
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv(args[0], ln.Addr().String())
	if args[1] == "tls" {
		cert := selfSigned(ts)
		file := ts.MkAbs("ca.pem")
		ts.Check(os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Certificate[0]}), 0o600))
		ts.Setenv("CA", file)
		ln = tls.NewListener(ln, &tls.Config{Certificates: []tls.Certificate{cert}})
	}
	server := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return memory.NewSession(), nil, nil
		},
		Caps: imap.CapSet{imap.CapIMAP4rev1: {}}, InsecureAuth: true, Logger: log.New(io.Discard, "", 0),
	})
	done := make(chan struct{})
	go func() {
		defer close(done)
		server.Serve(ln)
	}()
	ts.Defer(func() { server.Close(); <-done })
}

// selfSigned makes a certificate for 127.0.0.1.
func selfSigned(ts *testscript.TestScript) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ts.Check(err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), BasicConstraintsValid: true, IsCA: true, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	ts.Check(err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// taken listens on a port.
func taken(ts *testscript.TestScript, _ bool, args []string) {
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { ln.Close() })
	ts.Setenv(args[0], strconv.Itoa(ln.Addr().(*net.TCPAddr).Port))
}

// A world is the demo of one script, kept under worldKey.
type (
	world    struct{ *demo.World }
	worldKey struct{}
)

// startDemo starts a demo in this process.
func startDemo(ts *testscript.TestScript, _ bool, _ []string) {
	w, err := demo.Open(context.Background(), words.English(), slog.New(slog.DiscardHandler))
	ts.Check(err)
	ts.Setenv("UNSEEN_DATA", w.Paths.Data)
	ts.Setenv("UNSEEN_RUNTIME", w.Paths.Runtime)
	ts.Setenv("UNSEEN_CONFIG", w.Paths.Config)
	ts.Value(worldKey{}).(*world).World = w
	ts.Defer(func() { ts.Check(w.Close()) })
}

// readDemo reads all mail and opens it.
func readDemo(ts *testscript.TestScript, _ bool, _ []string) {
	w := ts.Value(worldKey{}).(*world)
	ctx := context.Background()
	reader := demo.NewReader(w.Account, w.Daemon.Origin())
	mails, err := reader.Fetch(ctx)
	ts.Check(err)
	for _, m := range mails {
		_, err := reader.Open(ctx, m)
		ts.Check(err)
	}
	ts.Check(os.WriteFile(ts.MkAbs("learned"), []byte(strconv.Itoa(len(w.Tracker.Hits()))+"\n"), 0o600))
}

// interrupt runs a program and checks that a signal ends it.
func interrupt(ts *testscript.TestScript, _ bool, args []string) {
	signals := map[string]os.Signal{"INT": os.Interrupt, "TERM": syscall.SIGTERM}
	path := ""
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		if _, err := os.Stat(filepath.Join(dir, args[1])); err == nil {
			path = filepath.Join(dir, args[1])
			break
		}
	}
	cmd := exec.Command(path, args[2:]...)
	in, err := cmd.StdinPipe()
	ts.Check(err)
	defer in.Close()
	ts.Check(cmd.Start())
	_, err = in.Write([]byte("From: anna@example.org\n"))
	ts.Check(err)
	time.Sleep(300 * time.Millisecond)
	ts.Check(cmd.Process.Signal(signals[args[0]]))
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		if err == nil {
			ts.Fatalf("it ended as if it were done")
		}
	case <-time.After(5 * time.Second):
		cmd.Process.Kill()
		ts.Fatalf("it goes on")
	}
}

// fifo and socket make what is no file.
func fifo(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(syscall.Mkfifo(ts.MkAbs(args[0]), 0o600))
}

func socket(ts *testscript.TestScript, _ bool, args []string) {
	ln, err := net.Listen("unix", args[0])
	ts.Check(err)
	ts.Defer(func() { ln.Close() })
}

// octets writes a file, name and content of which may hold escapes of Go.
func octets(ts *testscript.TestScript, _ bool, args []string) {
	var texts [2]string
	for i, arg := range args {
		text, err := strconv.Unquote(`"` + arg + `"`)
		ts.Check(err)
		texts[i] = text
	}
	ts.Check(os.WriteFile(ts.MkAbs(texts[0]), []byte(texts[1]), 0o600))
}

// lengths checks that two files are equally long, and break at the same places.
func lengths(ts *testscript.TestScript, neg bool, args []string) {
	a, b := []byte(ts.ReadFile(args[0])), []byte(ts.ReadFile(args[1]))
	same := len(a) == len(b)
	for i := range min(len(a), len(b)) {
		same = same && (a[i] == '\n') == (b[i] == '\n')
	}
	if same == neg {
		ts.Fatalf("%s has %d octets, %s has %d", args[0], len(a), args[1], len(b))
	}
	if bytes.Equal(a, b) {
		ts.Logf("%s and %s are equal", args[0], args[1])
	}
}
