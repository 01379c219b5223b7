package daemon

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/plan"
)

// asSent is a mail as it came: mail programs put lines of their own before a mail they
// keep, and end lines as their system does.
func asSent(raw []byte) []byte {
	if bytes.HasPrefix(raw, []byte("From ")) {
		_, raw, _ = bytes.Cut(raw, []byte("\n"))
	}
	for {
		line, rest, ok := bytes.Cut(raw, []byte("\n"))
		if !ok || !bytes.HasPrefix(line, []byte("X-Mozilla-")) {
			break
		}
		raw = rest
	}
	if first := bytes.IndexByte(raw, '\n'); first > 0 && raw[first-1] != '\r' {
		// RFC 5322, section 2.3: lines end with CR LF.
		raw = bytes.ReplaceAll(bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
	}
	return raw
}

// headerOf is the hash of a mail's header block, with the empty line that ends it.
func headerOf(raw []byte) [32]byte {
	return new(plan.Planner).Plan(raw[:headerEnd(raw)]).HeaderSHA256
}

// headerEnd is where the body of a mail begins (RFC 5322, section 2.1).
func headerEnd(raw []byte) int {
	at := 0
	for line := range bytes.Lines(raw) {
		at += len(line)
		if len(bytes.TrimRight(line, "\r\n")) == 0 {
			break
		}
	}
	return at
}

// addOnCompose takes addresses of this machine out of what is about to be sent: held
// pixels go, all else gets its address back.
func (d *Daemon) addOnCompose(ctx context.Context, q api.AddOnDraft) (api.AddOnDraft, error) {
	r := &restorer{backend: d.gateway.backend, base: d.gateway.origin()}
	var out api.AddOnDraft
	for _, part := range []struct {
		kind    string
		in, out *string
	}{{"html", &q.HTML, &out.HTML}, {"plain", &q.Text, &out.Text}} {
		text, unknown, err := r.text(ctx, part.kind, *part.in)
		if err != nil {
			return api.AddOnDraft{}, d.explainStore(err)
		}
		*part.out, out.Unknown = text, out.Unknown+unknown
		out.Changed = out.Changed || text != *part.in
	}
	return out, nil
}

// text restores one text as if it were a mail.
func (r *restorer) text(ctx context.Context, kind, text string) (string, int, error) {
	if !strings.Contains(text, r.base) {
		return text, 0, nil
	}
	head := "MIME-Version: 1.0\r\nContent-Type: text/" + kind + "; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
	var raw bytes.Buffer
	raw.WriteString(head)
	for rest := base64.StdEncoding.EncodeToString([]byte(text)); rest != ""; {
		n := min(len(rest), 76) // RFC 2045, section 6.8
		raw.WriteString(rest[:n] + "\r\n")
		rest = rest[n:]
	}
	var broken error
	out, unknown, err := plan.Restore(raw.Bytes(), r.base, r.looking(ctx, &broken), plan.BySubmission)
	if err == nil {
		err = broken
	}
	if err != nil {
		return "", 0, fmt.Errorf("restoring a draft: %w", err)
	}
	body := bytes.ReplaceAll(out[headerEnd(out):], []byte("\r\n"), nil)
	restored, err := base64.StdEncoding.DecodeString(string(body))
	if err != nil {
		return "", 0, fmt.Errorf("restoring a draft: %w", err)
	}
	return string(restored), unknown, nil
}
