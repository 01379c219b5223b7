package api

import (
	"context"
	"net/url"
	"slices"
	"time"

	"github.com/unseen-mail/unseen/internal/notice"
)

// A Notice is a question as the reader is shown it; see package notice. Its
// SHA256 is what an [Answer] refers to.
type Notice = notice.Notice

// A Letter is how a reader can tell a sender themselves.
type Letter = notice.Letter

// A Waiting is a sender that waits for an answer, without the notice.
type Waiting struct {
	// Sender is the key to ask and answer by, Display how they call themselves.
	Sender string `json:"sender"`
	// Display is how they call themselves.
	Display string `json:"display,omitempty"`
	// Address is the reader's.
	Address string `json:"address"`
	// Kind is why there is a question: "first", "new-vendor" since a yes,
	// "lapsed" for a yes that ended, "again" for a no of long ago.
	Kind string `json:"kind"`
	// Purposes and Vendors are those that no decision covers.
	Purposes []string `json:"purposes"`
	// Vendors are those that no decision covers.
	Vendors []string `json:"vendors"`
	// Held is how many loads were held of late, Last when the last was.
	Held int `json:"held"`
	// Last is when the last load was held.
	Last time.Time `json:"last"`
	// Asked says that the reader was shown the question and did not answer: it
	// is not put to them again by itself.
	Asked *time.Time `json:"asked,omitempty"`
}

// An Ask asks for the notices of a sender, which a face then shows.
type Ask struct {
	// Sender is a key, or an address or name that leads to one.
	Sender string `json:"sender"`
	// Address is the reader's own, "" for each that the sender wrote to.
	Address string `json:"address,omitempty"`
	// Language is that of the notice, as in BCP 47; "" is the daemon's.
	Language string `json:"language,omitempty"`
	// Until is when a yes is to end; nil for the time that is set.
	Until *time.Time `json:"until,omitempty"`
	// OneAddress asks for the address that Sender names alone, where its whole
	// domain could be decided on.
	OneAddress bool `json:"one_address,omitempty"`
	// Shown says that the question is put to a reader who did not ask for it: it
	// is noted, and not put to them again.
	Shown bool `json:"shown,omitempty"`
}

// A Question is what a sender wants to know of one address, and how it stands.
type Question struct {
	// Sender and Address are what to answer for.
	Sender string `json:"sender"`
	// Address is the reader's.
	Address string `json:"address"`
	// Kind is as in [Waiting], or "answered".
	Kind string `json:"kind"`
	// Notice is what has to be shown before a yes.
	Notice Notice `json:"notice"`
	// Switches say how each purpose of the notice stands, in its order. None is
	// on unless the reader switched it on.
	Switches []Switch `json:"switches"`
	// Addresses are those that the sender writes from, where the reader may
	// choose between one of them and all of its domain; else empty.
	Addresses []string `json:"addresses,omitempty"`
	// Mails are the hashes of the header blocks of mails that led to it.
	Mails []string `json:"mails,omitempty"`
}

// A Switch is how one purpose stands.
type Switch struct {
	// Purpose is its id.
	Purpose string `json:"purpose"`
	// Decision is "unasked", "granted", "refused", "withdrawn", "lapsed" or
	// "unreadable".
	Decision string `json:"decision"`
	// On says that a yes stands, for all vendors of the notice.
	On bool `json:"on"`
	// When and Until are those of the decision.
	When *time.Time `json:"when,omitempty"`
	// Until is when it ends.
	Until *time.Time `json:"until,omitempty"`
	// New are vendors that a yes which stands does not cover.
	New []string `json:"new,omitempty"`
	// Needs are the purposes that have to be on with it before it lets anything
	// through, as things stand now.
	Needs []string `json:"needs,omitempty"`
}

// An Answer is what the reader says to a question.
type Answer struct {
	// Sender, Address, Language, Until and OneAddress are those of the [Ask].
	Sender string `json:"sender"`
	// Address is the reader's own. It may be "" for a no, and if the sender
	// wrote to one alone.
	Address string `json:"address,omitempty"`
	// Language is that of the notice that was shown.
	Language string `json:"language,omitempty"`
	// Until is when a yes ends.
	Until *time.Time `json:"until,omitempty"`
	// OneAddress is as in [Ask].
	OneAddress bool `json:"one_address,omitempty"`
	// Notice is the hash of what was shown. A yes without it, or with that of
	// another notice than is true now, is a conflict and changes nothing.
	Notice string `json:"notice,omitempty"`
	// How is the face: "tray", "window", "add-on", "page" or "command", which
	// is also "".
	How string `json:"how,omitempty"`
	// Yes and No are purposes. A no to what was granted takes it back.
	Yes []string `json:"yes,omitempty"`
	// No are the purposes that are kept from them.
	No []string `json:"no,omitempty"`
	// All is "yes" or "no" to all purposes that they ask for, "" for those
	// named.
	All string `json:"all,omitempty"`
}

// An Answered is what came of an answer. It is on disk and acts.
type Answered struct {
	// Standings are how what was answered stands now.
	Standings []Standing `json:"standings"`
	// Needs are purposes that were granted and let nothing through yet, each
	// with those that it needs.
	Needs map[string][]string `json:"needs,omitempty"`
	// Tell is how the sender can be told, if something was taken back.
	Tell []Tell `json:"tell,omitempty"`
}

// A Tell is how a sender can be told that something was taken back. Unseen tells
// nobody.
type Tell struct {
	// Sender and Address are who can be told of whom.
	Sender string `json:"sender"`
	// Address is the reader's.
	Address string `json:"address"`
	// Text says that the sender was not told.
	Text string `json:"text"`
	// Links are the sender's own, from its newest mails; following one tells it
	// who follows.
	Links []TellLink `json:"links,omitempty"`
	// Letter is what the reader may write.
	Letter Letter `json:"letter"`
}

// A TellLink is a link by which a sender lets readers choose.
type TellLink struct {
	// Kind is "consent" to withdraw consent, "unsubscribe" in the mail's text,
	// "list-unsubscribe" in its header, or "preferences".
	Kind string `json:"kind"`
	// URL is where it leads: http, https or mailto.
	URL string `json:"url"`
	// Mail is the hash of the header block of the mail that it stands in.
	Mail string `json:"mail"`
}

// A TellRequest asks how to tell a sender.
type TellRequest struct {
	// Sender is a key, or an address or name that leads to one.
	Sender string `json:"sender"`
	// Address is the reader's own, "" for each.
	Address string `json:"address,omitempty"`
	// Language is that of the letter.
	Language string `json:"language,omitempty"`
}

// A OnceRequest lets the senders of one message know of it, this once.
type OnceRequest struct {
	// Message is the hash of its header block, as in [Question.Mails].
	Message string `json:"message"`
	// Pictures lets pictures be shown that are the same for everybody or merely
	// suspected, and nobody be told beyond that.
	Pictures bool `json:"pictures,omitempty"`
	// How is the face.
	How string `json:"how,omitempty"`
}

// A Permit is what was allowed for one message.
type Permit struct {
	// Message is its hash.
	Message string `json:"message"`
	// Until is when it ends.
	Until time.Time `json:"until"`
}

// Questions lists who waits for an answer, the last held first: with asked, also
// those that the reader was asked about and did not answer.
func (c *Client) Questions(ctx context.Context, asked bool) ([]Waiting, error) {
	path := "/v1/questions"
	if asked {
		path += "?asked=1"
	}
	return call[[]Waiting](ctx, c, "GET", path, nil)
}

// Ask returns the notices of a sender, one for each address that it wrote to.
func (c *Client) Ask(ctx context.Context, a Ask) ([]Question, error) {
	return call[[]Question](ctx, c, "POST", "/v1/questions/ask", a)
}

// Answer writes an answer into the ledger. When it returns, it is on disk and
// acts on the next load.
func (c *Client) Answer(ctx context.Context, a Answer) (Answered, error) {
	return call[Answered](ctx, c, "POST", "/v1/questions/answer", a)
}

// Grant asks for the notices that a yes needs, hands each to show, which puts it
// before the reader and returns their answer, and writes those that are a yes.
func (c *Client) Grant(ctx context.Context, d Decision, show func(Question) bool) ([]Standing, error) {
	questions, err := c.Ask(ctx, Ask{
		Sender: d.Sender, Address: d.Address, Language: d.Language, Until: d.Until, OneAddress: d.OneAddress,
	})
	if err != nil {
		return nil, err
	}
	wanted := slices.DeleteFunc(slices.Clone(questions), func(q Question) bool { return !d.All && !q.wants(d.Purposes) })
	if len(wanted) == 0 {
		wanted = questions[:1] // the refusal says what is wanted
	}
	var list []Standing
	for _, q := range wanted {
		if !show(q) {
			continue
		}
		one := d
		one.Decision, one.Sender, one.Address, one.Notice = "granted", q.Sender, q.Address, q.Notice.SHA256
		got, err := c.Decide(ctx, one)
		list = append(list, got...)
		if err != nil {
			return list, err
		}
	}
	return list, nil
}

// wants says whether a question is about one of some purposes.
func (q *Question) wants(purposes []string) bool {
	return slices.ContainsFunc(q.Switches, func(s Switch) bool { return slices.Contains(purposes, s.Purpose) })
}

// Once permits one message for ten minutes.
func (c *Client) Once(ctx context.Context, r OnceRequest) (Permit, error) {
	return call[Permit](ctx, c, "POST", "/v1/once", r)
}

// Tell says how a sender can be told that something was taken back.
func (c *Client) Tell(ctx context.Context, r TellRequest) ([]Tell, error) {
	return call[[]Tell](ctx, c, "POST", "/v1/tell", r)
}

// WouldSend says what loads of a message would send, before they do.
func (c *Client) WouldSend(ctx context.Context, r SendingRequest) ([]Sending, error) {
	return call[[]Sending](ctx, c, "POST", "/v1/sending", r)
}

// escape writes a value of a query.
func escape(s string) string { return url.QueryEscape(s) }
