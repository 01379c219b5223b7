package api

import "time"

// A Dossier is what Unseen knows of a sender beside their mails. Each part says in a
// sentence what it is, and what it is not: what the reader told their own software is
// not what they told the sender, nor what the sender says.
type Dossier struct {
	// Sender is whom it is about, Made when it was gathered.
	Sender string `json:"sender"`
	// Made is when it was gathered.
	Made time.Time `json:"made"`
	// LedgerSays is what the ledger is; Ledger are its records about the sender, and
	// Head the hash of the whole ledger's last record.
	LedgerSays string `json:"ledger_says"`
	// Ledger are the records about the sender.
	Ledger []Record `json:"ledger"`
	// Once are permits for single messages.
	Once []OnceRecord `json:"once"`
	// Head is the hash of the whole ledger's last record.
	Head string `json:"head"`
	// StatementsSay is what the statements are; Statements are the reader's own.
	StatementsSay string `json:"statements_say"`
	// Statements are the reader's own.
	Statements []Statement `json:"statements"`
	// EventsSay is what the events are; Events are what mail programs asked for and
	// what became of it, the oldest first.
	EventsSay string `json:"events_say"`
	// Events are what mail programs asked for and what became of it.
	Events []Event `json:"events"`
	// EventsFrom is the first day of which there may be events, "" if all are there.
	EventsFrom string `json:"events_from,omitempty"`
	// Names are the answers of the DNS for hosts, as far as the reader had them asked.
	Names []HostAlias `json:"names"`
	// Served are the mails of the sender that went through Unseen, and what it changed.
	Served []Served `json:"served"`
	// Ways are where Unseen stands between a mail program and a mail server.
	Ways []Way `json:"ways"`
}

// A Way is where Unseen stands between a mail program and a mail server.
type Way struct {
	// Account is the reader's address, Server what its mail comes from.
	Account string `json:"account"`
	// Server is what its mail comes from, TLS how the way there is protected.
	Server string `json:"server"`
	// TLS is "implicit", "starttls" or "" for none, on this machine.
	TLS string `json:"tls"`
	// AddOn says that an add-on hands the mail over, and that nothing is relayed.
	AddOn bool `json:"add_on,omitempty"`
}

// Served says what Unseen changed in a mail on its way to a mail program.
type Served struct {
	// Header is the SHA-256 of the mail's header block, Account whose mailbox.
	Header string `json:"header_sha256"`
	// Account is whose mailbox.
	Account string `json:"account"`
	// Size is the mail's length, the same before and after.
	Size int `json:"size"`
	// Edits are what was replaced: where in the mail, how many octets.
	Edits []ServedEdit `json:"edits"`
}

// A ServedEdit is one place that was replaced.
type ServedEdit struct {
	// Offset and Length are raw octets.
	Offset int `json:"offset"`
	// Length is how many octets.
	Length int `json:"length"`
}
