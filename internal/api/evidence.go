package api

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// MaxSupplied is the most octets of a file that the reader adds to evidence.
const MaxSupplied = 64 << 20

// Evidence are the methods about senders that the reader collects evidence on.
type Evidence struct {
	// Marks lists them.
	Marks func(ctx context.Context) ([]Mark, error)
	// Waiting lists bags that wait for a time stamp.
	Waiting func(ctx context.Context) ([]WaitingStamp, error)
	// Mark marks a sender or a message, and calls tell with how far it is until tell
	// returns false.
	Mark func(ctx context.Context, q MarkRequest, tell func(EvidenceStep) bool) error
	// Take keeps a mail that the reader has as a file.
	Take func(ctx context.Context, q TakeRequest, raw []byte) (Mark, error)
	// Unmark ends a mark.
	Unmark func(ctx context.Context, q UnmarkRequest) (Mark, error)
	// Keys asks for the keys of signatures, or says which it would ask for.
	Keys func(ctx context.Context, q KeysRequest) (KeysAsked, error)
	// Stamp asks an authority for a time stamp, or says whom it would ask.
	Stamp func(ctx context.Context, q StampRequest) (StampAsked, error)
	// Attach keeps a file of the reader's.
	Attach func(ctx context.Context, q AttachRequest, content []byte) (Mark, error)
	// Write notes a letter.
	Write func(ctx context.Context, q LetterRequest) (Mark, error)
	// Papers are the letters and drafts that can be written now.
	Papers func(ctx context.Context, q PapersRequest) ([]Paper, error)
	// Dossier is what is known of a sender, for a bag.
	Dossier func(ctx context.Context, sender string) (Dossier, error)
	// Export makes a bag of what was kept, and calls tell with how far it is.
	Export func(ctx context.Context, q ExportRequest, tell func(EvidenceStep) bool) error
}

// A Mark says that evidence is collected on a sender, and how that stands.
type Mark struct {
	// Sender is whom it is about.
	Sender string `json:"sender"`
	// All says that mails to come are kept, too; Active that this is so now.
	All bool `json:"all"`
	// Active says that mails to come are kept now.
	Active bool `json:"active"`
	// Since is when it was made, Until when mails to come are kept no more.
	Since time.Time `json:"since"`
	// Until is when mails to come are kept no more.
	Until time.Time `json:"until"`
	// Keys says that keys of signatures may be asked for.
	Keys bool `json:"keys"`
	// Authority is whom time stamps may be asked of, "" for nobody.
	Authority string `json:"authority,omitempty"`
	// Waiting is how many mails were named that were not had yet.
	Waiting int `json:"waiting"`
	// Mails is how many are kept, Octets how many octets they have.
	Mails int `json:"mails"`
	// Octets is how many octets they have.
	Octets int64 `json:"octets"`
	// First and Last are when the first and the last of them were sent.
	First *time.Time `json:"first,omitempty"`
	// Last is when the last of them was sent.
	Last *time.Time `json:"last,omitempty"`
	// Checked is of how many the keys were asked for, Holding how many have a
	// signature that held over the whole body.
	Checked int `json:"checked"`
	// Holding is how many have a signature that held over the whole body.
	Holding int `json:"holding"`
	// Unstamped says that something was done that bears no time stamp.
	Unstamped bool `json:"unstamped"`
	// Stamps are the time stamps that there are.
	Stamps []EvidenceStamp `json:"stamps"`
	// Supplied are files that the reader added.
	Supplied []SuppliedFile `json:"supplied"`
	// Letters are those that the reader wrote or got, by their days.
	Letters []NotedLetter `json:"letters"`
}

// An EvidenceStamp is the word of an authority that something was there at a time.
type EvidenceStamp struct {
	// Time is when, Authority who says so.
	Time time.Time `json:"time"`
	// Authority is the subject of the certificate that signed.
	Authority string `json:"authority"`
}

// A SuppliedFile is one that the reader added to evidence.
type SuppliedFile struct {
	// Name is what it is called, SHA256 that of its octets.
	Name string `json:"name"`
	// SHA256 is that of its octets.
	SHA256 string `json:"sha256"`
	// Size is its length in octets.
	Size int64 `json:"size"`
	// At is when it was added.
	At time.Time `json:"at"`
}

// A NotedLetter is one that the reader wrote about a sender's tracking, or got.
type NotedLetter struct {
	// Kind is "request", "complaint" or "answer".
	Kind string `json:"kind"`
	// With is to whom or from whom it was.
	With string `json:"with,omitempty"`
	// On is its day, "2026-11-23".
	On string `json:"on"`
	// Due is, of a request, the day by which an answer has to be there, and Over how
	// many days ago that was: negative for days to come.
	Due string `json:"due,omitempty"`
	// Over is how many days ago Due was.
	Over int `json:"over,omitempty"`
	// Answered says, of a request, that an answer came since.
	Answered bool `json:"answered,omitempty"`
}

// A MarkRequest asks for the mails of a sender to be kept, or one mail.
type MarkRequest struct {
	// Sender is a domain or an address; Message the hash of one mail's header block.
	// One of them is given.
	Sender string `json:"sender,omitempty"`
	// Message is the hash of one mail's header block.
	Message string `json:"message,omitempty"`
	// Days is how long mails to come are kept; 0 is a year.
	Days int `json:"days,omitempty"`
	// Keys says that the reader agrees to keys of signatures being asked for, of
	// these mails and those to come; Authority names who may be asked for time stamps.
	Keys bool `json:"keys,omitempty"`
	// Authority is the address of who may be asked for time stamps.
	Authority string `json:"authority,omitempty"`
	// Older says that the reader agrees to Unseen reading older mails from the mail
	// server itself, without marking them as read. Address names the account, "" for
	// the one that the sender writes to.
	Older bool `json:"older,omitempty"`
	// Address names the account.
	Address string `json:"address,omitempty"`
	// Login and Password are for its server; without a password the one in the
	// system's keyring is taken. Neither is kept.
	Login string `json:"login,omitempty"`
	// Password is used once, and not kept.
	Password Secret `json:"password,omitempty"`
	// Dry only says what would be asked of whom.
	Dry bool `json:"dry,omitempty"`
}

// An EvidenceStep is how far a long piece of work is. The last one has End.
type EvidenceStep struct {
	// Stage is "read", "take", "examine" or "write"; Done of Of is how far that is.
	Stage string `json:"stage"`
	// Done is how far it is, of Of.
	Done int `json:"done"`
	// Of is how much there is, 0 if that is not known.
	Of int `json:"of"`
	// End says that this is the last word.
	End bool `json:"end,omitempty"`
	// Asks are the requests that would be made, of a dry run.
	Asks []Asking `json:"asks,omitempty"`
	// Mark is how the mark stands, at the end of marking.
	Mark *Mark `json:"mark,omitempty"`
	// Bag is what was made, at the end of an export.
	Bag *BagMade `json:"bag,omitempty"`
	// Error is why there will be no other; only the wire carries it.
	Error *Error `json:"error,omitempty"`
}

// An Asking is a request that is announced before it is made.
type Asking struct {
	// Kind is "mailbox", "key" or "stamp".
	Kind string `json:"kind"`
	// Whom is who would be asked: a mail server, a name server, an authority.
	Whom string `json:"whom"`
	// What is asked for: an account, the name of a key; "" if that is not known yet.
	What string `json:"what,omitempty"`
	// Learns says in a sentence who learns what by it.
	Learns string `json:"learns"`
}

// A TakeRequest says whose mail a file is.
type TakeRequest struct {
	// Name is what the file is called.
	Name string `json:"name"`
}

// An UnmarkRequest ends a mark.
type UnmarkRequest struct {
	// Sender is whose.
	Sender string `json:"sender"`
	// Destroy takes away what was kept, too.
	Destroy bool `json:"destroy,omitempty"`
}

// A KeysRequest asks for the keys of the signatures of kept mails.
type KeysRequest struct {
	// Sender is whose mails.
	Sender string `json:"sender"`
	// Resolver is the name server to ask, "" for the system's.
	Resolver string `json:"resolver,omitempty"`
	// Dry only says what would be asked.
	Dry bool `json:"dry,omitempty"`
}

// KeysAsked is what was asked for, or would be.
type KeysAsked struct {
	// Resolver is who is asked.
	Resolver string `json:"resolver"`
	// Names are the names of keys.
	Names []string `json:"names"`
	// Refused are names that are not asked for, since they may have been made for one
	// reader; Failed are those that got no answer.
	Refused []string `json:"refused"`
	// Failed are names that got no answer.
	Failed []string `json:"failed"`
	// Authentic is how many answers came with the word that DNSSEC was checked.
	Authentic int `json:"authentic"`
	// Mark is how the mark stands then.
	Mark Mark `json:"mark"`
}

// A StampRequest asks for a time stamp of all that was kept of a sender, or has a bag
// wait for one.
type StampRequest struct {
	// Sender is whose mails.
	Sender string `json:"sender,omitempty"`
	// Bag is a bag, by its whole path, whose authority was not reached: it is asked again
	// until it answers. Then Sender is "".
	Bag string `json:"bag,omitempty"`
	// Authority is its address, "" for the one that was agreed to.
	Authority string `json:"authority,omitempty"`
	// Dry only says who would be asked.
	Dry bool `json:"dry,omitempty"`
}

// StampAsked is what an authority answered, or who would be asked.
type StampAsked struct {
	// Authority is its address.
	Authority string `json:"authority"`
	// Needed says that something bears no time stamp yet.
	Needed bool `json:"needed"`
	// Stamp is what came, nil if nobody was asked.
	Stamp *EvidenceStamp `json:"stamp,omitempty"`
	// Waiting says that a bag waits for one.
	Waiting bool `json:"waiting,omitempty"`
}

// A WaitingStamp is a bag that waits for a time stamp.
type WaitingStamp struct {
	// Path is where it is.
	Path string `json:"path"`
	// Authority is who is asked.
	Authority string `json:"authority"`
	// Since is when the reader agreed to it.
	Since time.Time `json:"since"`
}

// An AttachRequest says whose evidence a file belongs to.
type AttachRequest struct {
	// Sender is whom it is about, Name what it is called.
	Sender string `json:"sender"`
	// Name is what it is called.
	Name string `json:"name"`
}

// A LetterRequest notes a letter.
type LetterRequest struct {
	// Sender is whom it is about.
	Sender string `json:"sender"`
	// Kind is "request", "complaint" or "answer".
	Kind string `json:"kind"`
	// With is to whom or from whom it was.
	With string `json:"with,omitempty"`
	// On is its day, "" for today.
	On string `json:"on,omitempty"`
}

// A PapersRequest asks for letters and drafts of complaints.
type PapersRequest struct {
	// Sender is whom they are about.
	Sender string `json:"sender"`
	// Language is theirs, "" for the daemon's. An authority that does not take
	// complaints in it has a draft in one that it does take.
	Language string `json:"language,omitempty"`
	// Land is where in Germany the reader lives, as in ISO 3166-2 or by its German name;
	// "" leaves the authority open.
	Land string `json:"land,omitempty"`
}

// A Paper is a letter or a draft.
type Paper struct {
	// Name is its file's, without the ending; Kind is "request" or "complaint".
	Name string `json:"name"`
	// Kind is "request" or "complaint".
	Kind string `json:"kind"`
	// For is who it goes to, Language its language.
	For string `json:"for"`
	// Language is its language.
	Language string `json:"language"`
	// Wait says in a sentence whether something has to be waited for.
	Wait string `json:"wait"`
	// Markdown is its text, HTML a page that can be printed.
	Markdown string `json:"markdown"`
	// HTML is a page that can be printed.
	HTML string `json:"html"`
}

// An ExportRequest asks for a bag of what was kept of a sender.
type ExportRequest struct {
	// Sender is whom it is about.
	Sender string `json:"sender"`
	// Output is the file to write, by its whole path; it must not be there.
	Output string `json:"output"`
	// Languages are those of report and letters; none is the daemon's.
	Languages []string `json:"languages,omitempty"`
	// Land is where in Germany the reader lives, as in ISO 3166-2 or by its German name;
	// "" leaves the authority open.
	Land string `json:"land,omitempty"`
	// RedactKey is the file that the key of the redaction is kept in, "" for none.
	RedactKey string `json:"redact_key,omitempty"`
}

// A BagMade is a bag that was made.
type BagMade struct {
	// Path is where it is.
	Path string `json:"path"`
	// Mails is how many are in it, Tracking how many of them have trackers.
	Mails int `json:"mails"`
	// Tracking is how many have trackers.
	Tracking int `json:"tracking"`
	// Mailings is how many were compared between recipients.
	Mailings int `json:"mailings"`
	// Key is the fingerprint of the key that sealed it.
	Key string `json:"key"`
}

// evidenceMethods are its methods.
func evidenceMethods() []method {
	return []method{
		{pattern: "GET /v1/evidence/marks", says: "The senders that evidence is collected on.", out: []Mark{}},
		{pattern: "GET /v1/evidence/waiting", says: "The bags that wait for a time stamp.", out: []WaitingStamp{}},
		{pattern: "POST /v1/evidence/mark", says: "Keeps the mails of a sender as they come, or one mail; one JSON object a line says how far it is. Whoever goes ends it.",
			in: MarkRequest{}, out: EvidenceStep{}, kind: "application/jsonl"},
		{pattern: "POST /v1/evidence/take", says: "Keeps a mail that is the body of the request; one that Unseen had rewritten is put back first.", query: TakeRequest{}, out: Mark{}},
		{pattern: "POST /v1/evidence/unmark", says: "Ends a mark, and destroys what was kept if that is wanted.", in: UnmarkRequest{}, out: Mark{}},
		{pattern: "POST /v1/evidence/keys", says: "Asks for the keys of signatures, or says which it would ask for.", in: KeysRequest{}, out: KeysAsked{}},
		{pattern: "POST /v1/evidence/stamp", says: "Asks an authority for a time stamp of what was kept, or says whom it would ask; or has a bag wait for one.", in: StampRequest{}, out: StampAsked{}},
		{pattern: "POST /v1/evidence/attach", says: "Keeps a file of the reader's, which is the body of the request.", query: AttachRequest{}, out: Mark{}},
		{pattern: "POST /v1/evidence/letters", says: "Notes a letter that was written or came.", in: LetterRequest{}, out: Mark{}},
		{pattern: "POST /v1/evidence/papers", says: "Letters and drafts of complaints about a sender.", in: PapersRequest{}, out: []Paper{}},
		{pattern: "GET /v1/evidence/dossier", says: "What is known of a sender beside their mails.", query: senderQuery{}, out: Dossier{}},
		{pattern: "POST /v1/evidence/export", says: "Makes a bag of what was kept of a sender; one JSON object a line says how far it is. Whoever goes ends it, and the same request goes on with it.",
			in: ExportRequest{}, out: EvidenceStep{}, kind: "application/jsonl"},
	}
}

// evidenceRoutes are the methods about evidence.
func (s *Server) evidenceRoutes(mux *http.ServeMux) {
	f := s.Service.Evidence
	mux.Handle("GET /v1/evidence/marks", s.get(answer(f.Marks)))
	mux.Handle("GET /v1/evidence/waiting", s.get(answer(f.Waiting)))
	mux.Handle("POST /v1/evidence/mark", steps(s, f.Mark, evidenceFailed))
	mux.Handle("POST /v1/evidence/take", withFile(s, f.Take, func(q url.Values) TakeRequest { return TakeRequest{Name: q.Get("name")} }))
	mux.Handle("POST /v1/evidence/unmark", post(s, f.Unmark))
	mux.Handle("POST /v1/evidence/keys", post(s, f.Keys))
	mux.Handle("POST /v1/evidence/stamp", post(s, f.Stamp))
	mux.Handle("POST /v1/evidence/attach", withFile(s, f.Attach, func(q url.Values) AttachRequest {
		return AttachRequest{Sender: q.Get("sender"), Name: q.Get("name")}
	}))
	mux.Handle("POST /v1/evidence/letters", post(s, f.Write))
	mux.Handle("POST /v1/evidence/papers", post(s, f.Papers))
	mux.Handle("GET /v1/evidence/dossier", s.get(byQuery(f.Dossier, "sender", plainly)))
	mux.Handle("POST /v1/evidence/export", steps(s, f.Export, evidenceFailed))
}

// evidenceFailed is the last word of work that failed.
func evidenceFailed(e *Error) EvidenceStep { return EvidenceStep{Error: e} }

// withFile hands a file on, which may be long.
func withFile[In, Out any](s *Server, f func(context.Context, In, []byte) (Out, error), read func(url.Values) In) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f == nil {
			s.refuse(w, absent())
			return
		}
		content, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxStored))
		if err != nil {
			s.refuse(w, fmt.Errorf("reading a file: %w", err))
			return
		}
		out, err := f(r.Context(), read(r.URL.Query()), content)
		s.reply(w, out, err)
	})
}
