package api

import "time"

// A StatisticsQuery says what is counted.
type StatisticsQuery struct {
	// By is "day" (also ""), "week" or "month": whole ones by the clock of the
	// daemon's machine. Weeks begin on Monday.
	By string `json:"by,omitempty"`
	// From and To bound the time; without From they are the last 30 days, 26 weeks
	// or 24 months.
	From time.Time `json:"from,omitzero"`
	// To is the end; zero is now.
	To time.Time `json:"to,omitzero"`
	// Top is how many vendors, senders and the like are named; 0 is 10, and 100 the
	// most.
	Top int `json:"top,omitempty"`
}

// Statistics are counts of what happened. Who and what for is known of the last 90
// days alone: before, counts are all that is left.
type Statistics struct {
	// From and To are the time that was counted.
	From time.Time `json:"from"`
	// To is its end.
	To time.Time `json:"to"`
	// Spans are days, weeks or months in their order, those without anything too.
	Spans []SpanCounts `json:"spans"`
	// Sums are those of all of it.
	Sums Sums `json:"sums"`
	// Vendors, Senders, Purposes and Vectors are the most frequent, by loads that
	// tell readers apart, or may.
	Vendors []Tally `json:"vendors"`
	// Senders are whose mail it was.
	Senders []Tally `json:"senders"`
	// Purposes are what for. One load can be for several.
	Purposes []Tally `json:"purposes"`
	// Vectors are where in the mail.
	Vectors []Tally `json:"vectors"`
}

// SpanCounts are what happened in a day, a week or a month.
type SpanCounts struct {
	// Begin is its first moment.
	Begin time.Time `json:"begin"`
	Counts
	// Asked counts those of them that would have told readers apart.
	Asked int `json:"asked"`
}

// Sums are of a whole time.
type Sums struct {
	Counts
	// Mails is how many mails loaded something through Unseen.
	Mails int `json:"mails"`
	// Asking is how many of them asked who reads them.
	Asking int `json:"asking"`
	// Told is of how many of them somebody was told.
	Told int `json:"told"`
	// Unknown is how many mails that came in this time loaded nothing here: whether
	// they were read elsewhere Unseen cannot know.
	Unknown int `json:"unknown"`
}

// A Tally is how often one name occurs.
type Tally struct {
	// ID is the stored name, Name what people call it.
	ID string `json:"id"`
	// Name is what people call it, "" where the id is all there is.
	Name string `json:"name,omitempty"`
	// Held were not asked for, Told were.
	Held int `json:"held"`
	// Told is how often somebody was told.
	Told int `json:"told"`
}
