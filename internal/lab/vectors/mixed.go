package vectors

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// scraps are what changes how a text is read.
var scraps = strings.Split("<svg>|</svg>|<math>|</math>|<style>|</style>|<style|</sty|<title>|</title>|<textarea>|</textarea>|<xmp>|</xmp>|<script>|</script>|<iframe>|</iframe>|"+
	"<noscript>|</noscript>|<template>|</template>|<select>|</select>|<option>|<table>|<tr>|<td>|</table>|<p>|</p>|<br>|<a href='|<p title=\"|<p style=\"|<div style='|<![CDATA[|]]>|"+
	"<!--|-->|--!>|<!-->|<!--[if mso]>|<![endif]-->|<!x|<?x|&quot;|&lt;|&#34;|&amp|\"|'|>|<|/|=|;|}|{|(|)|/*|*/|\\|\\75rl(|url(|@import |<base href='x'>|<foreignObject>|</foreignObject>|"+
	"<desc>|</desc>|<annotation-xml encoding=text/html>|<mi>|<image href=\"|<rect mask=\"|<style/>|<script/>|<title/>|<noembed>|</noembed>|<noframes>|<font color=a>|<b>|</b>|<button>|<object>|</object>", "|")

// Mixed makes vectors of several others, cut up and mixed with what changes how a
// text is read: a way in which each alone is not read. The same seed gives the same.
func Mixed(n int, seed uint64) []Vector {
	random := rand.New(rand.NewPCG(seed, 7))
	var from []Vector
	for _, v := range All() {
		if v.Place == InHTML && v.Want == Edited && len(v.Parts) == 0 {
			from = append(from, v)
		}
	}
	out := make([]Vector, n)
	for i := range out {
		var b strings.Builder
		scrap := func(most int) {
			for range random.IntN(most + 1) {
				b.WriteString(scraps[random.IntN(len(scraps))])
			}
		}
		for range 1 + random.IntN(3) {
			scrap(4)
			text := from[random.IntN(len(from))].Text
			at := random.IntN(len(text) + 1)
			b.WriteString(text[:at])
			if random.IntN(3) == 0 {
				scrap(2)
			}
			b.WriteString(text[at:])
		}
		scrap(2)
		out[i] = Vector{Name: fmt.Sprintf("mixed %d of %d", i, seed), Group: "Mixed", Place: InHTML, Want: Edited, Text: b.String(), Does: "who knows"}
	}
	return out
}
