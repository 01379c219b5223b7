package imapfilter

import (
	"bytes"
	"context"
	"crypto/rand"
	"strings"

	"github.com/unseen-mail/unseen/detect/message"
)

// restoreUnit takes the addresses of the gateway out of one message, in whatever
// pieces it is.
func (a *appending) restoreUnit(ctx context.Context, unit []appendPiece) []appendPiece {
	texts := 0
	for i := range unit {
		switch unit[i].kind {
		case expectMessage:
			unit[i].data = a.original(ctx, unit[i].data)
		case expectText:
			texts++
		}
	}
	if texts == 0 {
		return unit
	}
	return a.restoreJoined(ctx, unit)
}

// original returns the message without addresses of the gateway. Only an overlay
// whose new octets are all there is the one that the message was served with:
// copies of one message in two accounts have two.
func (a *appending) original(ctx context.Context, raw []byte) []byte {
	for _, o := range a.served(ctx, raw[:min(len(raw), maxHeader)], int64(len(raw))) {
		if len(o.Edits) > 0 && rewritten(o, raw) {
			o.Undo(raw, 0)
			a.srv.counts.restored.Add(1)
			return raw
		}
	}
	out := a.restored(ctx, raw)
	if !bytes.Equal(out, raw) {
		a.srv.counts.restored.Add(1)
	}
	return out
}

// rewritten tells whether all edits of an overlay are in a message.
func rewritten(o *message.Overlay, raw []byte) bool {
	for _, e := range o.Edits {
		if e.Offset > len(raw) || !bytes.HasPrefix(raw[e.Offset:], e.New) {
			return false
		}
	}
	return true
}

// restoreJoined restores a message of which the mail program sends some pieces
// and the server has the others (RFC 4469). What an address is to become depends
// on the part that it stands in, and a part's header may be in another piece. So
// the pieces are looked at as one message, with a mark where the server will put
// in its own: those are originals, and hold no address of the gateway.
func (a *appending) restoreJoined(ctx context.Context, unit []appendPiece) []appendPiece {
	unit = adjoined(unit)
	mark := []byte("\r\nunseen-" + rand.Text() + "\r\n")
	var whole []byte
	var texts []*appendPiece
	for i := range unit {
		p := &unit[i]
		if p.kind != expectText {
			continue
		}
		if len(texts) > 0 || afterURL(p.text) {
			whole = append(whole, mark...)
		}
		texts = append(texts, p)
		whole = append(whole, p.data...)
	}
	marks := bytes.Count(whole, mark)
	out := a.original(ctx, bytes.Clone(whole))
	if bytes.Equal(out, whole) {
		return unit
	}
	pieces := bytes.Split(out, mark)
	if len(pieces) != marks+1 {
		a.passValue(Place{}, "", "mismatch")
		return unit
	}
	for i, p := range texts {
		p.data = pieces[len(pieces)-len(texts)+i]
	}
	return unit
}

// afterURL tells whether the first text of a message comes after something that
// the server puts in.
func afterURL(before []byte) bool {
	upper := bytes.ToUpper(before)
	i := bytes.LastIndex(upper, []byte("CATENATE"))
	return i < 0 || bytes.Contains(upper[i:], []byte("URL"))
}

// adjoined makes one of texts that follow each other: nobody will know.
func adjoined(unit []appendPiece) []appendPiece {
	var out []appendPiece
	for _, p := range unit {
		if n := len(out); n > 0 && p.kind == expectText && out[n-1].kind == expectText && justText(p.text) {
			out[n-1].data = append(out[n-1].data, p.data...)
			out[n-1].lit.Binary = out[n-1].lit.Binary || p.lit.Binary
			continue
		}
		out = append(out, p)
	}
	return out
}

// justText tells whether nothing stands between two texts.
func justText(between []byte) bool {
	words := strings.ToUpper(strings.ReplaceAll(string(between), " ", ""))
	return words == "TEXT" || words == ")UTF8("
}
