package lab

import "testing"

// A Shown message is what Thunderbird has in its message pane.
type Shown struct {
	// Text is what is read; HTML is the document as it stands there.
	Text string `json:"text"`
	HTML string `json:"html"`
	// Images are all pictures, loaded or not.
	Images []ShownImage `json:"images"`
}

// A ShownImage is a picture in a message. Width and Height are zero if it was
// not loaded.
type ShownImage struct {
	Src    string `json:"src"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
}

// Sync fetches mail until there are at least n messages in the INBOX.
func (tb *Thunderbird) Sync(t testing.TB, n int) {
	t.Helper()
	tb.Do(t, nil, scriptSync, n)
}

// Store fetches all messages of the INBOX into the offline store.
func (tb *Thunderbird) Store(t testing.TB) {
	t.Helper()
	tb.Do(t, nil, scriptStored)
}

// Open shows the message with a subject and returns what is seen of it.
func (tb *Thunderbird) Open(t testing.TB, subject string) Shown {
	t.Helper()
	var shown Shown
	tb.Do(t, &shown, scriptOpen, subject)
	return shown
}

// Offline takes Thunderbird off its mail servers, or back. Pictures at
// loopback addresses then load no more either.
func (tb *Thunderbird) Offline(t testing.TB, off bool) {
	t.Helper()
	tb.Do(t, nil, scriptSetOffline, off)
}

// Reply answers the message with a subject, quotes it, and sends the answer.
// It returns the HTML that stood in the compose window.
func (tb *Thunderbird) Reply(t testing.TB, subject, text string) string {
	t.Helper()
	var html string
	tb.Do(t, &html, scriptReply, subject, text)
	return html
}

// Draft begins to answer the message with a subject, quotes it, and stores the
// answer among the drafts on the server. It returns the HTML that stood in the
// compose window.
func (tb *Thunderbird) Draft(t testing.TB, subject, text string) string {
	t.Helper()
	var html string
	tb.Do(t, &html, scriptDraft, subject, text)
	return html
}

// Forward sends the message with a subject on to somebody, within the text or as an
// attachment. It returns the HTML that stood in the compose window.
func (tb *Thunderbird) Forward(t testing.TB, subject, to string, attached bool) string {
	t.Helper()
	var html string
	tb.Do(t, &html, scriptForward, subject, to, attached)
	return html
}

// Proxies are the ways that Thunderbird would take to an address, in order: "socks
// HOST:PORT" and the like, "direct" for none.
func (tb *Thunderbird) Proxies(t testing.TB, address string) []string {
	t.Helper()
	var ways []string
	tb.Do(t, &ways, scriptProxies, address)
	return ways
}
