package proxy

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func TestLookAtCards(t *testing.T) {
	dir := os.Getenv("UNSEEN_CARDS")
	if dir == "" {
		t.Skip("UNSEEN_CARDS is not set")
	}
	p := newPainter()
	w := Words{}.orEnglish()
	for i, size := range [][2]int{{-1, -1}, {600, 300}, {600, -1}, {280, 120}, {150, 150}, {120, 40}, {40, 40}, {600, 40}, {200, 60}, {1200, 900}, {90, 200}} {
		c, ok := fitCard(size[0], size[1], note{title: w.Held, text: w.wanted("Café Größenwahn Newsletter", "x.example"), plain: i == 10})
		if !ok {
			continue
		}
		b, err := p.card(c)
		if err != nil {
			t.Fatal(err)
		}
		os.WriteFile(filepath.Join(dir, fmt.Sprintf("card%d.png", i)), b, 0o600)
		t.Log(i, c.width, c.height, c.scale, len(b))
	}
}
