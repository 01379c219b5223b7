package words

// Keys of what is said of accounts and their settings.
const (
	AccountConnected    Key = "account-connected"
	SettingsPort        Key = "settings-port"
	SettingsIMAP        Key = "settings-imap"
	SettingsIMAPS       Key = "settings-imaps"
	SettingsSMTP        Key = "settings-smtp"
	SettingsLogin       Key = "settings-login"
	SettingsCertificate Key = "settings-certificate"
	SettingsFingerprint Key = "settings-fingerprint"
	SettingsPictures    Key = "settings-pictures"
	SettingsNoSMTP      Key = "settings-no-smtp"
	NoAccounts          Key = "no-accounts"
	AccountReceives     Key = "account-receives"
	AccountBoth         Key = "account-both"
	AccountRemoved      Key = "account-removed"
	AccountKept         Key = "account-kept"
	InsteadOf           Key = "instead-of"
	InsteadOfTwo        Key = "instead-of-two"
	SecurityNone        Key = "security-none"
	ServerHere          Key = "server-here"
	VouchUnknown        Key = "vouch-unknown"
	VouchNone           Key = "vouch-none"
)
