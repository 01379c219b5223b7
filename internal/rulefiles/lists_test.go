package rulefiles_test

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/unseen-mail/unseen/internal/rulefiles"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

const adblock = `[Adblock Plus 2.0]
! Title: a list for tests
||tracker.example^
||third.example^$third-party
/open.php?$image
||cdn.example/pixel/$image,domain=other.example
@@||tracker.example/logo.png
example.com##.banner
||page.example^$document
plain.example
||scripted.example^$redirect=noop.js
/[/$image
a.example,b.example#?#div
`

func TestAdblock(t *testing.T) {
	r := load(t, map[string]string{"list.txt": adblock})
	tests := []struct {
		name, url string
		third     bool
		use       catalogue.Use
		line      int // 0 for nothing
	}{
		{"host", "https://tracker.example/a.gif", true, catalogue.UseImage, 3},
		{"host below", "https://x.tracker.example/a.gif", false, catalogue.UseLink, 3},
		{"without a scheme", "//tracker.example/a.gif", true, catalogue.UseImage, 3},
		{"exception", "https://tracker.example/logo.png", true, catalogue.UseImage, 0},
		{"third party", "https://third.example/a", true, catalogue.UseImage, 4},
		{"not a third party", "https://third.example/a", false, catalogue.UseImage, 0},
		{"path", "https://any.example/open.php?x=1", true, catalogue.UseImage, 5},
		{"path, another use", "https://any.example/open.php?x=1", true, catalogue.UseLink, 0},
		{"of another page", "https://cdn.example/pixel/1", true, catalogue.UseImage, 0},
		{"written for browsers", "https://page.example/", true, catalogue.UseLink, 0},
		{"plain domain", "https://plain.example/", true, catalogue.UseImage, 10},
		{"nothing", "https://shop.example/logo.png", true, catalogue.UseImage, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o, ok := r.Match(tt.url, tt.third, tt.use)
			if ok != (tt.line > 0) {
				t.Fatalf("%v %+v", ok, o)
			}
			if ok && (!o.Block || !o.Listed || o.Rule != fmt.Sprintf("list:list.txt:%d", tt.line) || !strings.Contains(o.Reason, fmt.Sprintf("list.txt, line %d", tt.line))) {
				t.Errorf("%+v", o)
			}
		})
	}
	f := r.Files()[0]
	if f.Kind != rulefiles.Adblock || f.Ignored != 4 || len(f.Problems) != 0 {
		t.Errorf("%+v", f)
	}
}

const hosts = `# Title: a hosts file for tests
127.0.0.1 localhost
::1 localhost ip6-localhost
0.0.0.0 tracker.example other.example # both
0.0.0.0 0.0.0.0
192.168.1.7 printer.home.example
not an address
0.0.0.0
plain.example
0.0.0.0 UPPER.example.
0.0.0.0 a/b.example
`

func TestHosts(t *testing.T) {
	r := load(t, map[string]string{"hosts": hosts})
	for url, line := range map[string]int{
		"https://tracker.example/x": 4, "https://OTHER.example/": 4, "https://x.tracker.example/": 0,
		"https://printer.home.example/": 0, "https://plain.example/": 9, "https://upper.example/": 10, "https://localhost/": 0,
	} {
		o, ok := r.Match(url, false, catalogue.UseLink)
		if ok != (line > 0) || ok && o.Rule != fmt.Sprintf("list:hosts:%d", line) {
			t.Errorf("%s: %v %+v", url, ok, o)
		}
	}
	f := r.Files()[0]
	if f.Kind != rulefiles.Hosts || f.Rules != 4 || len(f.Problems) != 3 {
		t.Errorf("%+v", f)
	}
	for i, line := range []int{7, 8, 11} {
		if f.Problems[i].Line != line {
			t.Errorf("%v, not in line %d", f.Problems[i], line)
		}
	}
}

// TestKind checks how a file is held to be written that does not say it.
func TestKind(t *testing.T) {
	for text, want := range map[string]rulefiles.Kind{
		"# a\n\n0.0.0.0 a.example\n": rulefiles.Hosts, "a.example\nb.example\n": rulefiles.Hosts, "\ufeff0.0.0.0 a.example\r\n": rulefiles.Hosts,
		"! a\n||a.example^\n": rulefiles.Adblock, "||a.example^\n": rulefiles.Adblock, "[Adblock Plus]\na.example\n": rulefiles.Adblock,
		"##.ad\n": rulefiles.Adblock, "": rulefiles.Adblock, strings.Repeat("#\n", 2000) + "a.example\n": rulefiles.Adblock,
	} {
		if f := load(t, map[string]string{"x.txt": text}).Files()[0]; f.Kind != want {
			t.Errorf("%.20q is %s", text, f.Kind)
		}
	}
}

// TestManyAtOnce checks that the rules can be asked by many, and that a list's
// rule is found in any order of asking.
func TestManyAtOnce(t *testing.T) {
	var text strings.Builder
	for i := range 500 {
		fmt.Fprintf(&text, "||t%d.example^\n", i)
	}
	r := load(t, map[string]string{"x.txt": text.String()})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 500 {
				o, ok := r.Match(fmt.Sprintf("https://a.t%d.example/x", i), true, catalogue.UseImage)
				if !ok || o.Rule != fmt.Sprintf("list:x.txt:%d", i+1) {
					t.Errorf("%d: %v %+v", i, ok, o)
				}
			}
		})
	}
	wg.Wait()
}

// TestProblemsAreBounded checks that a file of mistakes does not fill the memory.
func TestProblemsAreBounded(t *testing.T) {
	f := load(t, map[string]string{"x.hosts": strings.Repeat("no address here\n", 500)}).Files()[0]
	if len(f.Problems) != 50 || f.More != 450 {
		t.Errorf("%d and %d more", len(f.Problems), f.More)
	}
}

// many is a list as large as those that people use: half hosts, half paths.
func many(n int) string {
	var text strings.Builder
	for i := range n / 2 {
		fmt.Fprintf(&text, "||t%d-track.example^$third-party\n/collect%d/pixel.gif?\n", i, i)
	}
	return text.String()
}

// BenchmarkMatch asks a list of 55,000 rules, or that of $UNSEEN_LIST.
func BenchmarkMatch(b *testing.B) {
	r := load(b, map[string]string{"x.txt": chosen(b), "mine.toml": mine})
	for name, url := range map[string]string{
		"own":  "https://t.shop.example/x",
		"list": "https://t77-track.example/open?u=1234567890",
		"none": "https://images.brand.example/media/2024/01/newsletter/header-large.png",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r.Match(url, true, catalogue.UseImage)
			}
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	text := chosen(b)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var r *rulefiles.Rules
	for b.Loop() {
		r = load(b, map[string]string{"x.txt": text})
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MiB")
	b.ReportMetric(float64(r.Files()[0].Rules), "rules")
	b.ReportMetric(float64(len(r.Problems())), "problems")
}

func chosen(b *testing.B) string {
	path := os.Getenv("UNSEEN_LIST")
	if path == "" {
		return many(55000)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	return string(text)
}
