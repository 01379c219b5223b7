package detect

import (
	"bytes"
	"strings"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/detect/sender"
)

// Header fields that ask for a notice of reading.
const (
	// HeaderDispositionNotification is that of RFC 8098, section 2.1.
	HeaderDispositionNotification reference.Vector = "header disposition-notification-to"
	// HeaderReturnReceipt is an older one that some programs still answer.
	HeaderReturnReceipt reference.Vector = "header return-receipt-to"
	// HeaderConfirmReading is that of Pegasus Mail.
	HeaderConfirmReading reference.Vector = "header x-confirm-reading-to"
)

// receipts reports the top-level header fields that ask for a notice.
func (s *scan) receipts(raw []byte, header message.Range) {
	for start, line := range fields(raw[header.Start:header.End]) {
		name, value, ok := bytes.Cut(line, []byte(":"))
		if !ok {
			continue
		}
		vector := reference.Vector("header " + strings.ToLower(string(bytes.TrimSpace(name))))
		if vector != HeaderDispositionNotification && vector != HeaderReturnReceipt && vector != HeaderConfirmReading {
			continue
		}
		s.report.References++
		trimmed := bytes.TrimSpace(value)
		f := Finding{Part: "HEADER", Vector: vector, Kind: reference.Receipt, Length: len(trimmed), Action: ActionLeave}
		f.Offset = header.Start + start + len(name) + 1 + bytes.Index(value, trimmed)
		if boxes := sender.Mailboxes(strings.Join(strings.Fields(string(trimmed)), " ")); len(boxes) > 0 {
			f.URL = "mailto:" + boxes[0]
			_, f.Host, _ = strings.Cut(boxes[0], "@")
		}
		f.fill(s.judge.Judge(reference.Reference{Vector: vector, Kind: reference.Receipt, URL: f.URL}, s.facts))
		s.tell(f)
	}
}

// fields yields where each field of a header block begins, and its raw octets
// with all folded lines.
func fields(block []byte) func(yield func(int, []byte) bool) {
	return func(yield func(int, []byte) bool) {
		for start := 0; start < len(block); {
			end := start
			for {
				n := bytes.IndexByte(block[end:], '\n')
				if n < 0 {
					end = len(block)
					break
				}
				end += n + 1
				if end == len(block) || block[end] != ' ' && block[end] != '\t' {
					break
				}
			}
			if !yield(start, block[start:end]) {
				return
			}
			start = end
		}
	}
}
