package words

// Keys of what is wrong with a command.
const (
	WrongUsage      Key = "wrong-usage"
	WrongUsageHint  Key = "wrong-usage-hint"
	Foreign         Key = "foreign"
	ForeignHint     Key = "foreign-hint"
	NotRunning      Key = "not-running"
	NotRunningHint  Key = "not-running-hint"
	ConfigHint      Key = "config-hint"
	ConfigAllowed   Key = "config-allowed"
	BadAddress      Key = "bad-address"
	BadAddressHint  Key = "bad-address-hint"
	SMTPTwice       Key = "smtp-twice"
	SMTPMissing     Key = "smtp-missing"
	SMTPMissingHint Key = "smtp-missing-hint"
	TLSAlone        Key = "tls-alone"
	CAAlone         Key = "ca-alone"
	BadServer       Key = "bad-server"
	BadServerHint   Key = "bad-server-hint"
	AskPassword     Key = "ask-password"
	NoPassword      Key = "no-password"
	NoPasswordHint  Key = "no-password-hint"
	WhichPurpose    Key = "which-purpose"
	UnknownPurpose  Key = "unknown-purpose"
	BadDate         Key = "bad-date"
	PastDate        Key = "past-date"
	ReadingFile     Key = "reading-file"
	ReadingFileHint Key = "reading-file-hint"
	CleanLeft       Key = "clean-left"
	CleanFailed     Key = "clean-failed"
)

// usageTexts are the English texts of what is wrong with a command.
func usageTexts() map[Key]string {
	return map[Key]string{
		WrongUsage:      "reading the command: {what}",
		WrongUsageHint:  "\"{command}\" says what is possible",
		Foreign:         "asking Unseen: the one that runs here is another user's",
		ForeignHint:     "each user has an Unseen of their own; UNSEEN_RUNTIME names the directory of yours",
		NotRunning:      "asking Unseen: it is not running",
		NotRunningHint:  "start it in another terminal with \"unseen run\"",
		ConfigHint:      "\"unseen run --print-config\" prints a config.toml with every key explained",
		ConfigAllowed:   "allowed: {allowed}",
		BadAddress:      "reading the address: \"{address}\" is not a mail address",
		BadAddressHint:  "write it as anna@example.org",
		SMTPTwice:       "--smtp and --no-smtp cannot both be",
		SMTPMissing:     "reading the command: --imap names where mail comes from, and nothing says where it goes to",
		SMTPMissingHint: "add --smtp HOST:PORT, or --no-smtp if what you send shall not go through Unseen; only pixels are replaced then",
		TLSAlone:        "a kind of TLS was given, but no server: add {flag} HOST:PORT",
		CAAlone:         "--ca was given, but no server: add --imap HOST:PORT",
		BadServer:       "reading {flag}: {what}",
		BadServerHint:   "write the server as {flag} mail.example.org, or with its port as {flag} mail.example.org:993; TLS can be none only for this computer",
		AskPassword:     "password of {address} (it is not kept):",
		NoPassword:      "reading the password: there is none",
		NoPasswordHint:  "type it in a terminal, or send it as the first line of standard input",
		WhichPurpose:    "name what for: --purpose PURPOSE, or --all; purposes are {purposes}",
		UnknownPurpose:  "there is no purpose \"{purpose}\"; there are {purposes}",
		BadDate:         "\"{date}\" is not a day; write it as 2027-03-31",
		PastDate:        "{date} is over already; name a day to come",
		ReadingFile:     "reading {path}: {what}",
		ReadingFileHint: "check the name, and that you may read it",
		CleanLeft:       "cleaning: not everything was made inert: {left}",
		CleanFailed:     "cleaning: {what}; the mail was passed on unchanged",
	}
}
