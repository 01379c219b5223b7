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
	StoreBusy            Key = "store-busy"
	StoreBusyHint        Key = "store-busy-hint"
	DiskFullMail         Key = "disk-full-mail"
)
