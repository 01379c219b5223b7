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
	SettingsPictures    Key = "settings-pictures"
	SettingsNoSMTP      Key = "settings-no-smtp"
	NoAccounts          Key = "no-accounts"
	AccountReceives     Key = "account-receives"
	AccountBoth         Key = "account-both"
	AccountRemoved      Key = "account-removed"
)

// accountTexts are the English texts of what is said of accounts.
func accountTexts() map[Key]string {
	return map[Key]string{
		AccountConnected: "{address} is connected. Set your mail program to:",
		SettingsPort:     "port {port}",
		SettingsIMAP:     "receiving (IMAP)",
		SettingsIMAPS:    "or",
		SettingsSMTP:     "sending (SMTP)",
		SettingsLogin:    "User name and password stay as they are; they pass through to your provider and are not kept.",
		SettingsCertificate: `Your mail program asks once whether to trust this computer's own certificate. Compare its SHA-256 fingerprint, then say yes for good:
  {fingerprint}`,
		SettingsPictures: `So that pictures you let through can be seen, allow this one site. In Thunderbird: Settings, Privacy & Security, Mail Content, Exceptions.
  {origin}`,
		SettingsNoSMTP:  "What you send does not go through Unseen, so only pixels are replaced in this account, and pictures load as your mail program decides.",
		NoAccounts:      "No account is connected yet. \"unseen account add ADDRESS\" connects one: it takes about two minutes.",
		AccountReceives: "{name}: from {imap}; what you send does not go through Unseen",
		AccountBoth:     "{name}: from {imap}, to {smtp}",
		AccountRemoved:  "{address} is disconnected. Set your mail program back to {imap} before it looks for mail again. What you decided, and the map of your mail, are kept.",
	}
}
