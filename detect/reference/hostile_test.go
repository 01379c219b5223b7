package reference

import (
	"fmt"
	"strings"
	"testing"
)

// hostile texts would make a scanner that goes back slow.
var hostile = map[string]string{
	"less-than signs":        "<",
	"tags":                   "<a",
	"tag in tag":             "<a x=",
	"double quotes":          `<a x="`,
	"single quotes":          `<a x='`,
	"both quotes":            `<a x="<a x='`,
	"comments":               "<!--",
	"comments in comments":   "<!-- <!--",
	"conditional comments":   "<!--[if",
	"conditionals with tags": `<!--[if]><a x="`,
	"almost ends of comment": "<!-- -- > --!x",
	"greater-than signs":     "<!-->--",
	"declarations":           "<!",
	"cdata":                  "<svg><![CDATA[",
	"processing":             "<?",
	"end tags":               "</",
	"styles":                 "<style>",
	"styles with end":        "<style></styl",
	"scripts":                "<script>",
	"script escapes":         "<script><!--<script>",
	"noscript":               "<noscript>",
	"noscript and end":       "<noscript></noscrip",
	"noscript in quotes":     `<noscript><a x="</noscript>`,
	"entities":               `<img src="&#x&a&ampampampamp`,
	"entity digits":          `<img src="&#` + strings.Repeat("1", 50),
	"srcset":                 `<img srcset="a,b, (,`,
	"css url":                "<style>url(",
	"css url quoted":         `<style>url("`,
	"css url both quotes":    `<style>url("url('`,
	"css in attributes":      `<p style="url(&quot;">`,
	"css parentheses":        `<style>\\\((((`,
	"css image-set":          `<style>image-set("`,
	"css import":             `<style>@import "`,
	"css imports":            `<style>@import x`,
	"css imports, bare":      `<style>@import x;`,
	"css imports, bad":       `<style>@import url(x"`,
	"css imports, bad, ends": `<style>@import url(x";`,
	"css imports, no blanks": `<style>@import/**/x`,
	"css imports, url":       `<style>@import/**/url(x`,
	"css comments in import": `<style>@import/*`,
	"css strings":            `<style>"//a.example/`,
	"css strings, both":      `<style>"//a.example/'//b.example/`,
	"css escaped quotes":     `<style>\"\'`,
	"css backslashes":        `<style>\\"`,
	"css image-sets":         `<base href=//a.example><style>image-set("a" /*`,
	"svg styles":             `<svg><style>u&#114;l(`,
	"svg styles, comments":   `<svg><style><!--`,
	"svg styles, cdata":      `<svg><style><![CDATA[`,
	"svg styles, elements":   `<svg><style><g></h>`,
	"svg attributes":         `<svg><g mask="url(" fill="`,
	"animations":             `<svg><set values="a;url(b);"`,
	"data":                   `<link rel=stylesheet href="data:text/css,@import '`,
	"data in data":           `<link rel=stylesheet href="data:text/css,%22data:text/css,`,
	"documents":              `<iframe srcdoc="<iframe srcdoc='`,
	"documents, entities":    `<iframe srcdoc="&lt;iframe srcdoc=&quot;`,
	"base":                   `<base href="http://a.example/`,
	"relative":               `<img src=a><base href=b>`,
	"links":                  `<a href=x>`,
	"metas":                  `<meta http-equiv=x content=//a.example name=y `,
	"refreshes":              `<meta http-equiv=refresh content="0;;;;,,,`,
	"pings":                  `<a ping="a b `,
	"parameters":             `<param value=a `,
	"doctypes":               `<!doctype "`,
	"doctypes, quotes":       `<!doctype "" '`,
	"comments of SGML":       `<!-- -- -- `,
	"titles":                 `<title><`,
	"texts of texts":         `<xmp><x></xmp>`,
	"prefixes":               `<a:b:c d:e:f=`,
}

// steps is how many octets are looked at to read a text.
func steps(text []byte) int {
	first := known{}.scan("text/html", "", text, nesting{})
	second := known{}.scanLoosely("text/html", "", text, nesting{})
	return first.work + second.work
}

// TestLinear counts what is looked at, not the time it takes: ten times as
// much text may cost ten times as much work, and little of it.
func TestLinear(t *testing.T) {
	const most = 12
	for name, unit := range hostile {
		t.Run(name, func(t *testing.T) {
			for _, tail := range []string{"", ">", `">`, "-->", "</style>"} {
				small := strings.Repeat(unit, 1<<14/len(unit)) + tail
				large := strings.Repeat(unit, 10<<14/len(unit)) + tail
				a, b := steps([]byte(small)), steps([]byte(large))
				if b > 11*a+10_000 || b > most*len(large) {
					t.Errorf("tail %q: %d steps for %d octets, %d for %d", tail, a, len(small), b, len(large))
				}
			}
		})
	}
}

// TestLinearPieces does the same for a text that comes in pieces.
func TestLinearPieces(t *testing.T) {
	for name, unit := range hostile {
		t.Run(name, func(t *testing.T) {
			text := []byte(strings.Repeat(unit, 3<<20/len(unit)))
			s := newScanner("text/html", "")
			const hold = 2 << 20
			read := 0
			for at := 0; at < len(text); {
				end := min(len(text), at+hold)
				_, done := s.Scan(text[at:end], end < len(text))
				if done == 0 {
					t.Fatalf("no progress at %d", at)
				}
				at += done
				read++
			}
			if s.work > 12*len(text)+read*hold {
				t.Errorf("%d steps for %d octets", s.work, len(text))
			}
		})
	}
}

func TestAllocations(t *testing.T) {
	for name, unit := range hostile {
		if strings.Contains(unit, "http") || strings.Contains(unit, "//a.") || strings.HasPrefix(name, "d") && strings.Contains(unit, "=") ||
			strings.Contains(unit, "url(") || name == "relative" || name == "pings" || name == "links" || name == "srcset" || strings.Contains(unit, "&") || strings.HasPrefix(unit, "<style>") {
			continue // each of these is a reference, and has its own address
		}
		small := []byte(strings.Repeat(unit, 100))
		large := []byte(strings.Repeat(unit, 10_000))
		a := testing.AllocsPerRun(3, func() { HTML(small) })
		b := testing.AllocsPerRun(3, func() { HTML(large) })
		if b > a+40 {
			t.Errorf("%s: %v allocations for 100, %v for 10000", name, a, b)
		}
	}
}

func Example() {
	text := `<a href="https://shop.example/">Shop</a><img src="https://t.example/o?u=1&amp;i=2" width=1 height=1>`
	for _, r := range HTML([]byte(text)) {
		fmt.Println(r.Kind, r.Vector, r.URL, r.Slot)
	}
	// Output:
	// link a href https://shop.example/ {9 30}
	// pixel img src https://t.example/o?u=1&i=2 {50 81}
}
