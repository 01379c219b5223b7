package api

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
)

// MaxStored is the most octets of a stored mail that is asked about.
const MaxStored = 128 << 20

// Kept says how a mail that a mail program stored relates to its original.
type Kept string

const (
	// KeptOriginal is as the server has it; nothing is to be done.
	KeptOriginal Kept = "original"
	// KeptServed is as Unseen served it: every octet of the original is known, and
	// proved by its hashes.
	KeptServed Kept = "served"
	// KeptWritten is written with addresses of this machine in it, as a draft that
	// quotes a mail: they are put back, and no original is there to compare with.
	KeptWritten Kept = "written"
	// KeptUnknown names this machine in addresses that nobody knows any more.
	KeptUnknown Kept = "unknown"
)

// keptHeader is the field of an answer that says which it is.
const keptHeader = "Unseen-Kept"

// originalRoutes are the methods about stored mail.
func (s *Server) originalRoutes(mux *http.ServeMux) {
	mux.Handle("POST /v1/mail/original", http.HandlerFunc(s.original))
}

// original answers a stored mail with its original.
func (s *Server) original(w http.ResponseWriter, r *http.Request) {
	if s.Service.Original == nil {
		s.refuse(w, absent())
		return
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxStored))
	if err != nil {
		s.refuse(w, fmt.Errorf("reading a mail: %w", err))
		return
	}
	kept, out, err := s.Service.Original(r.Context(), raw)
	if err != nil {
		s.refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", "message/rfc822")
	w.Header().Set(keptHeader, string(kept))
	if kept == KeptServed || kept == KeptWritten {
		_, _ = w.Write(out) // to somebody who has gone, perhaps
	}
}

// Original returns the original of a mail as a mail program stored it, line ends
// and fields of its own included. It is raw itself where nothing is to be done, or
// can be.
func (c *Client) Original(ctx context.Context, raw []byte) (Kept, []byte, error) {
	resp, err := c.send(ctx, "POST", "/v1/mail/original", bytes.NewReader(raw))
	if err != nil {
		return "", nil, err
	}
	defer resp.Body.Close()
	kept := Kept(resp.Header.Get(keptHeader))
	if kept != KeptServed && kept != KeptWritten {
		return kept, raw, nil
	}
	out, err := io.ReadAll(io.LimitReader(resp.Body, 2*MaxStored))
	if err != nil {
		return "", nil, fmt.Errorf("reading the answer of Unseen: %w", err)
	}
	return kept, out, nil
}
