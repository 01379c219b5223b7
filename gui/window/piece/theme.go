package piece

import (
	"image/color"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/unseen-mail/unseen/internal/look"
)

// Colours that Fyne has no name for.
const (
	ColorCard  fyne.ThemeColorName = "unseen-card"
	ColorEdge  fyne.ThemeColorName = "unseen-edge"
	ColorHeld  fyne.ThemeColorName = "unseen-held"
	ColorAsked fyne.ThemeColorName = "unseen-asked"
	ColorClean fyne.ThemeColorName = "unseen-clean"
	ColorMuted fyne.ThemeColorName = "unseen-muted"
	ColorLine  fyne.ThemeColorName = "unseen-line"
)

// A Theme is how Unseen looks in a window: the tokens of package look.
type Theme struct {
	// Variant is "light", "dark" or "" for that of the system.
	Variant string
	// Text is the size of texts in per cent; 0 is 100.
	Text int

	tokens look.Tokens
}

// NewTheme returns a theme.
func NewTheme(variant string, text int) *Theme {
	return &Theme{Variant: variant, Text: text, tokens: look.Load()}
}

// tokenOf names the token of each colour.
func tokenOf(name fyne.ThemeColorName) string {
	switch name {
	case theme.ColorNameBackground:
		return "page"
	case theme.ColorNameForeground:
		return "ink"
	case ColorCard, theme.ColorNameButton, theme.ColorNameInputBackground, theme.ColorNameMenuBackground,
		theme.ColorNameOverlayBackground, theme.ColorNameHeaderBackground, theme.ColorNameDisabledButton:
		return "card"
	case theme.ColorNamePrimary, theme.ColorNameHyperlink, theme.ColorNameFocus:
		return "seal"
	case theme.ColorNameForegroundOnPrimary, theme.ColorNameForegroundOnError, theme.ColorNameForegroundOnSuccess,
		theme.ColorNameForegroundOnWarning:
		return "on-seal"
	case ColorMuted, theme.ColorNameDisabled, theme.ColorNamePlaceHolder:
		return "muted"
	case ColorEdge, theme.ColorNameInputBorder, theme.ColorNameScrollBar:
		return "edge"
	case ColorHeld, theme.ColorNameError:
		return "held"
	case ColorAsked, theme.ColorNameWarning:
		return "asked"
	case ColorClean, theme.ColorNameSuccess:
		return "clean"
	case ColorLine, theme.ColorNameSeparator:
		return "hairline"
	}
	return ""
}

// Color returns a colour. What lies over text is a breath of seal.
func (t *Theme) Color(name fyne.ThemeColorName, system fyne.ThemeVariant) color.Color {
	dark := system == theme.VariantDark
	switch t.Variant {
	case "light":
		dark = false
	case "dark":
		dark = true
	}
	colours := t.tokens.Light
	if dark {
		colours = t.tokens.Dark
	}
	switch name {
	case theme.ColorNameHover, theme.ColorNamePressed, theme.ColorNameSelection:
		over := parse(colours["seal"])
		over.A = 0x1c
		return over
	case theme.ColorNameShadow:
		return color.NRGBA{A: 0x22}
	case theme.ColorNameScrollBarBackground:
		return color.Transparent
	}
	if token := tokenOf(name); token != "" {
		return parse(colours[token])
	}
	system = theme.VariantLight
	if dark {
		system = theme.VariantDark
	}
	return theme.DefaultTheme().Color(name, system)
}

// parse reads "#RRGGBB". A token is part of the program, and a test reads them all.
func parse(hex string) color.NRGBA {
	if len(hex) != 7 {
		return color.NRGBA{A: 0xff}
	}
	n, _ := strconv.ParseUint(hex[1:], 16, 32)
	return color.NRGBA{uint8(n >> 16), uint8(n >> 8), uint8(n), 0xff}
}

// Font returns a font of Fyne's.
func (t *Theme) Font(style fyne.TextStyle) fyne.Resource { return theme.DefaultTheme().Font(style) }

// Icon returns an icon of Fyne's.
func (t *Theme) Icon(name fyne.ThemeIconName) fyne.Resource { return theme.DefaultTheme().Icon(name) }

// Size returns a length: the grid is 4, and texts are as large as the reader wants.
func (t *Theme) Size(name fyne.ThemeSizeName) float32 {
	scale := float32(1)
	if t.Text > 0 {
		scale = float32(t.Text) / 100
	}
	grid := float32(t.tokens.Size["grid"])
	switch name {
	case theme.SizeNamePadding:
		return grid
	case theme.SizeNameInnerPadding:
		return 2 * grid
	case theme.SizeNameText:
		return 14 * scale
	case theme.SizeNameCaptionText:
		return 12 * scale
	case theme.SizeNameSubHeadingText:
		return 17 * scale
	case theme.SizeNameHeadingText:
		return 24 * scale
	case theme.SizeNameInputRadius, theme.SizeNameSelectionRadius, theme.SizeNameButtonRadius:
		return 6
	case theme.SizeNameLineSpacing:
		return grid
	}
	return theme.DefaultTheme().Size(name)
}
