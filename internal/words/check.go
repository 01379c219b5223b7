package words

// Keys of the check of an account.
const (
	CheckNoSMTP         Key = "check-no-smtp"
	CheckPlain          Key = "check-plain"
	CheckCertificate    Key = "check-certificate"
	CheckIMAPAnswers    Key = "check-imap-answers"
	CheckSMTPAnswers    Key = "check-smtp-answers"
	CheckOAuth          Key = "check-o-auth"
	CheckNoPassword     Key = "check-no-password"
	CheckLoggedIn       Key = "check-logged-in"
	CheckRefused        Key = "check-refused"
	CheckRefusedHint    Key = "check-refused-hint"
	CheckNoInbox        Key = "check-no-inbox"
	CheckEmptyInbox     Key = "check-empty-inbox"
	CheckStamped        Key = "check-stamped"
	CheckUnstamped      Key = "check-unstamped"
	CheckNoAuth         Key = "check-no-auth"
	CheckNoHost         Key = "check-no-host"
	CheckNoHostHint     Key = "check-no-host-hint"
	CheckWrongName      Key = "check-wrong-name"
	CheckWrongNameHint  Key = "check-wrong-name-hint"
	CheckUntrusted      Key = "check-untrusted"
	CheckUntrustedHint  Key = "check-untrusted-hint"
	CheckExpired        Key = "check-expired"
	CheckExpiredHint    Key = "check-expired-hint"
	CheckNotTLS         Key = "check-not-tls"
	CheckNotTLSHint     Key = "check-not-tls-hint"
	CheckNobody         Key = "check-nobody"
	CheckNobodyHint     Key = "check-nobody-hint"
	CheckSilent         Key = "check-silent"
	CheckSilentHint     Key = "check-silent-hint"
	CheckNoNetwork      Key = "check-no-network"
	CheckNoNetworkHint  Key = "check-no-network-hint"
	CheckNoStartTLS     Key = "check-no-start-tls"
	CheckNoStartTLSHint Key = "check-no-start-tls-hint"
	CheckHungUp         Key = "check-hung-up"
	CheckHungUpHint     Key = "check-hung-up-hint"
	CheckOther          Key = "check-other"
	CheckOtherHint      Key = "check-other-hint"
)

// checkTexts are the English texts of the check of an account.
func checkTexts() map[Key]string {
	return map[Key]string{
		CheckNoSMTP:         "what you send does not go through Unseen: only pixels are replaced in this account, and pictures load as before",
		CheckPlain:          "{server} is on this machine and is spoken to without TLS",
		CheckCertificate:    "the certificate of {host} is good until {until}",
		CheckIMAPAnswers:    "{server} answers: mail can be received",
		CheckSMTPAnswers:    "{server} answers: mail can be sent",
		CheckOAuth:          "{host} wants to be logged in to through a page of its own (OAuth): your mail program does that, and Unseen passes it through",
		CheckNoPassword:     "no login was tried, for no password was given",
		CheckLoggedIn:       "the login as {user} was accepted",
		CheckRefused:        "logging in at {host}: it said: {said}",
		CheckRefusedHint:    "check user name and password; many providers want a password made for mail programs",
		CheckNoInbox:        "the inbox could not be looked at, so it stays open whether your provider vouches for senders",
		CheckEmptyInbox:     "the inbox is empty, so it stays open whether your provider vouches for senders",
		CheckStamped:        "your provider vouches for the senders of {n} of your last {all} {all|mail|mails}",
		CheckUnstamped:      "your provider vouches for none of the senders of your last {all} {all|mail|mails}: everything is held, and no agreement can be kept for them yet",
		CheckNoAuth:         "{host} offers no login to send with",
		CheckNoHost:         "looking up {server}: there is no such host",
		CheckNoHostHint:     "look for a slip in \"{host}\", and whether you are online",
		CheckWrongName:      "connecting to {server}: its certificate is for another name",
		CheckWrongNameHint:  "ask your provider which name to use instead of {host}; Unseen connects to nobody who cannot prove who they are",
		CheckUntrusted:      "connecting to {server}: its certificate comes from nobody this computer trusts",
		CheckUntrustedHint:  "on a foreign network somebody may be pretending to be {host}; if the server is yours, name its certificate with --ca FILE",
		CheckExpired:        "connecting to {server}: its certificate has expired, or this computer's clock is wrong",
		CheckExpiredHint:    "check the clock; if it is right, tell those who run {host}",
		CheckNotTLS:         "connecting to {server}: what answers does not speak TLS from the start",
		CheckNotTLSHint:     "try --tls starttls for {host}, or another port",
		CheckNobody:         "connecting to {server}: nobody answers at that port",
		CheckNobodyHint:     "ask the provider of {host} for the right port; receiving is mostly 993, sending 465 or 587",
		CheckSilent:         "connecting to {server}: no answer in time",
		CheckSilentHint:     "check that you are online and that the network lets you reach {host}; the port may speak TLS from the start, or not",
		CheckNoNetwork:      "connecting to {server}: this computer has no way there",
		CheckNoNetworkHint:  "check that you are online, and try {host} again",
		CheckNoStartTLS:     "connecting to {server}: it does not offer STARTTLS, and nothing is said without TLS",
		CheckNoStartTLSHint: "try --tls implicit for {host}, with port 993 to receive or 465 to send",
		CheckHungUp:         "connecting to {server}: it hung up without a word",
		CheckHungUpHint:     "try --tls starttls or --tls implicit for {host}, or another port",
		CheckOther:          "connecting to {server}: {said}",
		CheckOtherHint:      "check the name and port of {host} with its provider",
	}
}
