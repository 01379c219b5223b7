package proxy

import (
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
// the server may not have heard of the mail.
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
		if err := t.octets(size, func([]byte) {}); err != nil {
			return err
		}
		t.say(503, "5.5.1 No recipient was taken")
		return nil
	}
	if t.tx.mail == nil {
		t.tx.mail = t.newOutgoing(ctx, t.chunking)
	}
	p := t.tx.mail
	p.announce(size)
	// What is refused must be taken all the same.
	if err := t.octets(size, p.feed); err != nil {
		return err
	}
	if last || p.over() {
		return p.finish()
	}
	t.say(250, fmt.Sprintf("2.0.0 %d octets taken", size))
	return nil
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

// octets takes exactly size octets from the client. Each piece may take as long
// as a command, however large the whole. What is announced takes no memory before
// it comes.
func (t *talk) octets(size int64, each func([]byte)) error {
	piece := make([]byte, min(size, batch))
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
		piece = piece[:min(size, batch)]
		if _, err := io.ReadFull(t.r, piece); err != nil {
			return err
		}
		each(piece)
		size -= int64(len(piece))
	}
	return nil
}

// mixed refuses DATA in a mail that was begun by BDAT. What came of the mail is
// dropped: the client has to begin anew (RFC 3030, section 2).
func (t *talk) mixed() error {
	p := t.tx.mail
	t.tx = transaction{}
	p.refuse(say(503, "5.5.1 This mail was begun by BDAT: nothing was sent, say RSET and begin anew"))
	return p.withhold()
}

// outOfTurn refuses a command that cannot stand between two chunks.
func (t *talk) outOfTurn() { t.say(503, "5.5.1 The chunks of a mail are not complete") }
