package proxy

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/quotedprintable"
	netmail "net/mail"
	"strings"

	"github.com/unseen-mail/unseen/detect/message"
)

// NoticeLimit is the largest mail that is looked at whole for a notice of reading.
// Programs make notices of one or two KiB, with the header of the mail read.
const NoticeLimit = 64 << 10

// A Notice is a mail by which a mail program tells somebody what became of theirs:
// a message disposition notification (RFC 8098).
type Notice struct {
	// To are the addresses that it goes to, as its header names them.
	To []string
	// Original is the Message-ID of the mail that it is about, "" if it does not
	// say.
	Original string
	// Says is the disposition in lower case: "displayed", "deleted",
	// "dispatched", "processed", "denied", or "" if it cannot be read.
	Says string
	// Automatic says that a program made or sent it without asking a person.
	Automatic bool
}

// MayBeNotice says whether a mail with this header block may be a notice. Large
// says that it is longer than [NoticeLimit]: then only its own label tells. Labels
// are read generously, for programs differ in what they make of a bad one.
func MayBeNotice(header []byte, large bool) bool {
	for _, field := range message.Header(header).All("Content-Type") {
		field = strings.ToLower(field)
		if strings.Contains(field, "disposition") || !large && strings.Contains(field, "multipart") {
			return true
		}
	}
	return false
}

// isDisposition says whether a Content-Type is that of the part for machines:
// RFC 8098, section 3, or its form in UTF-8 (RFC 6533, section 6).
func isDisposition(kind string) bool {
	kind, _, _ = strings.Cut(strings.ToLower(kind), ";")
	kind = strings.TrimSpace(kind)
	return kind == "message/disposition-notification" || kind == "message/global-disposition-notification"
}

// ReadNotice reads a mail that leaves, and says whether it is a notice of reading.
// A report of a mail server on a delivery is none, and neither is a mail that
// encloses somebody's notice.
func ReadNotice(raw []byte) (Notice, bool) {
	layout := message.Parse(raw)
	header := message.Header(raw)
	kind := header.Get("Content-Type")
	part := dispositionIn(layout.Root)
	if part == nil && !isReportOn(kind) {
		return Notice{}, false
	}
	n := Notice{To: addressesIn(header)}
	if part != nil {
		n.read(decodedPart(raw, part))
	}
	if n.Original == "" {
		n.Original = lastOf(header.Get("In-Reply-To"), header.Get("References"))
	}
	return n, true
}

// isReportOn says whether a mail calls itself a report on a disposition, whatever
// stands in it (RFC 8098, section 3).
func isReportOn(kind string) bool {
	media, params, err := mime.ParseMediaType(kind)
	if err != nil {
		media, _, _ = strings.Cut(strings.ToLower(kind), ";")
		return strings.TrimSpace(media) == "multipart/report" && strings.Contains(strings.ToLower(kind), "disposition-notification")
	}
	return media == "multipart/report" && strings.EqualFold(params["report-type"], "disposition-notification")
}

// dispositionIn finds the part for machines, not looking into enclosed messages.
func dispositionIn(p *message.Part) *message.Part {
	if p == nil || strings.HasPrefix(p.MediaType, "message/") && !isDisposition(p.MediaType) {
		return nil
	}
	if isDisposition(p.MediaType) {
		return p
	}
	for _, child := range p.Children {
		if found := dispositionIn(child); found != nil {
			return found
		}
	}
	return nil
}

// decodedPart is what a part says.
func decodedPart(raw []byte, p *message.Part) []byte {
	body := raw[p.Body.Start:p.Body.End]
	var from io.Reader = bytes.NewReader(body)
	switch p.Encoding {
	case message.QuotedPrintable:
		from = quotedprintable.NewReader(from)
	case message.Base64:
		from = base64.NewDecoder(base64.StdEncoding, from)
	}
	out, _ := io.ReadAll(from) // as far as it can be read
	return out
}

// read takes over what the part for machines says (RFC 8098, section 3.1).
func (n *Notice) read(fields []byte) {
	h := message.Header(append(bytes.TrimLeft(fields, "\r\n\t "), "\r\n\r\n"...))
	n.Original = strings.TrimSpace(h.Get("Original-Message-ID"))
	// disposition-mode ";" disposition-type ["/" modifiers] (section 3.2.6)
	mode, kind, _ := strings.Cut(strings.ToLower(h.Get("Disposition")), ";")
	n.Automatic = strings.Contains(mode, "automatic")
	kind, _, _ = strings.Cut(kind, "/")
	kind, _, _ = strings.Cut(kind, ",")
	n.Says = strings.TrimSpace(kind)
}

// addressesIn are the addresses that a mail goes to by its header, in lower case.
func addressesIn(h message.HeaderFields) []string {
	var list []string
	for _, name := range []string{"To", "Cc", "Bcc", "Resent-To"} {
		for _, field := range h.All(name) {
			field = strings.Join(strings.Fields(field), " ")
			boxes, err := netmail.ParseAddressList(field)
			if err != nil {
				if at := strings.Trim(field, "<> "); strings.Count(at, "@") == 1 && !strings.ContainsAny(at, " ,;") {
					list = append(list, strings.ToLower(at))
				}
				continue
			}
			for _, box := range boxes {
				list = append(list, strings.ToLower(box.Address))
			}
		}
	}
	return list
}

// lastOf is the last word of the first text that has one.
func lastOf(texts ...string) string {
	for _, text := range texts {
		if list := strings.Fields(text); len(list) > 0 {
			return list[len(list)-1]
		}
	}
	return ""
}
