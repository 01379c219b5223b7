// Package e2e tries Unseen from end to end with real parts: Dovecot as the mail
// server, the readers' programs (see package lab), and a tracker that writes down
// what it learns. It holds tests only.
//
// What Unseen serves is compared with what Dovecot serves from a mailbox that
// holds the rewritten messages: whatever a mail program asks for, in whatever
// form, both must answer alike, octet by octet.
package e2e
