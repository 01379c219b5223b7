package words

// Keys of the pages about what is beside the answers: your own word, what mails show, receipts.
const (
	NotWithdrawnHere  Key = "not-withdrawn-here"
	PageUntil         Key = "page-until"
	PageUntilDay      Key = "page-until-day"
	PageUntilShow     Key = "page-until-show"
	PageParts         Key = "page-parts"
	PagePartsIntro    Key = "page-parts-intro"
	PagePartWhy       Key = "page-part-why"
	PageSeen          Key = "page-seen"
	PageSeenIntro     Key = "page-seen-intro"
	PageSeenMails     Key = "page-seen-mails"
	PageWord          Key = "page-word"
	PageWordAsk       Key = "page-word-ask"
	PageWordIs        Key = "page-word-is"
	PageWordYes       Key = "page-word-yes"
	PageWordNo        Key = "page-word-no"
	PageWordUnsure    Key = "page-word-unsure"
	PageWordDetails   Key = "page-word-details"
	PageWordOn        Key = "page-word-on"
	PageWordWay       Key = "page-word-way"
	PageWordWhere     Key = "page-word-where"
	PageWordBy        Key = "page-word-by"
	PageWordGiven     Key = "page-word-given"
	PageWordNote      Key = "page-word-note"
	PageWordKeep      Key = "page-word-keep"
	PageWordSaid      Key = "page-word-said"
	PageTold          Key = "page-told"
	PageToldIntro     Key = "page-told-intro"
	PageToldOn        Key = "page-told-on"
	PageToldLink      Key = "page-told-link"
	PageToldLetter    Key = "page-told-letter"
	PageToldKeep      Key = "page-told-keep"
	PageToldLine      Key = "page-told-line"
	PageForget        Key = "page-forget"
	PageForgetText    Key = "page-forget-text"
	PageForgetGoes    Key = "page-forget-goes"
	PageForgetCount   Key = "page-forget-count"
	PageForgetStays   Key = "page-forget-stays"
	PageForgetYes     Key = "page-forget-yes"
	PageForgetNo      Key = "page-forget-no"
	PageReceipts      Key = "page-receipts"
	PageReceiptAbout  Key = "page-receipt-about"
	PageReceiptWants  Key = "page-receipt-wants"
	PageReceiptSend   Key = "page-receipt-send"
	PageReceiptRefuse Key = "page-receipt-refuse"
	PageBare          Key = "page-bare"
	PageBareHow       Key = "page-bare-how"
	PageBareCame      Key = "page-bare-came"
	PageBareTold      Key = "page-bare-told"
	PageNoteWord      Key = "page-note-word"
	PageNoteForgotten Key = "page-note-forgotten"
	PageNoteReceipt   Key = "page-note-receipt"
	PageNoteNoReceipt Key = "page-note-no-receipt"
)

// Way is how somebody agreed with a sender, by the words of package statement, as a
// choice among others.
func (c *Catalogue) Way(way string) string {
	if way == "" {
		way = "none"
	}
	return c.known("page-way-", way)
}
