package api

// Settings are what is set. A key in config.toml wins over what a command or a
// window set; then it is pinned, and cannot be changed here.
type Settings struct {
	// Level is what is held: "standard", "own" or "all".
	Level string `json:"level"`
	// Pictures is "none" or "all".
	Pictures string `json:"pictures"`
	// Language is that of the faces, as in BCP 47; "" is that of the system.
	Language string `json:"language"`
	// Theme is "light", "dark" or "" for that of the system.
	Theme string `json:"theme"`
	// TextSize is in per cent: 100 is the usual.
	TextSize int `json:"text_size"`
	// Notices says that the tray may show notices. They hold counts only.
	Notices bool `json:"notices"`
	// Jurisdiction is whose law notices cite, "FR".
	Jurisdiction string `json:"jurisdiction"`
	// Jurisdictions are those that can be chosen.
	Jurisdictions []string `json:"jurisdictions"`
	// Links is "protect" or "leave", Openings "daily" or "each": config.toml says.
	Links string `json:"links"`
	// Openings is how many openings a day a granted tracker is told of.
	Openings string `json:"openings"`
	// LapseDays is after how many days a yes ends by itself, 0 for never.
	LapseDays int `json:"lapse_days"`
	// EventDays is for how many days the diary is kept before counts are left.
	EventDays int `json:"event_days"`
	// Lists are the addresses of the rule lists that are fetched by command.
	Lists []string `json:"lists"`
	// Edition names the rules in use.
	Edition string `json:"edition"`
	// Config is where config.toml is, or would be; Data where all else is kept.
	Config string `json:"config"`
	// Data is the data directory.
	Data string `json:"data"`
	// Pinned are the names of settings that config.toml decides.
	Pinned []string `json:"pinned"`
	// Version is the program's.
	Version string `json:"version"`
}

// A SettingsChange changes what is not nil.
type SettingsChange struct {
	// Level is as in [Settings].
	Level *string `json:"level,omitempty"`
	// Pictures is as in [Settings].
	Pictures *string `json:"pictures,omitempty"`
	// Language is as in [Settings].
	Language *string `json:"language,omitempty"`
	// Theme is as in [Settings].
	Theme *string `json:"theme,omitempty"`
	// TextSize is from 75 to 200.
	TextSize *int `json:"text_size,omitempty"`
	// Notices is as in [Settings].
	Notices *bool `json:"notices,omitempty"`
	// Jurisdiction is one of Jurisdictions, or "" for that of the system.
	Jurisdiction *string `json:"jurisdiction,omitempty"`
}
