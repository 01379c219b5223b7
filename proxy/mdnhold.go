package proxy

import (
	"io"

	"github.com/unseen-mail/unseen/detect/message"
)

// A WithheldError is what a [Restorer] says of a mail that it does not let leave
// for a reason of its own. The mail program is given its code and text.
type WithheldError struct {
	// Code is that of the reply: 450 if it may leave later, 550 if not.
	Code int
	// Status is the enhanced code, "4.7.1" (RFC 3463).
	Status string
	// Text is one sentence for the person who sends.
	Text string
}

// reply is what the mail program is told: a line of printable ASCII, for it may not
// know more (RFC 5321, section 4.2).
func (e *WithheldError) reply() reply {
	return sentence(e.Code, e.Status, e.Text, "")
}

// maxWithheld is how long the sentence may be, that the line stays within 512
// octets (RFC 5321, section 4.5.3.1.5).
const maxWithheld = 480

// Error returns the text.
func (e *WithheldError) Error() string { return e.Text }

// HoldNotices lets a mail pass to next as it comes, but for one that is a notice of
// reading, or may be: that is held back until its end, and passes only if ask
// returns nil. What ask returns otherwise is what Close returns, and then nothing
// was written to next.
func HoldNotices(next io.WriteCloser, ask func(Notice) error) io.WriteCloser {
	return &noticing{next: next, ask: ask}
}

// A noticing is a mail that may be a notice.
type noticing struct {
	next io.WriteCloser
	ask  func(Notice) error
	held []byte
	// passes says that it is none.
	passes bool
	// knows says that its header block was seen. By that the mail may be a notice
	// if it is small, and if it is large.
	knows, small, large bool
}

// Write implements [io.Writer].
func (n *noticing) Write(b []byte) (int, error) {
	if n.passes {
		return n.next.Write(b)
	}
	n.held = append(n.held, b...)
	if n.waits() {
		return len(b), nil
	}
	n.passes = true
	if _, err := n.next.Write(n.held); err != nil {
		return 0, err
	}
	n.held = nil
	return len(b), nil
}

// maxNoticeHeader is how long a header block may be before it is taken as it has
// come so far.
const maxNoticeHeader = 256 << 10

// waits says whether the mail may be a notice by what has come. One that calls
// itself a notice may enclose the whole mail that it is about.
func (n *noticing) waits() bool {
	if !n.knows {
		if len(n.held) < maxNoticeHeader && message.HeaderEnd(n.held) == len(n.held) {
			return true // its header may go on
		}
		n.knows, n.small, n.large = true, MayBeNotice(n.held, false), MayBeNotice(n.held, true)
	}
	return n.large || n.small && len(n.held) <= NoticeLimit
}

// Close implements [io.Closer].
func (n *noticing) Close() error {
	if n.passes {
		return n.next.Close()
	}
	if notice, ok := ReadNotice(n.held); ok {
		if err := n.ask(notice); err != nil {
			return err
		}
	}
	n.passes = true
	if len(n.held) > 0 {
		if _, err := n.next.Write(n.held); err != nil {
			return err
		}
	}
	return n.next.Close()
}
