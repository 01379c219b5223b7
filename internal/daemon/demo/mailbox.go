package demo

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"path"
	"slices"
	"sync"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
)

//go:embed testdata/mail/*.eml
var mailFiles embed.FS

// A Mail is one mail of the demo.
type Mail struct {
	// Name is that of its file, without the ending.
	Name string
	// Raw is the mail as it lies on the server, with CR LF.
	Raw []byte
}

// Mails returns the mails of the demo, in the order of their names.
func Mails() ([]Mail, error) {
	entries, err := mailFiles.ReadDir("testdata/mail")
	if err != nil {
		return nil, fmt.Errorf("reading the demo's mails: %w", err)
	}
	list := make([]Mail, 0, len(entries))
	for _, e := range entries {
		raw, err := mailFiles.ReadFile(path.Join("testdata/mail", e.Name()))
		if err != nil {
			return nil, fmt.Errorf("reading the demo's mails: %w", err)
		}
		raw = bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
		list = append(list, Mail{
			Name: e.Name()[:len(e.Name())-len(path.Ext(e.Name()))],
			Raw:  bytes.ReplaceAll(raw, []byte("\n"), []byte("\r\n")),
		})
	}
	return list, nil
}

// A mailServer is an IMAP server that keeps the mails in memory.
type mailServer struct {
	addr   net.Addr
	server *imapserver.Server
	work   sync.WaitGroup

	mu   sync.Mutex // guards what follows
	here int        // connections that are logged in
	tell func()
}

// A mailSession is one connection; it tells of logins.
type mailSession struct {
	imapserver.SessionIMAP4rev2
	server *mailServer
	in     bool
}

// Login implements [imapserver.Session].
func (s *mailSession) Login(user, password string) error {
	if err := s.SessionIMAP4rev2.Login(user, password); err != nil {
		return err
	}
	s.in = true
	s.server.came(1)
	return nil
}

// Close implements [imapserver.Session].
func (s *mailSession) Close() error {
	if s.in {
		s.server.came(-1)
	}
	return s.SessionIMAP4rev2.Close()
}

// came counts connections. A mail program opens several: the first is told.
func (s *mailServer) came(n int) {
	s.mu.Lock()
	first, tell := s.here == 0 && n > 0, s.tell
	s.here += n
	s.mu.Unlock()
	if first && tell != nil {
		tell()
	}
}

// onLogin sets who is told of a login.
func (s *mailServer) onLogin(tell func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tell = tell
}

// errSession is a server in memory that is not as it was when this was written.
var errSession = errors.New("demo: the mail server lacks commands")

// startMail starts the server with a full inbox.
func startMail() (*mailServer, error) {
	mails, err := Mails()
	if err != nil {
		return nil, err
	}
	user := imapmemserver.NewUser(User, Password)
	for _, box := range []string{"INBOX", "Sent", "Drafts", "Trash"} {
		if err := user.Create(box, nil); err != nil {
			return nil, fmt.Errorf("making the demo's mailbox: %w", err)
		}
	}
	// The newest is the first in the list of names, and the last in a mailbox.
	for _, m := range slices.Backward(mails) {
		if _, err := user.Append("INBOX", bytes.NewReader(m.Raw), &imap.AppendOptions{}); err != nil {
			return nil, fmt.Errorf("filling the demo's mailbox: %w", err)
		}
	}
	memory := imapmemserver.New()
	memory.AddUser(user)
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("starting the demo's mail server: %w", err)
	}
	s := &mailServer{addr: ln.Addr()}
	s.server = imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			session, ok := memory.NewSession().(imapserver.SessionIMAP4rev2)
			if !ok {
				return nil, nil, errSession
			}
			return &mailSession{SessionIMAP4rev2: session, server: s}, nil, nil
		},
		Caps: imap.CapSet{
			imap.CapIMAP4rev1: {}, imap.CapUIDPlus: {}, imap.CapMove: {}, imap.CapNamespace: {}, imap.CapListStatus: {},
			imap.CapSpecialUse: {}, imap.CapListExtended: {},
		},
		InsecureAuth: true,
		// It would complain of every client that hangs up.
		Logger: log.New(io.Discard, "", 0),
	})
	s.work.Go(func() { _ = s.server.Serve(ln) }) // it ends when it is closed
	return s, nil
}

// close ends the server.
func (s *mailServer) close() {
	s.server.Close()
	s.work.Wait()
}
