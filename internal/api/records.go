package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/unseen-mail/unseen/rules/statement"
)

// maxRecords is the most octets of an import.
const maxRecords = 64 << 20

// A Record is one decision of the ledger with its place in the chain.
type Record struct {
	// Seq counts from 1, Hash is the record's in hexadecimal.
	Seq uint64 `json:"seq"`
	// Hash is the record's in hexadecimal.
	Hash string `json:"hash"`
	// Forgotten says that nothing but its place is left; Forgets are the records
	// that this one destroyed.
	Forgotten bool `json:"forgotten,omitempty"`
	// Forgets are the records that this one destroyed.
	Forgets []uint64 `json:"forgets,omitempty"`
	// Sender and From are whom it is for, and the address in From.
	Sender string `json:"sender,omitempty"`
	// From is the address in From of the mail at hand.
	From string `json:"from,omitempty"`
	// Authenticated is how the sender was vouched for.
	Authenticated string `json:"authenticated,omitempty"`
	// Address is the reader's.
	Address string `json:"address,omitempty"`
	// Purpose, Scope and Decision are what was answered.
	Purpose string `json:"purpose,omitempty"`
	// Scope is "purpose" or "all".
	Scope string `json:"scope,omitempty"`
	// Decision is "granted", "refused" or "withdrawn".
	Decision string `json:"decision,omitempty"`
	// Vendors are whom the notice named.
	Vendors []string `json:"vendors,omitempty"`
	// When and Until are its time.
	When time.Time `json:"when"`
	// Until is when it ends, or may be asked about again.
	Until *time.Time `json:"until,omitempty"`
	// How and Actor are the face and who decided.
	How string `json:"how,omitempty"`
	// Actor is who decided.
	Actor string `json:"actor,omitempty"`
	// Notice is what was shown, word for word.
	Notice string `json:"notice,omitempty"`
	// NoticeSHA256, NoticeLanguage and NoticeEdition name it.
	NoticeSHA256 string `json:"notice_sha256,omitempty"`
	// NoticeLanguage is as in BCP 47.
	NoticeLanguage string `json:"notice_language,omitempty"`
	// NoticeEdition names the form, the law and the texts.
	NoticeEdition string `json:"notice_edition,omitempty"`
	// Evidence are hashes of mails.
	Evidence []string `json:"evidence,omitempty"`
}

// A History is all that is kept about a sender.
type History struct {
	// Sender is the key that was found, "" for all.
	Sender string `json:"sender"`
	// Says tells what the records are and are not.
	Says string `json:"says"`
	// Records are in their order.
	Records []Record `json:"records"`
	// Once are permits for single messages.
	Once []OnceRecord `json:"once,omitempty"`
	// Statements are the reader's own words on what they agreed with the sender.
	Statements []Statement `json:"statements,omitempty"`
}

// A OnceRecord is a permit that was given for one message.
type OnceRecord struct {
	// When it was given, and by which face.
	When time.Time `json:"when"`
	// How is the face.
	How string `json:"how"`
	// Message is the hash of its header block, Address the reader's.
	Message string `json:"message"`
	// Address is the reader's.
	Address string `json:"address"`
	// Pictures says that it was for pictures alone.
	Pictures bool `json:"pictures,omitempty"`
}

// A Statement is the reader's own word on what they agreed with a sender.
type Statement = statement.Statement

// A ForgetRequest asks for all that is known of a sender to be destroyed.
type ForgetRequest struct {
	// Sender is a key, or an address or name that leads to one.
	Sender string `json:"sender"`
	// Dry only says what would go.
	Dry bool `json:"dry,omitempty"`
	// How is the face.
	How string `json:"how,omitempty"`
}

// A Forgotten is what was destroyed, or would be.
type Forgotten struct {
	// Senders are the keys.
	Senders []string `json:"senders"`
	// Records, Statements, Events and Choices count what went.
	Records int `json:"records"`
	// Statements counts the reader's own words.
	Statements int `json:"statements"`
	// Events counts entries of the diary.
	Events int `json:"events"`
	// Choices counts choices about pictures, permits and questions.
	Choices int `json:"choices"`
	// Learned counts what was learnt from mails.
	Learned int `json:"learned"`
	// Stays says in sentences what is left.
	Stays []string `json:"stays"`
}

// An Imported is what an import added.
type Imported struct {
	// Read counts the decisions in the file, Added those that changed something
	// here. A no wins, on whichever side it stands.
	Read int `json:"read"`
	// Added counts those that changed something here.
	Added int `json:"added"`
}

// History returns what is kept about a sender, or about all for "".
func (c *Client) History(ctx context.Context, sender string) (History, error) {
	return call[History](ctx, c, "GET", "/v1/consent/history?sender="+escape(sender), nil)
}

// Export writes the ledger in a format, "jsonld" or "csv".
func (c *Client) Export(ctx context.Context, w io.Writer, format, language string) error {
	resp, err := c.do(ctx, "GET", "/v1/consent/export?format="+escape(format)+"&language="+escape(language), nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(w, resp.Body); err != nil {
		return fmt.Errorf("exporting the ledger: %w", err)
	}
	if resp.Trailer.Get(trailer) != "whole" {
		return errors.New("exporting the ledger: it broke off")
	}
	return nil
}

// trailer says at the end of an export that it is whole.
const trailer = "Unseen-Export"

// Import adds the decisions of a file in a format, all of it or nothing.
func (c *Client) Import(ctx context.Context, r io.Reader, format string) (Imported, error) {
	return send[Imported](ctx, c, "/v1/consent/import?format="+escape(format), r)
}

// VerifyAgainst checks the ledger, and that it goes on from a head that was noted.
func (c *Client) VerifyAgainst(ctx context.Context, head string) (Verification, error) {
	return call[Verification](ctx, c, "GET", "/v1/consent/verify?against="+escape(head), nil)
}

// Forget destroys what is known of a sender.
func (c *Client) Forget(ctx context.Context, r ForgetRequest) (Forgotten, error) {
	return call[Forgotten](ctx, c, "POST", "/v1/forget", r)
}

// State keeps a statement of the reader's and returns it as it was kept.
func (c *Client) State(ctx context.Context, s Statement) (Statement, error) {
	return call[Statement](ctx, c, "POST", "/v1/statements", s)
}

// Statements lists the statements about a sender, or all for "", in their order.
func (c *Client) Statements(ctx context.Context, sender string) ([]Statement, error) {
	return call[[]Statement](ctx, c, "GET", "/v1/statements?sender="+escape(sender), nil)
}

// consentRoutes are the methods about consent.
func (s *Server) consentRoutes(mux *http.ServeMux) {
	f := s.Service
	mux.Handle("GET /v1/questions", s.get(byQuery(f.Questions, "asked", func(v string) bool { return v == "1" })))
	mux.Handle("POST /v1/questions/ask", post(s, f.Ask))
	mux.Handle("POST /v1/questions/answer", post(s, f.Answer))
	mux.Handle("POST /v1/once", post(s, f.Once))
	mux.Handle("POST /v1/tell", post(s, f.Tell))
	mux.Handle("POST /v1/sending", post(s, f.WouldSend))
	mux.Handle("GET /v1/consent/history", s.get(byQuery(f.History, "sender", plainly)))
	mux.Handle("GET /v1/consent/verify", s.get(byQuery(f.Verify, "against", plainly)))
	mux.Handle("GET /v1/consent/export", http.HandlerFunc(s.export))
	mux.Handle("POST /v1/consent/import", http.HandlerFunc(s.importRecords))
	mux.Handle("POST /v1/forget", post(s, f.Forget))
	mux.Handle("POST /v1/statements", post(s, f.State))
	mux.Handle("GET /v1/statements", s.get(byQuery(f.Statements, "sender", plainly)))
}

// plainly takes a value of a query as it is.
func plainly(v string) string { return v }

// byQuery makes a getter of a method that takes one value of the query.
func byQuery[In, Out any](f func(context.Context, In) (Out, error), name string, read func(string) In) getter {
	if f == nil {
		return nil
	}
	return func(r *http.Request) (any, error) { return f(r.Context(), read(r.URL.Query().Get(name))) }
}

// export streams the ledger. Whether it came to its end is said behind it.
func (s *Server) export(w http.ResponseWriter, r *http.Request) {
	if s.Service.Export == nil {
		s.refuse(w, absent())
		return
	}
	q := r.URL.Query()
	kind := "application/ld+json"
	switch q.Get("format") {
	case "csv":
		kind = "text/csv; charset=utf-8"
	case "jsonld":
	default:
		s.refuse(w, &Error{Code: CodeWrong, Text: fmt.Sprintf("reading the request: there is no format %q", q.Get("format"))})
		return
	}
	w.Header().Set("Trailer", trailer)
	out := &begun{ResponseWriter: w, kind: kind}
	if err := s.Service.Export(r.Context(), out, q.Get("format"), q.Get("language")); err != nil {
		if out.sent {
			s.logger().Error("exporting", "err", err)
			return
		}
		w.Header().Del("Trailer")
		s.refuse(w, err)
		return
	}
	w.Header().Set(trailer, "whole")
}

// begun is an answer that knows whether any of it went out.
type begun struct {
	http.ResponseWriter
	kind string
	sent bool
}

// Write sends the header with the first octets.
func (b *begun) Write(p []byte) (int, error) {
	if !b.sent {
		b.sent = true
		b.Header().Set("Content-Type", b.kind)
	}
	return b.ResponseWriter.Write(p)
}

// importRecords hands a file on. It is the one request that may be long.
func (s *Server) importRecords(w http.ResponseWriter, r *http.Request) {
	if s.Service.Import == nil {
		s.refuse(w, absent())
		return
	}
	out, err := s.Service.Import(r.Context(), http.MaxBytesReader(w, r.Body, maxRecords), r.URL.Query().Get("format"))
	s.reply(w, out, err)
}
