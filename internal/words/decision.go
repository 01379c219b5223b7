package words

// Keys of why a load was held or released.
const (
	WhyConsented     Key = "why-consented"
	WhyPicturesOn    Key = "why-pictures-on"
	WhyShownOnce     Key = "why-shown-once"
	WhyLetOnce       Key = "why-let-once"
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
	purposeTitle     Key = "purpose-title"
	listPart         Key = "list-part"
	listEnd          Key = "list-end"
)
