// Package proxy answers for what a mail loads and passes on what a reader
// sends.
//
// [Gateway] is the HTTP server behind the addresses that a mail carries instead
// of its remote loads. It asks its [Backend] at each opening and then either
// holds the load, and answers with something of its own, or releases it, and
// answers with what a [Fetcher] brought. It listens on loopback only, changes
// nothing by GET and HEAD, serves raster pictures only and lets nothing be stored by the
// client, so that a consent withdrawn acts on the next opening.
//
// [Fetcher] goes out on behalf of a mail that may have been written by an enemy.
// It reaches public addresses on ports 80 and 443 and nothing else, checks the
// address that a name resolved to at the moment of connecting, and carries
// neither cookies nor credentials nor a referrer.
//
// Beside loads the gateway shows [Pages] in a browser: within [Sessions], which are
// opened by whoever reaches the control socket, and for a sealed link its own page.
// Only there it takes forms, each from a page of its own that was not used before;
// all else is refused and counted, and changes nothing.
//
// [Submission] stands between a mail program and its submission server. Every
// mail passes through a [Restorer], so that no address of this machine leaves it,
// whether it comes by DATA or in chunks by BDAT (RFC 3030). A large mail goes on
// while it comes in; one that turns out not to be fit to leave is given up before
// its end was said to the server, which then delivers nothing of it. The relay says
// that a mail was taken only after the server said so, and sends none twice.
//
// # Limits
//
// A picture: 8 MiB, 10 seconds, five redirects. A mail: what the server allows,
// 64 MiB at most. A line of SMTP: 16 KiB. A
// form: 64 KiB, 64 fields. A session: an hour. Proxy requests proper (CONNECT and the
// absolute form) are refused.
//
// The package knows neither mail formats nor trackers. It logs no address,
// subject, URL, token or credential.
package proxy
