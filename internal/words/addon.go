package words

// Keys of the add-on in the mail program, as Unseen says them.
const (
	AddOnHeld         Key = "add-on-held"
	AddOnTold         Key = "add-on-told"
	AddOnTooLarge     Key = "add-on-too-large"
	AddOnTooLargeHint Key = "add-on-too-large-hint"
)
