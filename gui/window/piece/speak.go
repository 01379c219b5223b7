package piece

import (
	"embed"
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
)

//go:embed fyne/*.json
var spoken embed.FS

// Speak teaches the toolkit a language of Unseen's. There is no way to choose one, so
// its texts are put in the place of those of the system's language.
func Speak(language string) error {
	text, err := spoken.ReadFile("fyne/" + language + ".json")
	if err != nil {
		return fmt.Errorf("reading the toolkit's words: %w", err)
	}
	if err := lang.AddTranslationsForLocale(text, fyne.Locale(lang.SystemLocale().LanguageString())); err != nil {
		return fmt.Errorf("teaching the toolkit %s: %w", language, err)
	}
	return nil
}
