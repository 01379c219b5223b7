package account

import "strings"

// Known are the servers of a provider, as the catalogue lists them. A host may
// carry a port: "smtp.example.org:587".
type Known struct {
	// IMAP are where mail comes from, SMTP where it goes to.
	IMAP []string
	SMTP []string
}

// Wish is what the reader asked for. Nil servers are looked up.
type Wish struct {
	// Address is the reader's.
	Address string
	// Name is what they call the account.
	Name string
	// IMAP is where mail comes from; nil is looked up.
	IMAP *Server
	// SMTP is where it goes to; nil is looked up.
	SMTP *Server
	// NoSMTP says that what is sent shall not go through Unseen.
	NoSMTP bool
}

// Resolve makes an account of a wish and of what is known about its provider.
// It gives it no slot.
func Resolve(w Wish, known Known) (Account, error) {
	address, err := ParseAddress(w.Address)
	if err != nil {
		return Account{}, err
	}
	a := Account{Address: address, Name: strings.TrimSpace(w.Name)}
	if a.Name == "" {
		a.Name = address
	}
	imap, err := choose(w.IMAP, known.IMAP, IMAP)
	if err != nil {
		return Account{}, err
	}
	if imap == nil {
		return Account{}, wrong(ErrProvider, "the servers of %s are not known", address[strings.LastIndexByte(address, '@')+1:])
	}
	a.IMAP = *imap
	if w.NoSMTP {
		return a, nil
	}
	// Where the reader named their IMAP server, the table's SMTP server may be
	// somebody else's.
	if w.IMAP != nil {
		known.SMTP = nil
	}
	a.SMTP, err = choose(w.SMTP, known.SMTP, SMTP)
	return a, err
}

// choose returns the wished server, else the first known one, else nil.
func choose(wished *Server, known []string, k Kind) (*Server, error) {
	if wished == nil && len(known) == 0 {
		return nil, nil
	}
	var s Server
	var err error
	if wished != nil {
		s, err = wished.Normal(k)
	} else {
		s, err = ParseServer(known[0], "", k)
	}
	if err != nil {
		return nil, err
	}
	return &s, nil
}
