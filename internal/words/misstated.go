package words

// Keys of why a statement of the reader cannot be kept.
const (
	MisstatedNoDay      Key = "misstated-no-day"
	MisstatedToldMore   Key = "misstated-told-more"
	MisstatedNotAgreed  Key = "misstated-not-agreed"
	MisstatedNotTold    Key = "misstated-not-told"
	MisstatedNoAnswer   Key = "misstated-no-answer"
	MisstatedNoWay      Key = "misstated-no-way"
	MisstatedNoPurpose  Key = "misstated-no-purpose"
	MisstatedNoDate     Key = "misstated-no-date"
	MisstatedNotThrough Key = "misstated-not-through"
	MisstatedNotYet     Key = "misstated-not-yet"
	MisstatedTooLong    Key = "misstated-too-long"
	MisstatedNotText    Key = "misstated-not-text"
)
