package lab

import (
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// elsewhere is where all names lead, on an island.
const elsewhere = "127.0.0.9"

// A Names is the name service of an island and the whole rest of the internet: it
// answers every name with one address, listens there for the web, for files and for
// mail, and writes down who was asked for, by the name.
type Names struct {
	mu    sync.Mutex // guards what follows
	heard map[string][]string
	texts map[string]string
}

// Text lets a name have a text record (RFC 1035, section 3.3.14).
func (n *Names) Text(name, text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.texts[name] = text
}

// text is the text record of a name.
func (n *Names) text(name string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.texts[strings.ToLower(strings.TrimSuffix(name, "."))]
}

// StartNames starts name service and listeners, which end with the test. They take
// ports that are taken elsewhere: it is for an [Island] only.
func StartNames(t testing.TB) *Names {
	t.Helper()
	n := &Names{heard: map[string][]string{}, texts: map[string]string{}}
	for _, network := range []string{"udp", "tcp"} {
		n.serveNames(t, network)
	}
	n.serveWeb(t)
	for _, port := range []string{"21", "139", "143", "445", "993", "8080"} {
		n.serveRest(t, port)
	}
	return n
}

// hear writes down that something was learnt by a name.
func (n *Names) hear(name, what string) {
	if host, _, err := net.SplitHostPort(name); err == nil {
		name = host
	}
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	n.mu.Lock()
	defer n.mu.Unlock()
	if !slices.Contains(n.heard[name], what) {
		n.heard[name] = append(n.heard[name], what)
	}
}

// Forget empties the log and returns what was in it: by name, "dns", "http" and the
// like.
func (n *Names) Forget() map[string][]string {
	n.mu.Lock()
	defer n.mu.Unlock()
	heard := n.heard
	n.heard = map[string][]string{}
	return heard
}

func (n *Names) serveNames(t testing.TB, network string) {
	t.Helper()
	started := make(chan struct{})
	server := &dns.Server{Addr: "127.0.0.1:53", Net: network, NotifyStartedFunc: func() { close(started) },
		Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
			m := new(dns.Msg)
			m.SetReply(q)
			for _, one := range q.Question {
				n.hear(one.Name, "dns")
				if one.Qtype == dns.TypeA {
					m.Answer = append(m.Answer, &dns.A{A: net.ParseIP(elsewhere),
						Hdr: dns.RR_Header{Name: one.Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 1}})
				}
				if text := n.text(one.Name); text != "" && one.Qtype == dns.TypeTXT {
					m.Answer = append(m.Answer, &dns.TXT{Txt: []string{text},
						Hdr: dns.RR_Header{Name: one.Name, Rrtype: dns.TypeTXT, Class: dns.ClassINET, Ttl: 1}})
				}
			}
			_ = w.WriteMsg(m) // who asked may have gone: no matter
		})}
	ended := make(chan error, 1)
	go func() { ended <- server.ListenAndServe() }()
	select {
	case <-started:
	case err := <-ended:
		t.Fatalf("serving names: %v", err)
	}
	t.Cleanup(func() {
		_ = server.Shutdown() // it ends with the test in any case
		<-ended
	})
}

func (n *Names) serveWeb(t testing.TB) {
	t.Helper()
	picture := bluePicture(t)
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0),
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			n.hear(r.Host, "http")
			w.Header().Set("Cache-Control", "no-store")
			w.Header().Set("Access-Control-Allow-Origin", "*")
			w.Header().Set("Content-Type", "image/png")
			_, _ = w.Write(picture) // who asked may have gone: no matter
		})}
	plain := listen(t, "80")
	signed := NewAuthority(t).anyName()
	sign := signed.GetCertificate
	signed.GetCertificate = func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		// That it was named is enough: nobody here trusts the certificate.
		n.hear(hello.ServerName, "tls")
		return sign(hello)
	}
	var done sync.WaitGroup
	for _, ln := range []net.Listener{plain, tls.NewListener(listen(t, "443"), signed)} {
		done.Go(func() { _ = server.Serve(ln) }) // it always ends with ErrServerClosed
	}
	t.Cleanup(func() {
		server.Close()
		done.Wait()
	})
}

// serveRest takes connections to a port and ends them. Which name was meant only
// the name service knows.
func (n *Names) serveRest(t testing.TB, port string) {
	t.Helper()
	ln := listen(t, port)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			n.hear("port "+port, "connection")
			conn.Close()
		}
	}()
	t.Cleanup(func() {
		ln.Close()
		<-done
	})
}

func listen(t testing.TB, port string) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", net.JoinHostPort(elsewhere, port))
	if err != nil {
		t.Fatal(err)
	}
	return ln
}
