package words

// Keys of what keeps Unseen from starting or from keeping what it is told, and
// of what was put right at the start.
const (
	Starting             Key = "starting"
	StartingHint         Key = "starting-hint"
	RunningHint          Key = "running-hint"
	LockedHint           Key = "locked-hint"
	OpeningShut          Key = "opening-shut"
	OpeningShutHint      Key = "opening-shut-hint"
	OpeningNoDir         Key = "opening-no-dir"
	OpeningLong          Key = "opening-long"
	OpeningElsewhereHint Key = "opening-elsewhere-hint"
	OpeningFull          Key = "opening-full"
	OpeningFullHint      Key = "opening-full-hint"
	OpeningDamaged       Key = "opening-damaged"
	OpeningDamagedHint   Key = "opening-damaged-hint"
	Repaired             Key = "repaired"
	CertificateAnew      Key = "certificate-anew"
	DiskFull             Key = "disk-full"
	DiskFullHint         Key = "disk-full-hint"
	DiskFullMail         Key = "disk-full-mail"
)

// startingTexts are the English texts of that.
func startingTexts() map[Key]string {
	return map[Key]string{
		Starting:             "starting: {what}",
		StartingHint:         "Unseen did not start, and changed nothing",
		RunningHint:          "it goes on protecting your mail; \"unseen status\" says how it does, and Ctrl-C in its terminal ends it",
		LockedHint:           "it goes on protecting your mail; end it first if you want to start another",
		OpeningShut:          "opening {dir}: it may not be written",
		OpeningShutHint:      "give your user the right to write there, or name another directory with {name}",
		OpeningNoDir:         "opening {dir}: it is not a directory",
		OpeningLong:          "opening {dir}: its name is too long to hold a control socket",
		OpeningElsewhereHint: "name another directory with {name}",
		OpeningFull:          "opening {dir}: the disk is full",
		OpeningFullHint:      "make room there; what was stored is safe",
		OpeningDamaged:       "opening {dir}: unseen.db is not as it was written",
		OpeningDamagedHint:   "put a backup in its place, or move it away and start anew",
		Repaired:             "{n} {n|file|files} in {dir} could be read by others; now only you can",
		CertificateAnew:      "others could read the key of this computer's certificate, so a new one was made: your mail program asks about it once more",
		DiskFull:             "writing that down: the disk of {dir} is full, so nothing was decided",
		DiskFullHint:         "make room there and try again; what was decided before is safe, and mail flows",
		DiskFullMail:         "the disk of {dir} is full: decisions cannot be kept; mail flows",
	}
}
