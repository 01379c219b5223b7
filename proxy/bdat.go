package proxy

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// maxChunk is the largest chunk that is read to its end to be refused. What
// announces more is no mail.
const maxChunk = 1 << 40

// bdat takes a chunk of a mail (RFC 3030, section 2), and with the last one does
// as [talk.data] does. A chunk before the last is confirmed as taken and no more:
// nothing is told to the server before the mail is whole and restored.
func (t *talk) bdat(ctx context.Context, args string) error {
	size, last, ok := parseChunk(args)
	if !ok {
		// How many octets follow is not known, so whatever comes next could be
		// taken for commands.
		t.say(501, "5.5.4 BDAT takes a number of octets, and LAST with the last chunk")
		return errQuit
	}
	if t.tx.recipients == 0 {
		// Also what follows a chunk that was refused.
		if err := t.skip(size); err != nil {
			return err
		}
		t.say(503, "5.5.1 No recipient was taken")
		return nil
	}
	t.tx.begun = true
	if int64(len(t.tx.chunks))+size > t.limit {
		// It must be taken before it can be refused.
		if err := t.skip(size); err != nil {
			return err
		}
		return t.refuse(say(552, tooLarge))
	}
	if err := t.chunk(size); err != nil {
		return err
	}
	if !last {
		t.say(250, fmt.Sprintf("2.0.0 %d octets taken", size))
		return nil
	}
	refusal, out := t.restore(ctx, t.tx.chunks)
	if refusal.code != 0 {
		return t.refuse(refusal)
	}
	t.tx = transaction{}
	if !t.chunking {
		return t.hand(out.wire)
	}
	return t.handChunk(out.raw)
}

// parseChunk reads the arguments of BDAT (RFC 3030, section 2).
func parseChunk(args string) (size int64, last, ok bool) {
	number, mark, marked := strings.Cut(strings.TrimRight(args, " "), " ")
	if marked && !strings.EqualFold(mark, "LAST") || number == "" || strings.Trim(number, "0123456789") != "" {
		return 0, false, false
	}
	size, err := strconv.ParseInt(number, 10, 64)
	return size, marked, err == nil && size <= maxChunk
}

// chunk adds octets to the mail. What is announced takes no memory before it
// comes.
func (t *talk) chunk(size int64) error {
	mail := bytes.NewBuffer(t.tx.chunks)
	if err := t.octets(mail, size); err != nil {
		return err
	}
	t.tx.chunks = mail.Bytes()
	return nil
}

// skip takes octets that are not wanted, and what came before them.
func (t *talk) skip(size int64) error {
	t.tx.chunks = nil
	return t.octets(io.Discard, size)
}

// octets takes exactly size octets from the client. Each piece may take as long
// as a command, however large the whole.
func (t *talk) octets(to io.Writer, size int64) error {
	for size > 0 {
		if t.r.Buffered() == 0 {
			// A client may wait for what was said before.
			if err := t.flush(); err != nil {
				return err
			}
		}
		if err := t.conn.SetReadDeadline(time.Now().Add(clientTimeout)); err != nil {
			return err
		}
		n := min(size, sendPiece)
		if _, err := io.CopyN(to, t.r, n); err != nil {
			return err
		}
		size -= n
	}
	return nil
}

// mixed refuses DATA in a mail that was begun by BDAT. What came of the mail is
// dropped: the client has to begin anew (RFC 3030, section 2).
func (t *talk) mixed() error {
	return t.refuse(say(503, "5.5.1 This mail was begun by BDAT: nothing was sent, say RSET and begin anew"))
}

// outOfTurn refuses a command that cannot stand between two chunks.
func (t *talk) outOfTurn() { t.say(503, "5.5.1 The chunks of a mail are not complete") }

// handChunk gives the server a mail by BDAT, in one chunk, and the client the
// server's answer.
func (t *talk) handChunk(out []byte) error {
	if err := t.up.send(fmt.Appendf(nil, "BDAT %d LAST\r\n", len(out))); err != nil {
		return errServer
	}
	if err := t.up.sendAll(out); err != nil {
		return errServer
	}
	r, err := t.confirm()
	if err != nil || r.ok() {
		return err
	}
	// Other than after DATA, the mail is not over before it is said.
	return t.reset()
}
