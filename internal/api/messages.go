package api

import "time"

// A MessageQuery says which messages are wanted, the newest first.
type MessageQuery struct {
	// Sender is a key, "" for all.
	Sender string `json:"sender,omitempty"`
	// Search is looked for in subjects and names of senders, among the newest
	// messages; "" finds all.
	Search string `json:"search,omitempty"`
	// Offset is how many are left out.
	Offset int `json:"offset,omitempty"`
	// Limit is how many are wanted; 0 is 50, and 500 the most.
	Limit int `json:"limit,omitempty"`
}

// A MessagePage is a part of the list of messages.
type MessagePage struct {
	// Messages are those of this page.
	Messages []Message `json:"messages"`
	// More says that there are older ones.
	More bool `json:"more,omitempty"`
	// Searched is among how many of the newest messages was searched, 0 without a
	// search.
	Searched int `json:"searched,omitempty"`
}

// A Message is one mail that came through. Of its text nothing is kept here.
type Message struct {
	// ID is the SHA-256 of its header block.
	ID string `json:"id"`
	// Sender is the key of who sent it, Display what they call themselves.
	Sender string `json:"sender"`
	// Display is what they call themselves.
	Display string `json:"display,omitempty"`
	// From is the address that it names.
	From string `json:"from,omitempty"`
	// Authenticated says that the provider vouches for them.
	Authenticated bool `json:"authenticated"`
	// Subject is that of the mail.
	Subject string `json:"subject,omitempty"`
	// Sent is its date, Seen when it came through.
	Sent time.Time `json:"sent"`
	// Seen is when it first came through.
	Seen time.Time `json:"seen"`
	// Address is the reader's, that it came to.
	Address string `json:"address"`
	// Trackers and Suspected count loads, Links links that tell who follows them,
	// Ungated loads that could not be held here.
	Trackers int `json:"trackers"`
	// Suspected counts loads that perhaps tell.
	Suspected int `json:"suspected"`
	// Links counts links that tell who follows them.
	Links int `json:"links"`
	// Ungated counts loads that could not be held here.
	Ungated int `json:"ungated,omitempty"`
}

// A MessageFactsQuery asks for one message to be explained.
type MessageFactsQuery struct {
	// ID is the hash of its header block, or a sender for its newest message.
	ID string `json:"id"`
	// Language is that of the sentences; "" is the daemon's.
	Language string `json:"language,omitempty"`
}

// MessageFacts explain one message.
type MessageFacts struct {
	Message
	// References are the addresses in it that lead elsewhere, in its order.
	References []MessageReference `json:"references"`
	// Edition names the rules in use.
	Edition string `json:"edition"`
}

// A MessageReference is one address in a mail.
type MessageReference struct {
	// Vector is where it stands, Kind what it is: "pixel", "image", "resource",
	// "link".
	Vector string `json:"vector"`
	// Kind is "pixel", "image", "resource" or "link".
	Kind string `json:"kind"`
	// Part is the IMAP number of the part it stands in.
	Part string `json:"part"`
	// URL is the address, Host where it leads.
	URL string `json:"url"`
	// Host is where it leads.
	Host string `json:"host"`
	// Text is the alternative text or the words of the link.
	Text string `json:"text,omitempty"`
	// Width and Height are what the mail declares, -1 for nothing.
	Width int `json:"width"`
	// Height is what the mail declares.
	Height int `json:"height"`
	// Hidden says how the mail hides it, "" if it does not.
	Hidden string `json:"hidden,omitempty"`
	// Verdict is "tracker", "suspected", "exempt" or "clean"; Certainty is
	// "proven", "strong", "weak" or "".
	Verdict string `json:"verdict"`
	// Certainty is how sure that is.
	Certainty string `json:"certainty,omitempty"`
	// Reasons are sentences.
	Reasons []string `json:"reasons"`
	// Vendor is who runs it by its id, Name what people call it.
	Vendor string `json:"vendor,omitempty"`
	// Name is what people call the vendor.
	Name string `json:"name,omitempty"`
	// Purposes are what it is for.
	Purposes []string `json:"purposes,omitempty"`
	// Outcome is what the plan did with it: "token", "ungated", "left", ...
	Outcome string `json:"outcome"`
	// Action is what becomes of it now: "hold", "release", "ungated", "unwrap",
	// "gate" or "leave".
	Action string `json:"action"`
	// Why says why, in a sentence.
	Why string `json:"why,omitempty"`
	// Sends are sentences on what would be sent, for those that tell readers apart.
	Sends []string `json:"sends,omitempty"`
}
