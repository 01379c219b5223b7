package words

// Keys of what mail upon mail showed of a sender.
const (
	LearnedForgotten Key = "learned-forgotten"
	LearnedHead      Key = "learned-head"
	LearnedNothing   Key = "learned-nothing"
	LearnedForm      Key = "learned-form"
	LearnedReader    Key = "learned-reader"
	LearnedEverybody Key = "learned-everybody"
	LearnedConstant  Key = "learned-constant"
	LearnedMail      Key = "learned-mail"
	LearnedLink      Key = "learned-link"
	LearnedUnvouched Key = "learned-unvouched"
	LearnedOthers    Key = "learned-others"
	LearnedNamed     Key = "learned-named"
	LearnedForget    Key = "learned-forget"

	// HelpExplainSender is that of a flag.
	HelpExplainSender Key = "help_explain_sender"
)

// PlaceIn is a part of an address as people call it: "path".
func (c *Catalogue) PlaceIn(address string) string { return c.known("place-in-", address) }
