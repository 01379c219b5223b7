package sender

// The sentences of this file are for the reader. They stand together so that
// they can be translated together.

func whyNoFrom() string { return "The mail does not say who sent it." }

func whyManyFrom() string { return "The mail names its sender in two places." }

func whyBadFrom() string { return "The sender's address cannot be read." }

func whyManySenders() string { return "The mail names more than one sender." }

func whyNoMember() string { return "The mail names a group as its sender, and nobody in it." }

func whyOtherSender() string {
	return "The mail names more than one sender, and somebody else as the one who sent it."
}

func whyLike(name, known string) string {
	return "The name " + name + " can be taken for " + known + ". They are two senders."
}

func whyWithin(domain, known string) string {
	return "The address " + domain + " holds the name " + known + " and is not of it. They are two senders."
}

func whyNoDomain() string { return "The sender's address has no domain that could be checked." }

func whyBadLocal() string {
	return "The sender's address has characters before its @ by which it could be taken for another's."
}

func whyUnknownProvider() string {
	return "It is not known what your mail provider says about senders."
}

func whyNoStamps() string { return "Your mail provider does not say whether a sender is genuine." }

func whyUnstamped() string { return "Your mail provider has not checked who sent this mail." }

func whyForeignStamp() string {
	return "Somebody other than your mail provider says who sent this mail."
}

func whyBadStamp() string { return "What your mail provider wrote about the sender cannot be read." }

func whyConflict() string {
	return "What your mail provider wrote about the sender contradicts itself."
}

func whyFailed(domain string) string {
	return "Your mail provider says that this mail is not from " + domain + "."
}

func whyUnaligned(domain string) string {
	return "Your mail provider found nothing that shows that this mail is from " + domain + "."
}
