package message

import (
	"bytes"
	"strings"
)

// externalType is the type of a part whose body is elsewhere (RFC 2046, section
// 5.2.3).
const externalType = "message/external-body"

// An External is where the body of a message/external-body is.
type External struct {
	// URL is the address that a program is to fetch it from: the one that is named
	// (RFC 2017, section 3), or that of a file on a server for FTP. It is "" where
	// there is none, as for a body that is to be asked for by mail.
	URL string
	// At is where it stands in the header of the part: in all of that, if it is
	// written in pieces.
	At Range
}

// external reads where the body of a part is from the part's header, which begins at
// an octet of the message.
func external(head []byte, at Range) External {
	kind := declare(head).kind
	named := func(name string) string {
		value, _ := clientParameter(kind, name)
		return value
	}
	out := External{At: at}
	switch strings.ToLower(strings.TrimSpace(named("access-type"))) {
	case "url", "x-url":
		// RFC 2017, section 3.1: white space in it is of the folding.
		out.URL = strings.Join(strings.Fields(named("url")), "")
	case "ftp", "anon-ftp", "tftp":
		if site := strings.TrimSpace(named("site")); site != "" {
			out.URL = "ftp://" + site + "/" + strings.TrimPrefix(strings.Trim(named("directory"), "/")+"/"+named("name"), "/")
		}
	default:
		// Nobody is to fetch such an address, but there is one.
		out.URL = strings.Join(strings.Fields(named("url")), "")
	}
	if i := bytes.Index(head, []byte(out.URL)); out.URL != "" && i >= 0 {
		out.At = Range{at.Start + i, at.Start + i + len(out.URL)}
	}
	return out
}
