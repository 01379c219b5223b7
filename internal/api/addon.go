package api

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"time"
)

// AddOnVersion is the version of what an add-on and Unseen say to each other. A
// greater one only adds.
const AddOnVersion = 1

// MaxAddOnMail is the most octets of a mail that an add-on may hand over.
const MaxAddOnMail = 32 << 20

// An AddOn answers an add-on of a mail program, which asks about each load itself.
// Each field is one method; a nil field answers that the method is not there.
type AddOn struct {
	// Hello says what an add-on has to know before it asks anything.
	Hello func(ctx context.Context) (AddOnHello, error)
	// Message takes a mail that is shown and says what becomes of its loads.
	Message func(ctx context.Context, q AddOnQuestion, mail io.Reader) (AddOnMessage, error)
	// Rewrite takes a mail of an account and returns it with addresses of the gateway.
	Rewrite func(ctx context.Context, account string, mail io.Reader) ([]byte, error)
	// Again says it once more, of a mail that was handed over before.
	Again func(ctx context.Context, q AddOnAgain) (AddOnMessage, error)
	// Hop says what becomes of a load that was released and is redirected.
	Hop func(ctx context.Context, q AddOnHop) (AddOnHopped, error)
	// Happened notes what became of loads.
	Happened func(ctx context.Context, q AddOnReport) (AddOnNoted, error)
	// Follow opens the page of a link.
	Follow func(ctx context.Context, q AddOnLinkRequest) (Opened, error)
	// Compose takes addresses of this machine out of what is about to be sent.
	Compose func(ctx context.Context, q AddOnDraft) (AddOnDraft, error)
	// Pair gives out a code for an add-on that cannot start a program, and Unpair lets
	// none of those in any more.
	Pair func(ctx context.Context) (AddOnCode, error)
	// Unpair takes back what was given by [AddOn.Pair].
	Unpair func(ctx context.Context) (AddOnUnpaired, error)
}

// An AddOnCode is typed into the add-on, once.
type AddOnCode struct {
	// Code is the code, with the port that it counts at.
	Code Secret `json:"code"`
	// Until is when it counts no more.
	Until time.Time `json:"until"`
}

// AddOnUnpaired says how many add-ons were paired.
type AddOnUnpaired struct {
	// Was is how many there were.
	Was int `json:"was"`
}

// An AddOnHello is what an add-on has to know before it asks anything.
type AddOnHello struct {
	// Version is [AddOnVersion].
	Version int `json:"version"`
	// Program is the version of Unseen.
	Program string `json:"program"`
	// Gateway is the origin of the gateway, which answers for its own loads.
	Gateway string `json:"gateway"`
	// DeadEnd is a port of this machine that refuses whatever is sent there, at
	// once; 0 if there is none.
	DeadEnd int `json:"dead_end"`
	// Way is where loads go that are released and have no TLS; nil if they go as the
	// mail program is set up to.
	Way *AddOnWay `json:"way,omitempty"`
	// Paused says that no question is put unasked.
	Paused bool `json:"paused,omitempty"`
	// Suspended says that protection is suspended for somebody.
	Suspended bool `json:"suspended,omitempty"`
	// Problems are sentences about what does not work.
	Problems []string `json:"problems,omitempty"`
}

// An AddOnWay is a port of this machine that speaks SOCKS5 and takes loads that are
// released and have no TLS. They are asked for in the mail program's place, without
// cookies, referrer or the program's name. Each goes by the name "PLAN.NUMBER".
type AddOnWay struct {
	// Port is where it listens.
	Port int `json:"port"`
	// Password is that of this run of Unseen (RFC 1929).
	Password Secret `json:"password"`
}

// An AddOnQuestion says where a mail that is shown lies.
type AddOnQuestion struct {
	// Account is the reader's address for the account that the mail lies in, "" if
	// it lies in none.
	Account string
	// Document is the address of the shown document, "imap://anna@host/...": it
	// tells whose server the mail was read from.
	Document string
	// Language is that of sentences, as in BCP 47; "" is the daemon's.
	Language string
}

// An AddOnAgain asks once more about a mail.
type AddOnAgain struct {
	// Plan is that of an [AddOnMessage].
	Plan int64 `json:"plan"`
	// Language is that of sentences.
	Language string `json:"language,omitempty"`
}

// An AddOnMessage is one mail, and what becomes of its loads and links now.
type AddOnMessage struct {
	// Plan is what to call the mail from now on.
	Plan int64 `json:"plan"`
	// Message is the hash of its header block, as everywhere.
	Message string `json:"message"`
	// Sender is the key to ask and answer by, "" if nobody vouches for it.
	Sender string `json:"sender"`
	// Shown is what to call who sent it.
	Shown string `json:"shown"`
	// Address is the reader's.
	Address string `json:"address"`
	// Summary is the one line about it, "" if there is nothing to say.
	Summary string `json:"summary"`
	// Tracks is how many loads would tell somebody that the mail was read, Held
	// how many of those are held now.
	Tracks int `json:"tracks"`
	// Held is how many loads that would tell are held now.
	Held int `json:"held"`
	// Pictures is how many other loads are held.
	Pictures int `json:"pictures"`
	// Once says until when the sender or the pictures were let through once; "" if
	// they were not.
	Once string `json:"once,omitempty"`
	// Ungated says that the mail could not be looked into wholly.
	Ungated bool `json:"ungated,omitempty"`
	// Loads are all of its loads, Links those of its links that are not left.
	Loads []AddOnLoad `json:"loads"`
	// Links are those that lead elsewhere than they seem to.
	Links []AddOnLink `json:"links"`
	// Choices are how the sender lets readers choose.
	Choices []TellLink `json:"choices,omitempty"`
}

// An AddOnLoad is one load and what becomes of it.
type AddOnLoad struct {
	// Number is its place among the references.
	Number int `json:"number"`
	// URL is the address as it stands in the mail, resolved, but not normalised.
	URL string `json:"url"`
	// Token is its name on the gateway, "" if it has none.
	Token string `json:"token,omitempty"`
	// Vector says where it stands, Kind what it is.
	Vector string `json:"vector"`
	// Kind is "pixel", "image" or "resource".
	Kind string `json:"kind"`
	// Host is who would be asked.
	Host string `json:"host"`
	// Vendor is who would learn, VendorName what they are called.
	Vendor string `json:"vendor"`
	// VendorName is what they are called.
	VendorName string `json:"vendor_name"`
	// Verdict and Certainty are those of today.
	Verdict string `json:"verdict"`
	// Certainty is how sure that is.
	Certainty string `json:"certainty,omitempty"`
	// Tells says that it would tell one reader from another.
	Tells bool `json:"tells"`
	// Release says that it may be made; otherwise it is held.
	Release bool `json:"release"`
	// Why is the reason as a word, Reason as a sentence.
	Why string `json:"why"`
	// Reason is the reason as a sentence.
	Reason string `json:"reason"`
	// Reasons are what the verdict rests on, of loads that tell.
	Reasons []string `json:"reasons,omitempty"`
	// Purposes are what would have to be granted.
	Purposes []string `json:"purposes,omitempty"`
}

// An AddOnLink is one link that leads elsewhere than where it ends.
type AddOnLink struct {
	// Number is its place among the references.
	Number int `json:"number"`
	// URL is the address as it stands in the mail.
	URL string `json:"url"`
	// To is where it leads in the end, "" if that is not known.
	To string `json:"to,omitempty"`
	// Ask says that its page has to be shown; otherwise To is opened.
	Ask bool `json:"ask"`
	// Token is its name on the gateway.
	Token string `json:"token,omitempty"`
	// Host and VendorName are who would learn.
	Host string `json:"host"`
	// VendorName is what they are called.
	VendorName string `json:"vendor_name"`
}

// An AddOnHop is a load that was released and is redirected.
type AddOnHop struct {
	// Plan and Number name the load.
	Plan int64 `json:"plan"`
	// Number is its place among the references.
	Number int `json:"number"`
	// URL is where it is redirected to.
	URL string `json:"url"`
}

// An AddOnHopped says what becomes of it.
type AddOnHopped struct {
	// Release says that the address may be asked.
	Release bool `json:"release"`
	// Reason is why, in a sentence.
	Reason string `json:"reason"`
}

// An AddOnReport says what became of loads of one mail.
type AddOnReport struct {
	// Plan is the mail's.
	Plan int64 `json:"plan"`
	// Held and Released are the numbers of loads.
	Held []int `json:"held,omitempty"`
	// Released are those that were asked for.
	Released []int `json:"released,omitempty"`
	// Others are further mails, for those who page on quickly.
	Others []AddOnBecame `json:"others,omitempty"`
}

// AddOnBecame is what became of loads of a further mail.
type AddOnBecame struct {
	// Plan is the mail's.
	Plan int64 `json:"plan"`
	// Held and Released are as in [AddOnReport].
	Held []int `json:"held,omitempty"`
	// Released are those that were asked for.
	Released []int `json:"released,omitempty"`
}

// An AddOnNoted says how many of a report were noted.
type AddOnNoted struct {
	// Noted is how many events were added.
	Noted int `json:"noted"`
}

// An AddOnLinkRequest asks for the page of a link.
type AddOnLinkRequest struct {
	// Token is that of the link.
	Token string `json:"token"`
}

// An AddOnDraft is what is about to be sent.
type AddOnDraft struct {
	// HTML is the body, as HTML; Text as plain text. One of them may be empty.
	HTML string `json:"html,omitempty"`
	// Text is the body as plain text.
	Text string `json:"text,omitempty"`
	// Unknown is how many addresses of this machine nobody knows; only answers
	// have it.
	Unknown int `json:"unknown,omitempty"`
	// Changed says that the answer is not what was handed over.
	Changed bool `json:"changed,omitempty"`
}

// maxDraft is the most octets of what is about to be sent.
const maxDraft = 8 << 20

// addOnRoutes are the methods for add-ons of mail programs.
func (s *Server) addOnRoutes(mux *http.ServeMux) {
	f := s.Service.AddOn
	mux.Handle("GET /v1/addon", s.get(answer(f.Hello)))
	mux.Handle("POST /v1/addon/messages", http.HandlerFunc(s.addOnMessage))
	mux.Handle("POST /v1/rewrite", http.HandlerFunc(s.rewrite))
	mux.Handle("POST /v1/addon/again", post(s, f.Again))
	mux.Handle("POST /v1/addon/hop", post(s, f.Hop))
	mux.Handle("POST /v1/addon/happened", post(s, f.Happened))
	mux.Handle("POST /v1/addon/link", post(s, f.Follow))
	mux.Handle("POST /v1/addon/pair", post(s, bare(f.Pair)))
	mux.Handle("POST /v1/addon/unpair", post(s, bare(f.Unpair)))
	mux.Handle("POST /v1/addon/compose", postUpTo(s, maxDraft, f.Compose))
}

// addOnMessage takes a mail, which may be long, and where it lies by the query.
func (s *Server) addOnMessage(w http.ResponseWriter, r *http.Request) {
	f := s.Service.AddOn.Message
	if f == nil {
		s.refuse(w, absent())
		return
	}
	q := r.URL.Query()
	out, err := f(r.Context(), AddOnQuestion{
		Account: q.Get("account"), Document: q.Get("document"), Language: q.Get("language"),
	}, http.MaxBytesReader(w, r.Body, MaxAddOnMail))
	s.reply(w, out, err)
}

// AddOnHello says what an add-on has to know before it asks anything.
func (c *Client) AddOnHello(ctx context.Context) (AddOnHello, error) {
	return call[AddOnHello](ctx, c, "GET", "/v1/addon", nil)
}

// AddOnMessage hands over a mail that is shown and returns what becomes of its
// loads.
func (c *Client) AddOnMessage(ctx context.Context, q AddOnQuestion, mail io.Reader) (AddOnMessage, error) {
	v := url.Values{"account": {q.Account}, "document": {q.Document}, "language": {q.Language}}
	return send[AddOnMessage](ctx, c, "/v1/addon/messages?"+v.Encode(), mail)
}

// AddOnAgain says once more what becomes of a mail's loads.
func (c *Client) AddOnAgain(ctx context.Context, q AddOnAgain) (AddOnMessage, error) {
	return call[AddOnMessage](ctx, c, "POST", "/v1/addon/again", q)
}

// AddOnHop says what becomes of a load that is redirected.
func (c *Client) AddOnHop(ctx context.Context, q AddOnHop) (AddOnHopped, error) {
	return call[AddOnHopped](ctx, c, "POST", "/v1/addon/hop", q)
}

// AddOnHappened notes what became of loads.
func (c *Client) AddOnHappened(ctx context.Context, q AddOnReport) (AddOnNoted, error) {
	return call[AddOnNoted](ctx, c, "POST", "/v1/addon/happened", q)
}

// AddOnFollow opens the page of a link.
func (c *Client) AddOnFollow(ctx context.Context, q AddOnLinkRequest) (Opened, error) {
	return call[Opened](ctx, c, "POST", "/v1/addon/link", q)
}

// AddOnPair gives out a code for an add-on that cannot start a program.
func (c *Client) AddOnPair(ctx context.Context) (AddOnCode, error) {
	return call[AddOnCode](ctx, c, "POST", "/v1/addon/pair", struct{}{})
}

// AddOnUnpair lets none of those add-ons in any more.
func (c *Client) AddOnUnpair(ctx context.Context) (AddOnUnpaired, error) {
	return call[AddOnUnpaired](ctx, c, "POST", "/v1/addon/unpair", struct{}{})
}

// AddOnCompose takes addresses of this machine out of what is about to be sent.
func (c *Client) AddOnCompose(ctx context.Context, q AddOnDraft) (AddOnDraft, error) {
	return call[AddOnDraft](ctx, c, "POST", "/v1/addon/compose", q)
}
