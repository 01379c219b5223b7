package words

// Keys of the help of the command line.
const (
	HelpUnseen          Key = "help_unseen"
	HelpRun             Key = "help_run"
	HelpPrintConfig     Key = "help_print_config"
	HelpDemo            Key = "help_demo"
	HelpOnce            Key = "help_once"
	HelpAccount         Key = "help_account"
	HelpAccountAdd      Key = "help_account_add"
	HelpAccountList     Key = "help_account_list"
	HelpAccountTest     Key = "help_account_test"
	HelpAccountRemove   Key = "help_account_remove"
	HelpAddress         Key = "help_address"
	HelpImap            Key = "help_imap"
	HelpTls             Key = "help_tls"
	HelpSmtp            Key = "help_smtp"
	HelpSmtpTls         Key = "help_smtp_tls"
	HelpNoSmtp          Key = "help_no_smtp"
	HelpCa              Key = "help_ca"
	HelpName            Key = "help_name"
	HelpNoCheck         Key = "help_no_check"
	HelpLogin           Key = "help_login"
	HelpWithPassword    Key = "help_with_password"
	HelpConsent         Key = "help_consent"
	HelpConsentList     Key = "help_consent_list"
	HelpConsentGrant    Key = "help_consent_grant"
	HelpConsentRefuse   Key = "help_consent_refuse"
	HelpConsentWithdraw Key = "help_consent_withdraw"
	HelpConsentVerify   Key = "help_consent_verify"
	HelpSender          Key = "help_sender"
	HelpPurpose         Key = "help_purpose"
	HelpPurposes        Key = "help-purposes"
	HelpAllPurposes     Key = "help_all_purposes"
	HelpForAddress      Key = "help_for_address"
	HelpUntil           Key = "help_until"
	HelpPictures        Key = "help_pictures"
	HelpPictureSender   Key = "help_picture_sender"
	HelpOnOff           Key = "help_on_off"
	HelpScan            Key = "help_scan"
	HelpScanPaths       Key = "help_scan_paths"
	HelpFormat          Key = "help_format"
	HelpScanAll         Key = "help_scan_all"
	HelpExitCode        Key = "help_exit_code"
	HelpRecipient       Key = "help_recipient"
	HelpClean           Key = "help_clean"
	HelpStatus          Key = "help_status"
	HelpFollow          Key = "help_follow"
	HelpStatusFormat    Key = "help_status_format"
	HelpVersion         Key = "help_version"
)

// helpTexts are the English texts of the help of the command line.
func helpTexts() map[Key]string {
	return map[Key]string{
		HelpUnseen:          "Unseen stands between you and the trackers in your mail. Nothing in a mail tells anybody that you opened it unless you agreed.",
		HelpRun:             "Protect the connected accounts until it is stopped.",
		HelpPrintConfig:     "Print a commented config.toml, and do nothing else.",
		HelpDemo:            "Try Unseen on a made-up mailbox, with a tracker to watch.",
		HelpOnce:            "Play the reader as well: open, agree, open, withdraw, open; exit 0 only if the tracker learned nothing, exactly the opening, nothing.",
		HelpAccount:         "Connect and check mail accounts.",
		HelpAccountAdd:      "Connect an account and print the settings for your mail program.",
		HelpAccountList:     "List the connected accounts and their settings.",
		HelpAccountTest:     "Try the servers of an account.",
		HelpAccountRemove:   "Disconnect an account. What you decided stays in the ledger.",
		HelpAddress:         "Your mail address, such as anna@example.org.",
		HelpImap:            "Server that mail comes from, as host or host:port.",
		HelpTls:             "How it is spoken to: implicit, starttls, or none (only on this machine).",
		HelpSmtp:            "Server that mail goes to, as host or host:port.",
		HelpSmtpTls:         "How that one is spoken to: implicit, starttls, or none.",
		HelpNoSmtp:          "Do not pass on what you send: only pixels are replaced then.",
		HelpCa:              "File with certificates to trust for these servers, in PEM, instead of those of the system.",
		HelpName:            "What you call the account.",
		HelpNoCheck:         "Connect it without asking its servers first.",
		HelpLogin:           "User name, if it is not the address.",
		HelpWithPassword:    "Ask for the password and try the login too; without a terminal it is read from standard input. It is not kept.",
		HelpConsent:         "See and change what you agreed to.",
		HelpConsentList:     "List what you agreed to, refused and withdrew.",
		HelpConsentGrant:    "Let a sender know, for the purposes you name.",
		HelpConsentRefuse:   "Keep it from a sender for good.",
		HelpConsentWithdraw: "Take back what you agreed to. It acts on the next opening.",
		HelpConsentVerify:   "Check that no record of the ledger was changed or taken out.",
		HelpSender:          "A sender of mail you got: its domain, or an address.",
		HelpPurpose:         "What for; may be given several times. \"unseen consent grant --help\" lists them.",
		HelpPurposes:        "Purposes:",
		HelpAllPurposes:     "Each purpose that needs your agreement.",
		HelpForAddress:      "Which of your addresses it is for; each that the sender wrote to if left out.",
		HelpUntil:           "Day on which it lapses by itself, as 2027-03-31.",
		HelpPictures:        "Show or hide the pictures of a sender, or of all.",
		HelpPictureSender:   "A sender of mail you got, or \"all\".",
		HelpOnOff:           "on or off.",
		HelpScan:            "Say what mail would report, and to whom. Nothing is loaded or sent.",
		HelpScanPaths:       "Files or directories with mail; standard input if none, or for \"-\".",
		HelpFormat:          "text, or jsonl: one object a line.",
		HelpScanAll:         "Every address a mail holds, not only what reports.",
		HelpExitCode:        "End with 3 if anything was found.",
		HelpRecipient:       "Whose mail it is, where the mail does not say.",
		HelpClean:           "Pass a mail from standard input to standard output with every held load made inert and every length kept.",
		HelpStatus:          "Say how Unseen does, and what it held today.",
		HelpStatusFormat:    "text, or json: one object, and with --follow one more a line for each load.",
		HelpFollow:          "Go on and print each load as it is held or released.",
		HelpVersion:         "Print the version.",
	}
}
