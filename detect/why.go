package detect

import "fmt"

// The sentences of this file are for the reader. They stand together so that
// they can be translated together.

func whyOpen(vendor string) string {
	return fmt.Sprintf("It has the form that %s uses to learn that a mail was opened.", vendor)
}

func whyClick(vendor string) string {
	return fmt.Sprintf("It has the form that %s uses to learn who followed a link.", vendor)
}

func whyPersonalPicture(vendor string) string {
	return fmt.Sprintf("It is a picture that %s gives each recipient an address of their own for.", vendor)
}

func whyMaybe(vendor string) string {
	return fmt.Sprintf("It leads to a server of %s; the form of the address is not known well.", vendor)
}

func whyToken(t token) string {
	return fmt.Sprintf("Its %s holds %d characters that look like a name for you or for this one mail.", t.where, len(t.text))
}

func whyInvisible() string { return "There is nothing to see, so it is loaded for another end." }

func whyTiny() string {
	return "There is next to nothing to see, so it is probably loaded for another end."
}

func whyRepeated(n int) string {
	return fmt.Sprintf("The same address stands %d times in this mail and tells nothing of its own, so it is a spacer.", n)
}

func whyPlain() string { return "Nothing in the address looks different from recipient to recipient." }

func whyUnclear() string {
	return "Part of the address could differ between recipients, but pictures often have such names."
}

func whyLocal() string { return "Nothing is asked of another machine." }

func whyPlainLink() string { return "No form of link tracking is known for this address." }

func whyChoiceHeader() string { return "The mail's header names this link for unsubscribing." }

func whyChoiceVendor(vendor string) string {
	return fmt.Sprintf("It has the form that %s uses for unsubscribing and preferences.", vendor)
}

func whyReceipt() string {
	return "The mail asks your mail program to tell the sender that you have read it."
}
