package words

// Keys of what scan prints.
const (
	ScanMail        Key = "scan-mail"
	ScanTotal       Key = "scan-total"
	ScanNone        Key = "scan-none"
	ScanNonePartly  Key = "scan-none-partly"
	ScanPartly      Key = "scan-partly"
	ScanClean       Key = "scan-clean"
	ScanPartlyClean Key = "scan-partly-clean"
	ScanFinding     Key = "scan-finding"
	ScanGap         Key = "scan-gap"
	ScanGapLine     Key = "scan-gap-line"
	GapWhole        Key = "gap-whole"
	GapPart         Key = "gap-part"
	GapRoom         Key = "gap-room"
	GapSigned       Key = "gap-signed"
	GapCharset      Key = "gap-charset"
	GapRelative     Key = "gap-relative"
	GapMode         Key = "gap-mode"
	GapOverlap      Key = "gap-overlap"
	GapSize         Key = "gap-size"
	GapForm         Key = "gap-form"
	GapParts        Key = "gap-parts"
	GapReferences   Key = "gap-references"
	GapFault        Key = "gap-fault"
	FromKeyboard    Key = "from-keyboard"
	Skipped         Key = "skipped"
	SkipDirectory   Key = "skip-directory"
	SkipPipe        Key = "skip-pipe"
	SkipSocket      Key = "skip-socket"
	SkipDevice      Key = "skip-device"
	SkipOther       Key = "skip-other"
	SkipDangling    Key = "skip-dangling"
	SkipLoop        Key = "skip-loop"
	CertainProven   Key = "certain-proven"
	CertainStrong   Key = "certain-strong"
	CertainWeak     Key = "certain-weak"
	CertainNone     Key = "certain-none"
	ActionHold      Key = "action-hold"
	ActionRelease   Key = "action-release"
	ActionUngated   Key = "action-ungated"
	ActionLeave     Key = "action-leave"
)

// findingTexts are the English texts of what scan prints.
func findingTexts() map[Key]string {
	return map[Key]string{
		ScanMail:        "{path}, mail {n}",
		ScanTotal:       "{mails} {mails|mail|mails}, {found} {found|address|addresses} that would report",
		ScanNone:        "{mails} {mails|mail|mails}, no address that would report",
		ScanPartly:      "{n} {n|mail|mails} could not be looked into as a whole",
		ScanNonePartly:  "{mails} {mails|mail|mails}; nothing that would report was found in what could be read",
		ScanClean:       "nothing in it reports; {n} {n|address was|addresses were} looked at",
		ScanPartlyClean: "nothing was found in what could be read; {n} {n|address was|addresses were} looked at",
		ScanFinding:     "{verdict} ({certainty}): {vector} at {host}: {action}",
		ScanGap:         "reading {path}: {what}",
		ScanGapLine:     "{where} was not looked into as a whole: {why}",
		GapWhole:        "the mail",
		GapPart:         "part {part}",
		GapRoom:         "no room for another address",
		GapSigned:       "a signature covers it",
		GapCharset:      "its character set cannot be seen through",
		GapRelative:     "an address that depends on another",
		GapMode:         "what you send does not go through Unseen, so only pixels are replaced",
		GapOverlap:      "one address stands inside another",
		GapSize:         "it is too large",
		GapForm:         "mail programs may read it in different ways",
		GapParts:        "it has too many parts or too long a header",
		GapReferences:   "it holds too many addresses",
		GapFault:        "it could not be taken apart",
		FromKeyboard:    "reading a mail from the keyboard; Ctrl-D ends it",
		Skipped:         "passing by {path}: {what}",
		SkipDirectory:   "it is a link to a directory",
		SkipPipe:        "it is a pipe and no file",
		SkipSocket:      "it is a socket and no file",
		SkipDevice:      "it is a device and no file",
		SkipOther:       "it is no file",
		SkipDangling:    "it is a link that leads nowhere",
		SkipLoop:        "it is a link that leads back to itself",
		CertainProven:   "proven",
		CertainStrong:   "very likely",
		CertainWeak:     "perhaps",
		CertainNone:     "no sign of telling readers apart",
		ActionHold:      "held until you agree",
		ActionRelease:   "let through where pictures are shown",
		ActionUngated:   "cannot be held in the mail itself",
		ActionLeave:     "left as it is",
	}
}
