package words

import "github.com/unseen-mail/unseen/rules/purpose"

// List names several things in a sentence: "a, b and c". Nothing is "".
func (c *Catalogue) List(items []string) string {
	if len(items) == 0 {
		return ""
	}
	list, last := items[0], len(items)-1
	for i, item := range items[1:] {
		key, name := listPart, "next"
		if i+1 == last {
			key, name = listEnd, "last"
		}
		list = c.Say(key, "list", list, name, item)
	}
	return Plain(list)
}

// Purpose is what a purpose is called on a switch, its identifier if it has no name.
func (c *Catalogue) Purpose(id purpose.ID) string { return id.Text(c.Lang()).Title }

// Purposes names purposes in a sentence, each in quotation marks: “Counting your
// clicks” and “Profiles for other uses”.
func (c *Catalogue) Purposes(ids []purpose.ID) string {
	var names []string
	for _, id := range ids {
		names = append(names, c.Say(purposeTitle, "title", c.Purpose(id)))
	}
	return c.List(names)
}
