package words

// Keys of what the control API says to windows.
const (
	SettingPinned     Key = "setting-pinned"
	SettingPinnedHint Key = "setting-pinned-hint"
)
