package look_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/look"
)

// Text can be read and edges can be seen, in light and in dark, on page and card.
func TestContrast(t *testing.T) {
	tokens := look.Load()
	for scheme, colours := range map[string]map[string]string{"light": tokens.Light, "dark": tokens.Dark} {
		for _, ground := range []string{"page", "card"} {
			for name, least := range map[string]float64{
				"ink": 7, "muted": 4.5, "seal": 4.5, "held": 4.5, "asked": 4.5, "clean": 4.5, "edge": 3,
			} {
				if got := look.Contrast(colours[name], colours[ground]); got < least {
					t.Errorf("%s: %s on %s has a contrast of %.1f", scheme, name, ground, got)
				}
			}
		}
		if got := look.Contrast(colours["on-seal"], colours["seal"]); got < 4.5 {
			t.Errorf("%s: what stands on seal has a contrast of %.1f", scheme, got)
		}
	}
	if !slices.Equal(slices.Sorted(maps.Keys(tokens.Light)), slices.Sorted(maps.Keys(tokens.Dark))) {
		t.Error("light and dark name different colours")
	}
}

func TestContrastOfNoColour(t *testing.T) {
	for _, c := range []string{"", "#", "#12345", "123456", "#12345g", "red"} {
		if look.Contrast(c, "#000000") != 0 {
			t.Errorf("%q is taken for a colour", c)
		}
	}
	if got := look.Contrast("#000000", "#FFFFFF"); got != 21 {
		t.Errorf("black on white is %v", got)
	}
}

// Every token becomes a property, dark ones where the system is dark.
func TestCSS(t *testing.T) {
	tokens := look.Load()
	css := tokens.CSS()
	bright, dark, ok := strings.Cut(css, "@media (prefers-color-scheme:dark)")
	if !ok {
		t.Fatalf("there is no dark scheme in %s", css)
	}
	for name, value := range tokens.Light {
		if !strings.Contains(bright, "--"+name+":"+value+";") || !strings.Contains(dark, "--"+name+":"+tokens.Dark[name]+";") {
			t.Errorf("%s is missing", name)
		}
	}
	if !strings.Contains(bright, "--target:44px;") || !strings.Contains(bright, "--measure:72ch;") {
		t.Errorf("sizes are missing in %s", bright)
	}
}

func ExampleContrast() {
	light := look.Load().Light
	fmt.Printf("%.1f\n", look.Contrast(light["ink"], light["page"]))
	// Output: 14.7
}
