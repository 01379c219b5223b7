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
		SettingsFingerprint: "SHA-256 fingerprint of this computer's certificate:\n  {fingerprint}",
		SettingsPictures: `So that pictures you let through can be seen, allow this one site. In Thunderbird: Settings, Privacy & Security, Mail Content, Exceptions.
  {origin}`,
		SettingsNoSMTP:  "What you send does not go through Unseen, so only pixels are replaced in this account, and pictures load as your mail program decides.",
		NoAccounts:      "No account is connected yet. \"unseen account add ADDRESS\" connects one: it takes about two minutes.",
		AccountReceives: "{name}: mail comes from {imap}; what you send does not go through Unseen",
		AccountBoth:     "{name}: mail comes from {imap} and leaves by {smtp}",
		AccountRemoved:  "{address} is disconnected. Set your mail program back before it looks for mail again:",
		AccountKept:     "What you decided, and the map of your mail, are kept.",
		InsteadOf:       "instead of {host}, port {port}",
		InsteadOfTwo:    "instead of {host}, port {one} or {other}",
		SecurityNone:    "no encryption",
		ServerHere:      "a server on this computer (port {port})",
		VouchUnknown:    "It is not known what {host} writes into mail about senders, so it is not certain whom any mail is from: everything that would tell on you is held, you can refuse, and you cannot agree.",
		VouchNone:       "{host} does not vouch for senders, so it is not certain whom any mail is from: everything that would tell on you is held, you can refuse, and you cannot agree.",
	}
}
