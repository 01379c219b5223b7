// Package signal says what in an address, and in the mail around it, speaks for
// or against its having been made for one recipient.
//
// Each sign is a small function with a name of its own that findings repeat. None
// of them decides: package detect weighs them. What looks like the name of a
// person or of one delivery is a [Token]; how much it looks like one is its
// [Strength], judged by length, alphabet, how unlike words it is, and the place
// where it stands. What looks like one and is none is known too: names of stored
// pictures, sizes, versions, days, numbers of articles.
//
// The package is pure, and linear in the address.
//
// # Limits
//
// Of an address the first 4 KiB are looked at and at most 24 tokens kept. Whether
// a token is the person's or the mailing's cannot be told from one mail: a token
// that stands in every link of it may be either.
package signal

// A Place is where in an address a token stands.
type Place string

const (
	// Host is a label below the registered name.
	Host Place = "host"
	// User is what stands before "@" in the authority.
	User Place = "user-info"
	// Path is a segment of the path.
	Path Place = "path"
	// Query is a parameter, or a query without one.
	Query Place = "query"
	// Fragment is what follows "#". A server does not see it, its page does.
	Fragment Place = "fragment"
)

// A Kind is what a token looks like.
type Kind string

const (
	// Address is somebody's e-mail address.
	Address Kind = "address"
	// UUID has the form of RFC 9562, section 4.
	UUID Kind = "uuid"
	// Hex is hexadecimal digits.
	Hex Kind = "hex"
	// Number is decimal digits.
	Number Kind = "number"
	// Random is letters and digits that make no word.
	Random Kind = "random"
)

// A Strength is how much a text looks like a name that a machine gave.
type Strength uint8

const (
	// None is a word, a day, a size, or nothing.
	None Strength = iota
	// Faint could number people as well as anything else.
	Faint
	// Fair tells ten thousand apart, and is hardly a word.
	Fair
	// Strong tells more apart than there are people.
	Strong
)

// A Token is a part of an address that could name a person or one delivery.
type Token struct {
	// Where it stands.
	Where Place
	// Name is that of the parameter, "" elsewhere.
	Name string
	// Text is the token as written.
	Text string
	// Kind is what it looks like, and Strength how much.
	Kind     Kind
	Strength Strength
	// Random are how many of its characters are at random.
	Random int
	// Segment counts those of the path from 1, and labels of the host; 0 elsewhere.
	Segment int
	// Last says that it is the last segment of the path, without extension.
	Last bool
	// Asked says that its parameter is named after people, Seal that it is named
	// after signatures, Content that it is named after what an address leads to.
	Asked, Seal, Content bool
	// Dense says that capitals, small letters and digits change all the time in
	// it, as they do in no word.
	Dense bool
}
