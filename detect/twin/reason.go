package twin

import (
	"fmt"

	"github.com/unseen-mail/unseen/detect/template"
)

// The sentences of this file are for the reader. They stand together so that
// they can be translated together.

func whyAggregate(n int) string {
	if n == 2 {
		return "Both recipients got the same address."
	}
	return fmt.Sprintf("All %d recipients got the same address.", n)
}

func whyGroup(n, all int) string {
	return fmt.Sprintf("%d of %d recipients got the same address, so it is of a group and no one's own.", n, all)
}

func whyPlace(n int) string {
	return fmt.Sprintf("In its place %d other recipients got one address that they share, so it is a variant.", n)
}

func whyOwn() string { return "Each recipient's address stands in the one that they got." }

func whyIndividual(n int, s template.Slot) string {
	return fmt.Sprintf("It differs in each of %d recipients' copies: %d characters in its %s.", n, len(s.Value), s.Place)
}

func whyForm(n int) string {
	if n == 1 {
		return "The one other address of this form differs from recipient to recipient."
	}
	return fmt.Sprintf("The %d other addresses of this form differ from recipient to recipient.", n)
}

func whyTime() string { return "The copies differ only by when they were made." }

func whyContent() string {
	return "The copies differ where addresses of this form name their content."
}

func whyWords() string {
	return "The copies differ by a word or a short number, as two variants of a mailing do."
}

func whyMixed() string { return "No part of it differs between all recipients." }

func whyUnaligned() string { return "No other copy has an address of this form in its place." }
