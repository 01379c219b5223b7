package api

// A SendingRequest asks what loads would send.
type SendingRequest struct {
	// Token is that of one load on the gateway; or Message is the hash of a
	// header block, for all loads of a message that tell readers apart.
	Token string `json:"token,omitempty"`
	// Message is the hash of a header block.
	Message string `json:"message,omitempty"`
	// Language is that of the sentences.
	Language string `json:"language,omitempty"`
}

// A Sending is what one load would send if it were made.
type Sending struct {
	// Host is who would be asked, Vendor who runs it.
	Host string `json:"host"`
	// Vendor is who runs it.
	Vendor string `json:"vendor"`
	// Vector is where in the mail it stands.
	Vector string `json:"vector"`
	// Verdict and Purposes are those of today.
	Verdict string `json:"verdict"`
	// Purposes are what would have to be granted.
	Purposes []string `json:"purposes,omitempty"`
	// Identifiers are what in its address tells readers apart.
	Identifiers []Identifier `json:"identifiers"`
	// What every request shows, whatever it asks for.
	Shows
	// Text says all of it in sentences.
	Text []string `json:"text"`
}

// Shows is what any request shows to whom it is sent.
type Shows struct {
	// Network says what the connection shows.
	Network string `json:"network"`
	// Client is the User-Agent of the request.
	Client string `json:"client"`
	// Time says what the moment tells.
	Time string `json:"time"`
	// Cookies are always none.
	Cookies string `json:"cookies"`
}

// An Identifier is a piece of an address that tells readers apart.
type Identifier struct {
	// Where is "path", "query", "host", "user-info" or "fragment".
	Where string `json:"where"`
	// Kind is as in a finding's token; "address" is the reader's own.
	Kind string `json:"kind"`
	// Value is as written, Decoded what it says, "" where that cannot be told.
	Value string `json:"value"`
	// Decoded is what it says.
	Decoded string `json:"decoded,omitempty"`
	// Form says how the reader's own address is written, "md5", "" otherwise.
	Form string `json:"form,omitempty"`
}
