package plan

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/unseen-mail/unseen/internal/lab"
)

// BenchmarkGrowthMessage plans a newsletter of several sizes, in kilobytes: what a
// message costs goes with its length.
func BenchmarkGrowthMessage(b *testing.B) {
	const header = "From: news@shop.example\r\nContent-Type: text/html\r\n\r\n<html><body>"
	piece := []byte("<td><a href=\"https://www.shop.example/spring\">Spring</a><img src=\"https://images.shop.example/2026/spring-collection-header.png\" width=\"600\">" +
		"A few words on what is new this spring, and more of them on what is not.</td>\r\n")
	p := testPlanner()
	for _, kB := range []int{10, 100, 1000, 4000, 7000} {
		raw := append([]byte(header), bytes.Repeat(piece, kB*1000/len(piece))...)
		b.Run(fmt.Sprint(kB), func(b *testing.B) {
			b.SetBytes(int64(len(raw)))
			begin := lab.CPU()
			for b.Loop() {
				p.Plan(raw)
			}
			lab.Spent(b, begin)
		})
	}
}
