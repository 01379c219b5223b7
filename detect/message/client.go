package message

import (
	"bytes"
	"strings"
)

// What stands here was found by trying: mails that can be read in two ways were
// opened in Thunderbird 153 ESR, and what it loaded was written down
// (testdata/hostile). Other clients are less odd, and read like servers.

// A declared is the fields of one header that say what a part is, as Thunderbird
// finds them: of a field that stands twice the first counts, even an empty one.
type declared struct {
	kind, encoding, disposition, version []byte
	name, sunName, sunCharset            []byte
}

// declare finds the fields. White space before the colon is no part of a name,
// line ends, VT and FF among it.
func declare(head []byte) declared {
	var d declared
	fields := []struct {
		name string
		into *[]byte
	}{
		{"Content-Type", &d.kind}, {"Content-Transfer-Encoding", &d.encoding},
		{"Content-Disposition", &d.disposition}, {"Content-Name", &d.name},
		{"MIME-Version", &d.version},
		{"X-Sun-Data-Name", &d.sunName}, {"X-Sun-Charset", &d.sunCharset},
	}
	for rest := head; len(rest) > 0; {
		var field []byte
		field, rest = splitField(rest)
		if c := field[0] | 0x20; c != 'c' && c != 'm' && c != 'x' {
			continue
		}
		name, value, ok := bytes.Cut(field, []byte{':'})
		if !ok {
			continue
		}
		name = bytes.TrimRight(name, clientSpace)
		for _, f := range fields {
			if *f.into == nil && fold(name, f.name) {
				*f.into = clientValue(value)
			}
		}
	}
	return d
}

// clientSpace is white space to Thunderbird: that of C.
const clientSpace = " \t\r\n\v\f"

// clientValue takes the white space off a field's value; a VT or FF in front of
// it makes it empty. It is never nil.
func clientValue(value []byte) []byte {
	value = bytes.TrimLeft(value, " \t\r\n")
	if len(value) == 0 || value[0] == '\v' || value[0] == '\f' {
		return []byte{}
	}
	return bytes.TrimRight(value, clientSpace)
}

// clientWord is what a field says before its parameters, in lower case. Quotes
// and comments mean nothing in it.
func clientWord(value []byte) string {
	if i := bytes.IndexAny(value, ";,"+clientSpace); i >= 0 {
		value = value[:i]
	}
	return strings.ToLower(string(value))
}

// readClient reads the header of a part as Thunderbird does. Root says that the
// part is the root of a message, digest that it is in a multipart/digest.
func readClient(head []byte, root, digest bool) content {
	d := declare(head)
	c := content{media: clientWord(d.kind), typed: len(d.kind) > 0}
	// What is left of a "?" belongs to an encoded word.
	c.media = c.media[strings.LastIndexByte(c.media, '?')+1:]
	switch {
	case c.media == "" && digest:
		c.media = messageType
	case c.media == "" && (!root || len(d.version) > 0):
		c.media = "text/plain"
	case c.media == "" || c.media == "application/octet-stream" || c.media == "application/x-unknown-content-type":
		c.readName(d)
	}
	c.untyped = c.media == "" || c.media == "text"
	if c.media == "message/news" || c.media == "message/global" {
		c.media = messageType
	}
	c.readClientParameters(d)
	c.setEncoding(clientWord(d.encoding))
	return c
}

// readClientParameters reads what matters for a type.
func (c *content) readClientParameters(d declared) {
	switch {
	case strings.HasPrefix(c.media, "multipart/"):
		c.boundary, c.bounded = clientParameter(d.kind, "boundary")
	case isPKCS7(c.media):
		kind, _ := clientParameter(d.kind, "smime-type")
		c.certificates = strings.EqualFold(kind, "certs-only")
	default:
		label, ok := clientParameter(d.kind, "charset")
		if !ok {
			label = string(d.sunCharset)
		}
		c.charset = strings.ToLower(strings.TrimSpace(decodeWords(label)))
	}
}

// readName takes the type from the end of the file's name. Thunderbird takes
// the first name there is; to look at all of them costs nothing.
func (c *content) readName(d declared) {
	filename, _ := clientParameter(d.disposition, "filename")
	called, _ := clientParameter(d.kind, "name")
	for _, name := range []string{filename, called, string(d.name), string(d.sunName)} {
		name = strings.ToLower(strings.Trim(decodeWords(name), clientSpace+".\"'"))
		switch name[strings.LastIndexByte(name, '.')+1:] {
		case "html", "htm", "shtml", "ehtml":
			c.media = "text/html"
		case "eml":
			c.media = messageType
		case "p7m", "p7c", "p7z":
			c.media = "application/pkcs7-mime"
		default:
			continue
		}
		return
	}
}

// shows says whether a part of a media type may load something by itself.
func shows(media string) bool {
	switch media {
	case "text/html", "application/xhtml+xml", "text/x-amp-html", "image/svg+xml", "text/css":
		return true
	}
	return false
}

// reconcile makes one content of what servers and Thunderbird read in a header,
// and says by which gaps they differ. Thunderbird's reading wins, unless it
// shows nothing of the part and others do.
func reconcile(served, client content) (c content, gaps []string) {
	c = served
	gap := func(differ bool, reason string) {
		if differ {
			gaps = append(gaps, reason)
		}
	}
	c.untyped, c.certificates = client.untyped, client.certificates
	if shows(client.media) || contains(client) || !shows(served.media) && !contains(served) {
		c.media = client.media
	}
	if c.media == "" {
		c.media = "text/plain"
	}
	if contains(c) && client.bounded {
		c.boundary, c.bounded = client.boundary, true
		gap(served.bounded && served.boundary != client.boundary, "label")
	}
	gap(contains(served) && !contains(c) && shows(c.media), "label")
	gap(shows(c.media) && served.encoding != client.encoding, "encoding")
	gap(shows(c.media) && served.charset != client.charset && !(isTransparent(served.charset) && isTransparent(client.charset)), "label")
	c.encoding, c.charset, c.also = client.encoding, client.charset, served.charset
	return c, gaps
}

// contains says whether a part is read on as parts.
func contains(c content) bool {
	return c.media == messageType || strings.HasPrefix(c.media, "multipart/") && c.bounded
}
