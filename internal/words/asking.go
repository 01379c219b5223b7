package words

// Keys of questions, answers and the ledger.
const (
	BadHead     Key = "bad-head"
	BadHeadHint Key = "bad-head-hint"
)
