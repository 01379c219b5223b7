package web_test

import (
	"testing"

	"github.com/unseen-mail/unseen/proxy/web"
)

// A port that a program leaves out, because it is the usual one, makes no difference,
// however the mail writes it: with noughts before it, or that of https in an address of
// http, which a program raises to https with the port that stands there.
func TestKeyPorts(t *testing.T) {
	for _, same := range [][]string{
		{"http://shop.example/x", "http://shop.example:80/x", "http://shop.example:0080/x", "http://shop.example:/x", "https://shop.example:000443/x"},
		{"http://shop.example:443/x", "https://shop.example/x"},
		{"http://shop.example:8080/x", "http://shop.example:08080/x", "https://shop.example:8080/x"},
	} {
		want, _, _ := web.Key(same[0])
		for _, at := range same[1:] {
			if got, _, ok := web.Key(at); !ok || got != want {
				t.Errorf("%s has the form %q, and %s %q", at, got, same[0], want)
			}
		}
	}
}
