package api

import "time"

// MaxPage is the most rows of one answer that comes in pages.
const MaxPage = 5000

// A SenderQuery says which senders are wanted, and in which order.
type SenderQuery struct {
	// Search is looked for in key, name and address, upper and lower case alike
	// where it is ASCII; "" finds all.
	Search string `json:"search,omitempty"`
	// Filter is "" for all, "granted" for those that may know something, "refused"
	// for those that were told no or had something taken back, "silent" for those
	// that the reader did not answer, "unvouched" for those that nobody vouches for.
	Filter string `json:"filter,omitempty"`
	// Sort is "last" (also ""), "first", "name" or "mails".
	Sort string `json:"sort,omitempty"`
	// Offset is how many are left out, Limit how many are wanted; 0 is 100.
	Offset int `json:"offset,omitempty"`
	// Limit is how many are wanted; 0 is 100, and [MaxPage] the most.
	Limit int `json:"limit,omitempty"`
}

// A SenderRow is one sender in a list.
type SenderRow struct {
	Sender
	// First is when the first of its mails was seen.
	First time.Time `json:"first"`
	// Granted and Refused count the purposes of which a yes, or a no, stands.
	Granted int `json:"granted,omitempty"`
	// Refused counts noes and what was taken back.
	Refused int `json:"refused,omitempty"`
}

// A SenderPage is a part of a list of senders.
type SenderPage struct {
	// Total is how many senders there are, Matching how many were asked for.
	Total int `json:"total"`
	// Matching is how many the query finds, on all pages.
	Matching int `json:"matching"`
	// Senders are those of this page.
	Senders []SenderRow `json:"senders"`
}

// A SenderFactsQuery asks for what is known of one sender.
type SenderFactsQuery struct {
	// Sender is a key, or an address or name that leads to one.
	Sender string `json:"sender"`
	// Language is that of names and sentences; "" is the daemon's.
	Language string `json:"language,omitempty"`
}

// SenderFacts are what is known of one sender, beside its questions, its history
// and what its mail shows.
type SenderFacts struct {
	SenderRow
	// Standings are how its purposes stand.
	Standings []Standing `json:"standings"`
	// Trackers are who would have learned, by how often.
	Trackers []TrackerSeen `json:"trackers"`
	// Pictures says that its pictures are shown.
	Pictures bool `json:"pictures"`
	// Leaks are in how many of its newest mails the reader's own address stands in
	// the address of a load or link, of Looked.
	Leaks int `json:"leaks"`
	// Looked is how many of its newest mails were looked at.
	Looked int `json:"looked"`
}

// A TrackerSeen is somebody who would have learned of openings.
type TrackerSeen struct {
	// Vendor is its id, Name what people call it.
	Vendor string `json:"vendor"`
	// Name is what people call it.
	Name string `json:"name"`
	// Held, Released, Copies and Failed are those of [Counts].
	Counts
	// Last is when it last would have learned.
	Last time.Time `json:"last"`
}
