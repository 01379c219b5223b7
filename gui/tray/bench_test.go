package tray_test

import (
	"fmt"
	"testing"

	"github.com/unseen-mail/unseen/gui/tray"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// BenchmarkLook is the work of one change of the icon.
func BenchmarkLook(b *testing.B) {
	var k tray.Known
	for i := range 200 {
		k.Waiting = append(k.Waiting, api.Waiting{Sender: fmt.Sprint("s", i, ".example")})
	}
	for b.Loop() {
		tray.Look(words.English(), &k)
	}
}
