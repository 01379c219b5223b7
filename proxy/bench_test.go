package proxy

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// benchOpen opens one address again and again, over kept connections as mail
// programs do.
func benchOpen(b *testing.B, base string) {
	b.Helper()
	trip := &http.Transport{Proxy: nil, MaxIdleConnsPerHost: 8}
	defer trip.CloseIdleConnections()
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r, _ := http.NewRequest("GET", base+"/p/"+tokenLong+"______", nil)
			resp, err := trip.RoundTrip(r)
			if err != nil {
				b.Error(err)
				return
			}
			_, _ = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "openings/s")
}

func BenchmarkHeldPixel(b *testing.B) {
	benchOpen(b, gateway(b, one(pixel, Decision{}), nobody(b), nil))
}

func BenchmarkHeldPicture(b *testing.B) {
	benchOpen(b, gateway(b, one(picture, Decision{}), nobody(b), nil))
}

// BenchmarkKeptPicture shows a picture of 20 KiB from its copy.
func BenchmarkKeptPicture(b *testing.B) {
	body := []byte(transparent + strings.Repeat("x", 20<<10))
	k := &memory{m: map[string]Copy{picture.URL: {Type: "image/gif", Body: body, Until: time.Now().Add(time.Hour)}}}
	b.SetBytes(int64(len(body)))
	benchOpen(b, gateway(b, one(picture, Decision{Release: true, Keep: true}), nobody(b), k))
}

// BenchmarkPlaceholder draws a card that is not in the cache.
func BenchmarkPlaceholder(b *testing.B) {
	fs, err := parseFonts()
	if err != nil {
		b.Fatal(err)
	}
	c, _ := fitCard(600, 200, note{title: "Picture held", text: "Shop wanted to know that you opened this mail. It was not told."})
	for b.Loop() {
		if _, err := drawCard(c, fs); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSubmission sends mails of 100 KiB over one connection.
func BenchmarkSubmission(b *testing.B) {
	s := &sink{}
	l := dialLine(b, plainRelay(b, s, nil))
	_ = l.conn.SetDeadline(time.Time{})
	l.expect("220 ")
	l.say("EHLO a", "250")
	mail := strings.Repeat(strings.Repeat("x", 76)+"\r\n", 100<<10/78)
	b.SetBytes(int64(len(mail)))
	for i := 0; b.Loop(); i++ {
		l.say(fmt.Sprintf("MAIL FROM:<m%d@a.example>", i), "250")
		l.say("RCPT TO:<you@b.example>", "250")
		l.say("DATA", "354")
		l.say(mail+".", "250")
	}
}
