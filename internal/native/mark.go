package native

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/unseen-mail/unseen/internal/api"
)

// pathMark marks evidence. It is answered in lines, one for each step.
const pathMark = "POST /v1/evidence/mark"

// pathMessages takes a mail, and nothing else does.
const pathMessages = "POST /v1/addon/messages"

// mayMark says whether an add-on may ask for a mark. To log in at a mail server, with a
// password of the reader's or one in the keyring, and to name an address that is then
// connected to, is for the command, which is typed.
func mayMark(body json.RawMessage) bool {
	var q api.MarkRequest
	if json.Unmarshal(body, &q) != nil || q.Sender+q.Message == "" {
		return false
	}
	return !q.Older && q.Authority == "" && q.Login == "" && q.Password == "" && q.Address == ""
}

// lastStep is the last of the lines, which says how it ended.
func lastStep(lines []byte) (json.RawMessage, error) {
	var last json.RawMessage
	for d := json.NewDecoder(bytes.NewReader(lines)); ; {
		var step json.RawMessage
		err := d.Decode(&step)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("reading how marking ended: %w", err)
		}
		last = step
	}
	var at api.EvidenceStep
	if err := json.Unmarshal(last, &at); err != nil {
		return nil, fmt.Errorf("reading how marking ended: %w", err)
	}
	switch {
	case at.Error != nil:
		return nil, at.Error
	case !at.End:
		return nil, fmt.Errorf("reading how marking ended: %w", io.ErrUnexpectedEOF)
	}
	return last, nil
}
