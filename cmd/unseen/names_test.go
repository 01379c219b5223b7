package main

import (
	"net"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/miekg/dns"
	"github.com/rogpeppe/go-internal/testscript"
)

// nameServer starts a name server for scripts: "nameserver NAME FILE HOST TARGET ..."
// sets $NAME to its address, answers that each host leads to its target, and writes
// into the file what it is asked for, each name once, sorted.
func nameServer(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 || len(args)%2 != 0 {
		ts.Fatalf("usage: nameserver NAME FILE HOST TARGET ...")
	}
	leads, file := make(map[string]string), ts.MkAbs(args[1])
	for i := 2; i < len(args); i += 2 {
		leads[args[i]] = args[i+1]
	}
	var mu sync.Mutex // guards asked
	var asked []string
	answer := func(w dns.ResponseWriter, q *dns.Msg) {
		name := strings.TrimSuffix(q.Question[0].Name, ".")
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, name)
		slices.Sort(asked)
		asked = slices.Compact(asked)
		_ = os.WriteFile(file, []byte(strings.Join(asked, "\n")+"\n"), 0o600) // the script says what is missing
		a := new(dns.Msg)
		if a.SetReply(q); leads[name] != "" {
			a.Answer = []dns.RR{&dns.CNAME{Hdr: dns.RR_Header{Name: q.Question[0].Name, Rrtype: dns.TypeCNAME, Class: dns.ClassINET}, Target: dns.Fqdn(leads[name])}}
		}
		_ = w.WriteMsg(a) // who asked may have gone
	}
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	ts.Check(err)
	server := &dns.Server{PacketConn: conn, Handler: dns.HandlerFunc(answer)}
	started, done := make(chan struct{}), make(chan struct{})
	server.NotifyStartedFunc = func() { close(started) }
	go func() { defer close(done); _ = server.ActivateAndServe() }()
	<-started
	ts.Setenv(args[0], conn.LocalAddr().String())
	ts.Defer(func() { _ = server.Shutdown(); <-done })
}
