package imapfilter

import (
	"bytes"
	"io"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/imapfilter/wire"
)

func emptyLayout() *message.Layout { return &message.Layout{Root: &message.Part{}} }

// place returns where the message lies, as far as known by now.
func (a *answer) place() Place {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	if a.uid == 0 {
		a.uid = a.only
	}
	return a.box.place(a.uid)
}

// swallow plans a message that the relay asked for itself.
func (a *answer) swallow() error {
	a.swallowed = true
	if n, _, err := a.in.Spaces(); err != nil || n == 0 {
		return &wire.SyntaxError{What: "fetch item without value"}
	}
	return a.stream(wire.Discard{}, true)
}

// whole plans a whole message as it streams through.
func (a *answer) whole() error { return a.stream(a.out, false) }

// stream sends one value, which is a whole message, through a plan. Announced
// lengths stay true, since every edit is of equal length.
func (a *answer) stream(out wire.Sink, keep bool) error {
	lit, raw, err := a.in.Literal()
	if err != nil {
		return err
	}
	if raw == nil {
		return a.streamShort(out, keep)
	}
	if _, err := out.Write(raw); err != nil {
		return err
	}
	if lit.Size == 0 {
		return nil // as good as gone (RFC 2180, section 4.1.3): nothing to plan
	}
	if keep {
		a.s.srv.counts.injectedOctets.Add(lit.Size)
	}
	return a.plan(out, keep, a.feed(nil, lit.Size))
}

// feed hands on octets that are held, and n more.
func (a *answer) feed(held []byte, n int64) func(io.Writer) error {
	return func(w io.Writer) error {
		if len(held) > 0 {
			if _, err := w.Write(held); err != nil {
				return err
			}
		}
		return a.in.Copy(w, n)
	}
}

// plan runs a message through the planner.
func (a *answer) plan(out io.Writer, keep bool, feed func(io.Writer) error) error {
	a.s.srv.counts.whole.Add(1)
	g := a.s.begin(a.place(), keep)
	a.plannings = append(a.plannings, g)
	st := message.NewStream(out, g)
	w := io.Writer(st)
	if a.inject != nil && a.inject.keep {
		w = io.MultiWriter(w, &g.octets)
	}
	if g.hears() {
		w = io.MultiWriter(w, g)
	}
	if err := feed(w); err != nil {
		st.Abort()
		return err
	}
	return st.Close()
}

// streamShort is for a message in a quoted string, which may hold no line end
// and so is tiny, and for NIL.
func (a *answer) streamShort(out wire.Sink, keep bool) error {
	value, quoted, err := a.short()
	if err != nil {
		return err
	}
	if !quoted || len(value) == 0 {
		if quoted {
			value = []byte(`""`)
		}
		_, err := out.Write(value)
		return err
	}
	var planned bytes.Buffer
	err = a.plan(&planned, keep, func(w io.Writer) error {
		_, err := w.Write(value)
		return err
	})
	if err != nil {
		return err
	}
	_, err = out.Write(wire.AppendQuoted(nil, planned.Bytes()))
	return err
}

// short reads a value that is no literal: a quoted string without its quotes,
// or an atom as it is, which can only be NIL.
func (a *answer) short() (value []byte, quoted bool, err error) {
	b, err := a.in.Peek(1)
	if err != nil {
		return nil, false, err
	}
	if b[0] == '"' {
		value, err = a.in.Quoted(message.HoldLimit)
		return value, true, err
	}
	b, err = a.in.Peek(len("NIL"))
	if err != nil {
		return nil, false, err
	}
	if !bytes.EqualFold(b, []byte("NIL")) {
		return nil, false, &wire.SyntaxError{What: "content that is no string"}
	}
	value = bytes.Clone(b)
	return value, false, a.in.Skip(len(value))
}
