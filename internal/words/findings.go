package words

// Keys of what scan prints.
const (
	ScanTotal     Key = "scan-total"
	ScanClean     Key = "scan-clean"
	ScanFinding   Key = "scan-finding"
	ScanGap       Key = "scan-gap"
	ScanGapLine   Key = "scan-gap-line"
	CertainProven Key = "certain-proven"
	CertainStrong Key = "certain-strong"
	CertainWeak   Key = "certain-weak"
	CertainNone   Key = "certain-none"
	ActionHold    Key = "action-hold"
	ActionRelease Key = "action-release"
	ActionUngated Key = "action-ungated"
	ActionLeave   Key = "action-leave"
)

// findingTexts are the English texts of what scan prints.
func findingTexts() map[Key]string {
	return map[Key]string{
		ScanTotal:     "{mails} {mails|mail|mails}, {found} {found|address|addresses} that would report",
		ScanClean:     "nothing in it reports; {n} {n|address was|addresses were} looked at",
		ScanFinding:   "{verdict} ({certainty}): {vector} at {host}: {action}",
		ScanGap:       "reading {path}: part {part} was not looked into ({why})",
		ScanGapLine:   "part {part} was not looked into ({why}), so this says nothing of it",
		CertainProven: "proven",
		CertainStrong: "very likely",
		CertainWeak:   "perhaps",
		CertainNone:   "no sign of telling readers apart",
		ActionHold:    "held until you agree",
		ActionRelease: "let through where pictures are shown",
		ActionUngated: "cannot be held in the mail itself",
		ActionLeave:   "left as it is",
	}
}
