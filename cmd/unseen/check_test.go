package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/unseen-mail/unseen/internal/daemon/demo"
)

// reads reads all mail of the demo, again and again, until a file holds a text.
func reads(ts *testscript.TestScript, _ bool, args []string) {
	w := ts.Value(worldKey{}).(*world)
	ctx := context.Background()
	reader := demo.NewReader(w.Account, w.Daemon.Origin())
	for range 500 {
		mails, err := reader.Fetch(ctx)
		ts.Check(err)
		for _, m := range mails {
			_, err := reader.Open(ctx, m)
			ts.Check(err)
		}
		if b, err := os.ReadFile(ts.MkAbs(args[0])); err == nil && strings.Contains(string(b), args[1]) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	ts.Fatalf("%s never holds %q", args[0], args[1])
}

// fieldKinds are the fields of a finding and the kinds of value each may have.
var fieldKinds = map[string][]string{
	"message_sha256": {"string"}, "source": {"string"}, "part": {"string"}, "offset": {"float64"}, "length": {"float64"},
	"vector": {"string"}, "kind": {"string"}, "url": {"string"}, "host": {"string"}, "verdict": {"string"},
	"certainty": {"string", "<nil>"}, "individualised": {"string"}, "token": {"map[string]interface {}", "<nil>"},
	"leak": {"string", "<nil>"}, "vendor": {"string", "<nil>"}, "purposes": {"[]interface {}"}, "exemption": {"string", "<nil>"},
	"reasons": {"[]interface {}"}, "rules": {"[]interface {}"}, "rule_edition": {"string"}, "action": {"string"},
}

// fields checks that each line of a file is a finding: all fields, and no others.
func fields(ts *testscript.TestScript, _ bool, args []string) {
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		var finding map[string]any
		if err := json.Unmarshal([]byte(line), &finding); err != nil {
			ts.Fatalf("%v in %s", err, line)
		}
		for name, value := range finding {
			if !slices.Contains(fieldKinds[name], fmt.Sprintf("%T", value)) {
				ts.Fatalf("field %q is a %T in %s", name, value, line)
			}
		}
		for name := range fieldKinds {
			if _, ok := finding[name]; !ok {
				ts.Fatalf("there is no field %q in %s", name, line)
			}
		}
	}
}

// passes hands each file to unseen clean, which has to keep its length.
func passes(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		in := []byte(ts.ReadFile(name))
		cmd := exec.Command("unseen", "clean")
		// testscript put its own unseen first in PATH.
		cmd.Path = filepath.Join(strings.Split(ts.Getenv("PATH"), string(os.PathListSeparator))[0], "unseen")
		cmd.Stdin, cmd.Env = bytes.NewReader(in), []string{"HOME=" + ts.Getenv("HOME"), "PATH=" + ts.Getenv("PATH")}
		out, err := cmd.Output()
		if err != nil {
			ts.Fatalf("%s: %v", name, err)
		}
		if len(out) != len(in) {
			ts.Fatalf("%s: %d octets became %d", name, len(in), len(out))
		}
	}
}

// smtpServer starts a submission server that takes nothing.
func smtpServer(ts *testscript.TestScript, _ bool, args []string) {
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv(args[0], ln.Addr().String())
	server := smtp.NewServer(refusing{})
	server.Domain, server.AllowInsecureAuth, server.ErrorLog = "smtp.example", true, log.New(io.Discard, "", 0)
	if args[1] != "plain" {
		cert := selfSigned(ts)
		file := ts.MkAbs(args[0] + ".pem")
		ts.Check(os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Certificate[0]}), 0o600))
		config := &tls.Config{Certificates: []tls.Certificate{cert}}
		if args[1] == "tls" {
			ln = tls.NewListener(ln, config)
		} else {
			server.TLSConfig = config
		}
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		server.Serve(ln)
	}()
	ts.Defer(func() { server.Close(); <-done })
}

// refusing is a submission server that knows nobody.
type refusing struct{}

func (refusing) NewSession(*smtp.Conn) (smtp.Session, error) { return refusing{}, nil }
func (refusing) AuthMechanisms() []string                    { return []string{sasl.Plain} }
func (refusing) Auth(string) (sasl.Server, error)            { return nil, smtp.ErrAuthFailed }
func (refusing) Mail(string, *smtp.MailOptions) error        { return smtp.ErrAuthRequired }
func (refusing) Rcpt(string, *smtp.RcptOptions) error        { return smtp.ErrAuthRequired }
func (refusing) Data(io.Reader) error                        { return smtp.ErrAuthRequired }
func (refusing) Reset()                                      {}
func (refusing) Logout() error                               { return nil }
