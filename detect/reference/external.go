package reference

import "strings"

// ExternalBody is the vector of the address in the header of a part whose body is
// elsewhere (RFC 2017). It stands in no text.
const ExternalBody Vector = "external body"

// External returns the reference that the header of such a part makes. The program
// fetches it when it shows the part, or when it is told to.
func External(url string) Reference {
	at := locate(clean([]byte(url)), "")
	return Reference{Vector: ExternalBody, Kind: Resource, URL: strings.ToValidUTF8(at.url, "\uFFFD"), Remote: at.remote, Relative: at.relative,
		Shape: Shape{Width: -1, Height: -1}}
}
