package figures

// A row is a number to be reached, or one that stands beside such a number.
type row struct {
	what string
	// room, name and unit say where it was measured. Of several figures the worst
	// counts.
	room, name, unit string
	// scale is what a figure is multiplied by; 0 is 1.
	scale float64
	// reach is what is to be reached, at least if more is better, at most
	// otherwise. A row that only stands beside others has 0.
	reach float64
	more  bool
	// shown is the unit as people say it.
	shown string
}

// rows are those of section 11 of the design, each with what stands beside it.
func rows() []row {
	var all []row
	for _, part := range [][]row{detection(), relaying(), weighing(), faces()} {
		all = append(all, part...)
	}
	return all
}

// detection is what is done with a mail or an address.
func detection() []row {
	const us = 1e-3
	return []row{
		{what: "planning real newsletters, one core", room: "internal/plan", name: "Plan", unit: "MB/s", reach: 250, more: true, shown: "MB/s"},
		{what: "  for a second of processor time", room: "internal/plan", name: "Plan", unit: "MB/cpu-s", shown: "MB"},
		{what: "  as the daemon plans: loads", room: "internal/daemon", name: "PlanLinks/loads", unit: "MB/s", shown: "MB/s"},
		{what: "  as the daemon plans: loads and links", room: "internal/daemon", name: "PlanLinks/links", unit: "MB/s", shown: "MB/s"},
		{what: "scan with verdicts, one core", room: "detect", name: "Scan", unit: "MB/s", reach: 125, more: true, shown: "MB/s"},
		{what: "  for a second of processor time", room: "detect", name: "Scan", unit: "MB/cpu-s", shown: "MB"},
		{what: "  the median mail", room: "detect", name: "Scan", unit: "ms-median", reach: 0.5, shown: "ms"},
		{what: "  taking mail apart alone", room: "detect/message", name: "Parse", unit: "MB/s", shown: "MB/s"},
		{what: "  enmime, which only takes it apart", room: "internal/lab/peers", name: "Enmime", unit: "MB/s", shown: "MB/s"},
		{what: "verdict for one address, the slowest of four", room: "detect", name: "Judge", unit: "ns/op", scale: us, reach: 2, shown: "µs"},
		{what: "  the whole catalogue alone, the slowest of four", room: "rules/catalogue", name: "Verdict", unit: "ns/op", scale: us, shown: "µs"},
		{what: "  a list of 55,000 rules, as the reader's", room: "internal/rulefiles", name: "Match", unit: "ns/op", scale: us, shown: "µs"},
		{what: "  the same list in urlfilter alone", room: "internal/rulefiles", name: "Urlfilter", unit: "ns/op", scale: us, shown: "µs"},
		{what: "opening a ledger of 100,000 records", room: "internal/store", name: "OpenLedger", unit: "s/100k", reach: 1, shown: "s"},
		{what: "  with a notice of 2 KB in each", room: "internal/store", name: "OpenLedgerShown", unit: "s/100k", reach: 1, shown: "s"},
		{what: "a decision", room: "rules/consent", name: "Standing", unit: "ns/op", scale: us, reach: 2, shown: "µs"},
	}
}

// relaying is what mail programs notice.
func relaying() []row {
	const e2e = "internal/lab/e2e"
	return []row{
		{what: "whole mailbox by mbsync, directly / through Unseen, first time", room: e2e, name: "Mbsync", unit: "ratio", reach: 0.95, more: true},
		{what: "  again", room: e2e, name: "Mbsync", unit: "ratio-again", reach: 0.95, more: true},
		{what: "bulk BODY[] through all of Unseen", room: e2e, name: "Bulk/through", unit: "MB/s", reach: 200, more: true, shown: "MB/s"},
		{what: "  Dovecot directly", room: e2e, name: "Bulk/direct", unit: "MB/s", shown: "MB/s"},
		{what: "  through a plain TCP relay", room: e2e, name: "Bulk/tcp", unit: "MB/s", shown: "MB/s"},
		{what: "  through nginx's mail proxy", room: e2e, name: "Bulk/nginx", unit: "MB/s", shown: "MB/s"},
		{what: "added per round trip, median", room: e2e, name: "RoundTrip/through", unit: "µs-added", reach: 60, shown: "µs"},
		{what: "  by a plain TCP relay", room: e2e, name: "RoundTrip/tcp", unit: "µs-added", shown: "µs"},
		{what: "  by nginx's mail proxy", room: e2e, name: "RoundTrip/nginx", unit: "µs-added", shown: "µs"},
		{what: "octets fetched, through / without, the worst of the programs", room: e2e, name: "Octets", unit: "ratio", reach: 1.05},
	}
}

// weighing is what the machine notices.
func weighing() []row {
	const e2e = "internal/lab/e2e"
	return []row{
		{what: "memory at rest", room: e2e, name: "Program", unit: "MB-idle", reach: 30, shown: "MB"},
		{what: "  for each idle connection", room: e2e, name: "Program", unit: "kB-per-connection", reach: 300, shown: "KB"},
		{what: "  a message of 50 MB in flight", room: e2e, name: "LargeMessage", unit: "MB-more", reach: 1, shown: "MB"},
		{what: "start to the first connection", room: e2e, name: "Program", unit: "ms-start", reach: 150, shown: "ms"},
	}
}

// faces are what people see of it, before 100,000 senders and 1,000,000 events.
func faces() []row {
	const e2e, window = "internal/lab/e2e", "gui/window"
	return []row{
		{what: "the window, from its start to the screen", room: e2e, name: "Window", unit: "ms-to-window", reach: 300, shown: "ms"},
		{what: "  before nothing", room: e2e, name: "Window", unit: "ms-empty", shown: "ms"},
		{what: "  memory with 100,000 senders in its list", room: e2e, name: "Window", unit: "MB-senders", reach: 250, shown: "MB"},
		{what: "  the day, asked, laid out and drawn without a screen", room: window, name: "Crowd/today/full", unit: "ms-min", reach: 300, shown: "ms"},
		{what: "  the same before nothing", room: window, name: "Crowd/today/empty", unit: "ms-min", shown: "ms"},
		{what: "  statistics of a month", room: window, name: "Crowd/statistics/full", unit: "ms-min", shown: "ms"},
		{what: "  a press of a filter", room: window, name: "Crowd/filter", unit: "ms-min", reach: 50, shown: "ms"},
		{what: "  a key in the search", room: window, name: "Crowd/key", unit: "ms-min", reach: 50, shown: "ms"},
		{what: "the icon, memory", room: e2e, name: "Icon", unit: "MB-resident", reach: 15, shown: "MB"},
		{what: "  woken at rest, a second", room: e2e, name: "Icon", unit: "wake-ups/s", shown: "times"},
	}
}
