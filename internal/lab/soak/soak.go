// Package soak lets Unseen live through days within minutes: many mail programs read,
// open and expunge, mail comes in, consent is given and taken back, rules are changed,
// connections are cut, the disk is full, and the daemon is killed, all in an order that
// a seed decides. It holds tests only.
//
// At the end every mail has to be there and come back to its octets, the ledger has to
// verify, no load may have got out without consent, and nothing may be left behind.
//
//	UNSEEN_SOAK=10m UNSEEN_SEED=7 UNSEEN_REAL=1 go test -v -timeout 0 ./internal/lab/soak
//
// Without UNSEEN_SOAK it takes a few seconds, as a test of itself.
package soak
