package command

import (
	"encoding/binary"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/sender"
)

// A shard is one of several parts of all mails; the zero shard is all of them.
type shard struct{ number, of uint64 }

// maxShards is how many parts there may be.
const maxShards = 1 << 20

var errShard = errors.New("command: not a shard")

// parseShard reads "2/8".
func parseShard(text string) (shard, error) {
	if text == "" {
		return shard{}, nil
	}
	i, n, _ := strings.Cut(text, "/")
	number, err := strconv.ParseUint(i, 10, 32)
	of, also := strconv.ParseUint(n, 10, 32)
	if err != nil || also != nil || number < 1 || number > of || of > maxShards {
		return shard{}, errShard
	}
	return shard{number, of}, nil
}

// has says whether a mail is of the shard, by the hash of its octets: whoever
// scans the same mail elsewhere comes to the same answer.
func (s shard) has(sum [32]byte) bool {
	return s.of == 0 || binary.BigEndian.Uint64(sum[:8])%s.of == s.number-1
}

// recipient says which of the reader's addresses a mail came to, going by the
// header. If it names none of them, it is left to the scan to ask the header.
func (sc *scanner) recipient(raw []byte) string {
	own := sc.options.Recipient
	switch len(own) {
	case 0:
		return ""
	case 1:
		return own[0]
	}
	header := message.Header(raw)
	for _, field := range []string{"Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc"} {
		for _, value := range header.All(field) {
			for _, box := range sender.Mailboxes(value) {
				if i := slices.IndexFunc(own, func(o string) bool { return strings.EqualFold(o, box) }); i >= 0 {
					return own[i]
				}
			}
		}
	}
	return ""
}
