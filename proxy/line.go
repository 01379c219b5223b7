package proxy

import (
	"bufio"
	"errors"
	"strings"
)

var (
	// errLineLength is a line over the limit.
	errLineLength = errors.New("proxy: line is too long")
	// errLineEnd is a line with an octet that another reader could take for its
	// end: CR or LF alone, or NUL.
	errLineEnd = errors.New("proxy: line does not end with CR LF")
)

// readLine reads up to CR LF and returns the line without it. Nothing else ends a
// line (RFC 5321, section 2.3.8), and nothing that could is let through. After an
// error the stream cannot be trusted.
func readLine(br *bufio.Reader, limit int) (string, error) {
	var line []byte
	for {
		piece, err := br.ReadSlice('\n')
		line = append(line, piece...)
		if len(line) > limit {
			return "", errLineLength
		}
		if err == bufio.ErrBufferFull {
			continue
		}
		if err != nil {
			return "", err
		}
		break
	}
	text, ok := strings.CutSuffix(string(line), "\r\n")
	if !ok || strings.ContainsAny(text, "\r\x00") {
		return "", errLineEnd
	}
	return text, nil
}
