package words

// Keys of what commands print.
const (
	NoConsent          Key = "no-consent"
	PurposeNamed       Key = "purpose-named"
	ConsentHead        Key = "consent-head"
	DecidedGranted     Key = "decided-granted"
	DecidedRefused     Key = "decided-refused"
	DecidedWithdrawn   Key = "decided-withdrawn"
	DecidedLapsed      Key = "decided-lapsed"
	Granted            Key = "granted"
	Refused            Key = "refused"
	Withdrawn          Key = "withdrawn"
	LedgerHolds        Key = "ledger-holds"
	LedgerHead         Key = "ledger-head"
	PicturesAllOn      Key = "pictures-all-on"
	PicturesAllOff     Key = "pictures-all-off"
	PicturesOn         Key = "pictures-on"
	PicturesOff        Key = "pictures-off"
	StatusRunning      Key = "status-running"
	StatusGateway      Key = "status-gateway"
	StatusToday        Key = "status-today"
	StatusPicturesAll  Key = "status-pictures-all"
	StatusPicturesNone Key = "status-pictures-none"
	StatusLevel        Key = "status-level"
	StatusLevelOwn     Key = "status-level-own"
	StatusLevelAll     Key = "status-level-all"
	StatusMail         Key = "status-mail"
	StatusUngated      Key = "status-ungated"
	StatusPinned       Key = "status-pinned"
	Running            Key = "running"
	RunNoAccount       Key = "run-no-account"
	Stopping           Key = "stopping"
)

// reportTexts are the English texts of what commands print.
func reportTexts() map[Key]string {
	return map[Key]string{
		NoConsent:          "Nothing is decided yet, so nothing is let through. \"unseen consent grant SENDER --purpose PURPOSE\" lets a sender know.",
		ConsentHead:        "SENDER	YOUR ADDRESS	PURPOSE	DECISION	ON	UNTIL",
		PurposeNamed:       "{title} ({id})",
		DecidedGranted:     "let them know",
		DecidedRefused:     "kept from them",
		DecidedWithdrawn:   "withdrawn",
		DecidedLapsed:      "lapsed",
		Granted:            "{who} may now know when you open mail from {sender} to {address}: {purposes}. This is an instruction to Unseen and is not sent to them. \"unseen consent withdraw {sender}\" takes it back.",
		Refused:            "It is kept from {sender} for mail to {address}: {purposes}.",
		Withdrawn:          "Withdrawn from {sender} for mail to {address}: {purposes}. The next opening tells them nothing.",
		LedgerHolds:        "The ledger holds: {n} {n|record|records}, none changed and none taken out.",
		LedgerHead:         "Its head, to be noted elsewhere: {head}",
		PicturesAllOn:      "Pictures of every sender are shown, except those that would tell somebody that you opened a mail.",
		PicturesAllOff:     "Pictures are shown only of senders you chose.",
		PicturesOn:         "Pictures of {sender} are shown, except those that would tell somebody that you opened a mail.",
		PicturesOff:        "Pictures of {sender} are not shown.",
		StatusRunning:      "Unseen {version} is running (process {pid}) since {since}.",
		StatusGateway:      "Addresses of pictures in your mail lead to {origin} on this computer; it is the one site that your mail program has to allow.",
		StatusToday:        "Today: {held} {held|load|loads} held, {released} released, {copies} answered from a copy.",
		StatusPicturesAll:  "Pictures are shown of every sender, except those that would tell somebody that you opened a mail.",
		StatusPicturesNone: "Pictures are shown of senders you chose.",
		StatusLevel:        "Protection is standard: what tells somebody that you opened a mail, or may, is held until you agree.",
		StatusLevelOwn:     "Protection is \"own\": what tells somebody that you opened a mail is held until you agree, and so is what does not come from the sender's own hosts.",
		StatusLevelAll:     "Protection is \"all\": every load is held, whatever you agreed to.",
		StatusMail:         "{n} {n|mail|mails} came through, and all {n|of it|of them} could be held.",
		StatusUngated:      "{n} {n|mail|mails} came through; in {ungated} of them something could not be held: {why}.",
		StatusPinned:       "\"{key}\" is decided by config.toml.",
		Running:            "running (process {pid}); Ctrl-C ends it",
		RunNoAccount:       "no account is connected yet; in another terminal, \"unseen account add ADDRESS\" connects one",
		Stopping:           "stopping; your mail program reads offline until Unseen runs again",
	}
}
