package imapfilter

import (
	"bytes"
	"net"
	"strconv"
	"testing"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
)

// memserver starts go-imap's server with an INBOX.
func memserver(t testing.TB, mails [][]byte) int {
	t.Helper()
	store := imapmemserver.New()
	user := imapmemserver.NewUser("anna", "pw")
	user.Create("INBOX", nil)
	store.AddUser(user)
	for _, raw := range mails {
		if _, err := user.Append("INBOX", bytes.NewReader(raw), &imap.AppendOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	srv := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return store.NewSession(), nil, nil
		},
		Caps:         imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapIMAP4rev2: {}},
		InsecureAuth: true,
	})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go srv.Serve(ln)
	t.Cleanup(func() { srv.Close() })
	return ln.Addr().(*net.TCPAddr).Port
}

// go-imap's client before go-imap's server: another dialect of the protocol on
// both sides, with literals and quoted strings where Dovecot has others.
func TestMemserver(t *testing.T) {
	mails := madeUp(t, 60)
	p := newRealPlanner()
	port := memserver(t, mails)
	s, addr := relayTo(t, p, Upstream{Host: "127.0.0.1", Port: port, Mode: ModePlain}, ModePlain, nil)
	c, direct := goIMAP(t, addr), goIMAP(t, net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if !c.Caps().Has(imap.CapIMAP4rev2) {
		t.Errorf("offered: %v", c.Caps())
	}
	text := &imap.FetchItemBodySection{Specifier: imap.PartSpecifierText, Peek: true}
	chunk := &imap.FetchItemBodySection{Peek: true, Partial: &imap.SectionPartial{Offset: 100, Size: 300}}
	whole := &imap.FetchItemBodySection{Peek: true}
	for i := range mails {
		// The server has its own idea of one odd mail in a hundred.
		got, err := direct.Fetch(imap.SeqSetNum(uint32(i+1)), &imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{whole}}).Collect()
		if err != nil || len(got) != 1 {
			t.Fatalf("message %d: %v", i+1, err)
		}
		raw := got[0].FindBodySection(whole)
		want := p.rewritten(raw)
		for _, set := range []imap.NumSet{imap.SeqSetNum(uint32(i + 1)), imap.UIDSetNum(imap.UID(i + 1))} {
			for _, section := range []*imap.FetchItemBodySection{text, chunk, whole} {
				got, err := c.Fetch(set, &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{section}}).Collect()
				if err != nil || len(got) != 1 {
					t.Fatalf("message %d: %d answers, %v", i+1, len(got), err)
				}
				if body := got[0].FindBodySection(section); !pieceOfMessage(want, raw, body, section) {
					t.Errorf("message %d, %v: %q", i+1, section, clip(string(body)))
				}
			}
		}
	}
	if err := c.Logout().Wait(); err != nil {
		t.Error(err)
	}
	t.Logf("%+v", s.Stats())
}

// goIMAP logs in and opens INBOX.
func goIMAP(t *testing.T, addr string) *imapclient.Client {
	t.Helper()
	c, err := imapclient.DialInsecure(addr, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.Login("anna", "pw").Wait(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Select("INBOX", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	return c
}

// pieceOfMessage tells whether a value is the part of the rewritten message that
// was asked for.
func pieceOfMessage(want, raw, got []byte, section *imap.FetchItemBodySection) bool {
	switch {
	case section.Partial != nil:
		from := min(len(want), int(section.Partial.Offset))
		return bytes.Equal(got, want[from:min(len(want), from+int(section.Partial.Size))])
	case section.Specifier == imap.PartSpecifierText:
		return bytes.HasSuffix(want, got) && (len(got) > 0 || len(raw) < 2000)
	}
	return bytes.Equal(got, want)
}
