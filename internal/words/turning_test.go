package words_test

import (
	"sync"
	"testing"

	"github.com/unseen-mail/unseen/internal/words"
)

// A catalogue that turns says everything in the language of the moment, dates and numbers
// too, and goes back to its own.
func TestTurning(t *testing.T) {
	spoken, turn := words.English().Turning()
	for _, c := range []struct {
		to             *words.Catalogue
		lang, settings string
		number         string
	}{
		{nil, "en", "Settings", "1,234"}, {words.In("de"), "de", "Einstellungen", "1.234"}, {words.In("nl"), "nl", "Instellingen", "1.234"}, {nil, "en", "Settings", "1,234"},
	} {
		turn(c.to)
		if spoken.Lang() != c.lang || spoken.Say(words.WinSettings) != c.settings || spoken.Text(words.WinSettings) != c.settings || spoken.Number(1234) != c.number {
			t.Errorf("%s: %s, %q, %q, %s", c.lang, spoken.Lang(), spoken.Say(words.WinSettings), spoken.Text(words.WinSettings), spoken.Number(1234))
		}
	}
	if words.English().Lang() != "en" {
		t.Error("the one that was turned from has changed")
	}
}

// Whoever speaks while another turns says a whole sentence of one language.
func TestTurningWhileSpeaking(t *testing.T) {
	spoken, turn := words.English().Turning()
	var work sync.WaitGroup
	work.Go(func() {
		for i := range 500 {
			turn(words.In(words.Languages()[i%4]))
		}
	})
	whole := map[string]bool{}
	for _, lang := range words.Languages() {
		whole[words.In(lang).Say(words.WinFound, "n", 1, "all", 2)] = true
	}
	for range 500 {
		if text := spoken.Say(words.WinFound, "n", 1, "all", 2); !whole[text] {
			t.Fatalf("said %q", text)
		}
	}
	work.Wait()
}
