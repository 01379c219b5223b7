package words

// Keys of why a load was held or released.
const (
	WhyConsented     Key = "why-consented"
	WhyPicturesOn    Key = "why-pictures-on"
	WhyShownOnce     Key = "why-shown-once"
	WhyLevelAll      Key = "why-level-all"
	WhyNotOwn        Key = "why-not-own"
	WhyNotPicture    Key = "why-not-picture"
	WhyNotLoad       Key = "why-not-load"
	WhyPicturesOff   Key = "why-pictures-off"
	WhyNobody        Key = "why-nobody"
	WhyNobodyBecause Key = "why-nobody-because"
	WhyNoRecipient   Key = "why-no-recipient"
	WhyWouldLearn    Key = "why-would-learn"
	WhyCouldLearn    Key = "why-could-learn"
	WhyRefused       Key = "why-refused"
	WhyWithdrawn     Key = "why-withdrawn"
	WhyLapsed        Key = "why-lapsed"
	WhyOtherVendor   Key = "why-other-vendor"
	WhyUnreadable    Key = "why-unreadable"
	Somebody         Key = "somebody"
	ThatPurpose      Key = "that-purpose"
	PurposeTitle     Key = "purpose-title"
	ListPart         Key = "list-part"
	ListEnd          Key = "list-end"
)

// decisionTexts are the English texts of why a load was held or released.
func decisionTexts() map[Key]string {
	return map[Key]string{
		WhyConsented:     "Released: you agreed that {who} learns of this.",
		WhyPicturesOn:    "Released: nothing in the picture's address tells you from others, and you chose to see pictures.",
		WhyShownOnce:     "Released: you chose to show the pictures of this message once.",
		WhyLevelAll:      "Held: your protection level holds every load.",
		WhyNotOwn:        "Held: the picture does not come from the sender's own hosts, and your protection level holds those.",
		WhyNotPicture:    "Held: style sheets, fonts, frames and media are never fetched for a mail.",
		WhyNotLoad:       "Held: a link is not loaded.",
		WhyPicturesOff:   "Held: you have not chosen to see this sender's pictures.",
		WhyNobody:        "Held: it is not certain who sent this mail.",
		WhyNobodyBecause: "Held: it is not certain who sent this mail. {because}",
		WhyNoRecipient:   "Held: it is not clear to which of your addresses this mail came, so no consent can apply.",
		WhyWouldLearn:    "Held: {who} would learn that you opened this mail, and you have not agreed to {purposes}.",
		WhyCouldLearn:    "Held: {who} could learn that you opened this mail, and you have not agreed to {purposes}.",
		WhyRefused:       "Held: you refused {purposes}.",
		WhyWithdrawn:     "Held: you withdrew your agreement to {purposes}.",
		WhyLapsed:        "Held: your agreement to {purposes} has lapsed.",
		WhyOtherVendor:   "Held: what you agreed to did not name {who}.",
		WhyUnreadable:    "Held: the record of your decisions cannot be read or was changed, so nothing is granted.",
		Somebody:         "somebody",
		ThatPurpose:      "that",
		PurposeTitle:     "“{title}”",
		ListPart:         "{list}, {next}",
		ListEnd:          "{list} and {last}",
	}
}
