package api

import (
	"log/slog"
	"time"
)

// Status is how Unseen does.
type Status struct {
	// Version is the program's.
	Version string `json:"version"`
	// PID is its process.
	PID int `json:"pid"`
	// Since is when it started.
	Since time.Time `json:"since"`
	// Gateway is where held loads lead.
	Gateway Gateway `json:"gateway"`
	// SOCKS is where mail programs come in that keep the names of their servers,
	// "127.0.0.1:4280"; "" if that is off, or does not listen.
	SOCKS string `json:"socks,omitempty"`
	// Accounts are the connected ones.
	Accounts []Account `json:"accounts"`
	// Pictures is "none" or "all".
	Pictures string `json:"pictures"`
	// Level is what is held: "standard", "own" or "all".
	Level string `json:"level"`
	// Paused is set while questions and notices are silenced: no face puts one by
	// itself.
	Paused *Span `json:"paused,omitempty"`
	// Suspended are the times in which loads are not held, none if all are.
	Suspended []Suspension `json:"suspended,omitempty"`
	// Receipts is how many read receipts wait for an answer.
	Receipts int `json:"receipts,omitempty"`
	// Pinned are the settings that config.toml decides.
	Pinned []string `json:"pinned,omitempty"`
	// Edition names the rules in use, "sha256:...".
	Edition string `json:"edition"`
	// Today counts since midnight of the reader's clock.
	Today Counts `json:"today"`
	// Mail counts messages since the beginning.
	Mail Mail `json:"mail"`
	// Uncounted says that Today and Mail are not known.
	Uncounted bool `json:"uncounted,omitempty"`
	// Problems are sentences about what does not work, empty if all does.
	Problems []string `json:"problems,omitempty"`
	// Remedies say what to do about each of Problems, in their order.
	Remedies []string `json:"remedies,omitempty"`
}

// Remedy is what to do about one of Problems, "" where nothing is known.
func (s *Status) Remedy(n int) string {
	if n >= len(s.Remedies) {
		return ""
	}
	return s.Remedies[n]
}

// A Mail says how many messages came through, and in how many of them something
// could not be held.
type Mail struct {
	// Messages counts messages, not copies of one.
	Messages int `json:"messages"`
	// Ungated counts those in which something could not be held.
	Ungated int `json:"ungated"`
	// Reasons says why, by words of package plan and "unplanned". One message
	// may count for several.
	Reasons map[string]int `json:"reasons,omitempty"`
}

// Counts are numbers of loads, by what became of them.
type Counts struct {
	// Held were not asked for.
	Held int `json:"held"`
	// Released were asked for.
	Released int `json:"released"`
	// Copies were shown again without asking anybody.
	Copies int `json:"copies"`
	// Failed were asked for, and nothing came.
	Failed int `json:"failed"`
}

// A Gateway is the HTTP server behind the tokens.
type Gateway struct {
	// Origin is what a mail program permits, "http://127.0.0.1:4180".
	Origin string `json:"origin"`
	// Port is that of Origin.
	Port int `json:"port"`
	// Open says that it listens.
	Open bool `json:"open"`
	// Problem is why it does not listen.
	Problem string `json:"problem,omitempty"`
}

// An Endpoint is a server of the reader's provider.
type Endpoint struct {
	// Host is its name, which its certificate has to bear.
	Host string `json:"host"`
	// Port is where it listens.
	Port int `json:"port"`
	// TLS is "implicit", "starttls" or "none" (loopback only).
	TLS string `json:"tls"`
	// CA is a file of certificates to trust for it, "" for the system's.
	CA string `json:"ca,omitempty"`
}

// An Account is one mailbox that is read through Unseen.
type Account struct {
	// Address is the reader's, as the provider knows them.
	Address string `json:"address"`
	// Name is what the reader calls it; the address if they did not say.
	Name string `json:"name"`
	// IMAP is where mail comes from. SMTP is where it goes to; nil if what
	// is sent does not go through Unseen.
	IMAP Endpoint `json:"imap"`
	// SMTP is where mail goes to; nil if what is sent does not go through Unseen.
	SMTP *Endpoint `json:"smtp,omitempty"`
	// Mode is what is replaced in its mail: "all" or "pixels".
	Mode string `json:"mode"`
	// Vouching says whether it is known how the provider vouches for senders:
	// "yes", "no" if it does not, or "unknown".
	Vouching string `json:"vouching"`
	// Watch is how new mail is looked at before it is opened; nil if it is not.
	Watch *Watched `json:"watch,omitempty"`
	// Local is what the mail program is set to.
	Local Local `json:"local"`
}

// Local are the ports of one account on this machine.
type Local struct {
	// Host is this machine.
	Host string `json:"host"`
	// IMAP speaks STARTTLS.
	IMAP int `json:"imap"`
	// IMAPS is TLS from the first octet.
	IMAPS int `json:"imaps"`
	// SMTP speaks STARTTLS; 0 if what is sent does not go through Unseen.
	SMTP int `json:"smtp,omitempty"`
	// Fingerprint is the SHA-256 of the local certificate, "AB:CD:...".
	Fingerprint string `json:"fingerprint"`
	// Problem says why a port does not listen, "" if all do.
	Problem string `json:"problem,omitempty"`
}

// NewAccount asks for an account to be connected.
type NewAccount struct {
	// Address is the reader's.
	Address string `json:"address"`
	// Name is what the reader calls it; the address if empty.
	Name string `json:"name,omitempty"`
	// IMAP is nil where the table of providers knows the servers.
	IMAP *Endpoint `json:"imap,omitempty"`
	// SMTP is nil where the table knows it, or with NoSMTP.
	SMTP *Endpoint `json:"smtp,omitempty"`
	// NoSMTP keeps what is sent out of Unseen.
	NoSMTP bool `json:"no_smtp,omitempty"`
	// Unchecked connects it without asking the servers first.
	Unchecked bool `json:"unchecked,omitempty"`
}

// A Secret is a password on its way. It can be sent, and not be printed.
type Secret string

// LogValue keeps the secret out of every log.
func (Secret) LogValue() slog.Value { return slog.StringValue("***") }

// String keeps the secret out of every text.
func (Secret) String() string { return "***" }

// GoString keeps the secret out of every dump.
func (Secret) GoString() string { return "***" }

// CheckRequest asks for the servers of an account to be tried.
type CheckRequest struct {
	// Address names a connected account.
	Address string `json:"address"`
	// Login and Password are tried if there is a password; Login is the
	// address if empty. Neither is kept.
	Login string `json:"login,omitempty"`
	// Password is tried, and not kept.
	Password Secret `json:"password,omitempty"`
	// Token is an access token (RFC 6750) that is tried instead, and not kept. With
	// neither, the login that Unseen keeps of the account is tried, if there is one.
	Token Secret `json:"token,omitempty"`
}

// A Step is one thing that was tried.
type Step struct {
	// OK says that it went well.
	OK bool `json:"ok"`
	// Text says what came of it.
	Text string `json:"text"`
	// Hint is what to do next, if anything.
	Hint string `json:"hint,omitempty"`
}

// A Sender is somebody whose mail came through Unseen.
type Sender struct {
	// Key is what decisions are made for: a domain, or an address.
	Key string `json:"key"`
	// Display is the name they give themselves.
	Display string `json:"display,omitempty"`
	// Address is the last one they wrote from.
	Address string `json:"address,omitempty"`
	// Authenticated says that the provider vouches for them.
	Authenticated bool `json:"authenticated"`
	// Messages is how many were seen.
	Messages int `json:"messages"`
	// Last is when the last message was seen.
	Last time.Time `json:"last"`
	// Account is the address that the mail came to.
	Account string `json:"account,omitempty"`
}

// A Decision is what the reader says to a sender's wish.
type Decision struct {
	// Decision is "granted", "refused" or "withdrawn".
	Decision string `json:"decision"`
	// Sender is a key, or an address or name that leads to one.
	Sender string `json:"sender"`
	// Address is the reader's own, "" for each that the sender wrote to.
	Address string `json:"address,omitempty"`
	// Purposes are ids of package purpose.
	Purposes []string `json:"purposes,omitempty"`
	// All stands for each purpose that needs consent.
	All bool `json:"all,omitempty"`
	// Until is when it lapses by itself; nil for never.
	Until *time.Time `json:"until,omitempty"`
	// Language, Notice, How and OneAddress are as in [Answer]: a yes needs the
	// hash of the notice that was shown.
	Language string `json:"language,omitempty"`
	// Notice is the hash of what was shown.
	Notice string `json:"notice,omitempty"`
	// How is the face.
	How string `json:"how,omitempty"`
	// OneAddress is for the address that Sender names alone.
	OneAddress bool `json:"one_address,omitempty"`
}

// A Standing is where consent stands for one sender, address and purpose.
type Standing struct {
	// Sender is the key that it is for.
	Sender string `json:"sender"`
	// Address is the reader's own.
	Address string `json:"address"`
	// Purpose is an id of package purpose.
	Purpose string `json:"purpose"`
	// Decision is "granted", "refused", "withdrawn", "lapsed" or "unreadable".
	Decision string `json:"decision"`
	// Vendors are whom the decision names.
	Vendors []string `json:"vendors,omitempty"`
	// When it was decided.
	When time.Time `json:"when"`
	// Until is when it lapses; nil for never.
	Until *time.Time `json:"until,omitempty"`
}

// A Verification is what the ledger's check found.
type Verification struct {
	// Records is how many there are.
	Records int `json:"records"`
	// Head is the end of the chain, to be noted elsewhere.
	Head string `json:"head"`
}

// A Picture is a choice about pictures. Sender "all" is every sender.
type Picture struct {
	// Sender is a key, or "all".
	Sender string `json:"sender"`
	// Show says that pictures are shown.
	Show bool `json:"show"`
}

// An Event is a question and its answer.
type Event struct {
	// Seq grows with each event.
	Seq int64 `json:"seq"`
	// Time is when it was.
	Time time.Time `json:"time"`
	// Kind is "load", "consent", "picture", "account", "config", "rules",
	// "relay", "level", "protection" (paused, suspended, ended) or "receipt".
	Kind string `json:"kind"`
	// Outcome is what became of it: "held", "released", "copy", "failed" for
	// loads; "granted", "refused", "withdrawn" for consent.
	Outcome string `json:"outcome,omitempty"`
	// Sender is whom it is about.
	Sender string `json:"sender,omitempty"`
	// Account is the address that the mail came to.
	Account string `json:"account,omitempty"`
	// Verdict is that of the moment: "tracker", "suspected", "exempt" or
	// "clean".
	Verdict string `json:"verdict,omitempty"`
	// Host is who would have learned of it.
	Host string `json:"host,omitempty"`
	// Vendor is who runs it.
	Vendor string `json:"vendor,omitempty"`
	// Reason is one sentence.
	Reason string `json:"reason,omitempty"`
}
