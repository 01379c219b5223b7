package imapfilter

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"io"
	"net"
	"time"
)

// A deflated connection is one under COMPRESS=DEFLATE (RFC 4978). What is read is
// inflated. What is written goes in stored blocks (RFC 1951, section 3.2.4): a
// compressor holds 0.3 to 1.2 MB whoever wrote it (measured), more than a whole
// connection may, and it would spare the way of commands, and of what goes to a
// program on the same machine. What the server sends is what is large, and that
// comes as small as without the relay, for the 40 KB that an inflater holds.
type deflated struct {
	net.Conn
	in   io.Reader
	near net.Conn      // if reads must end at a deadline and can go on after
	done chan struct{} // closed when nothing more is inflated
	head [5]byte
	// tail is an empty block: some inflaters hand on what they have at no other
	// place (RFC 4978, section 4).
	tail [5]byte
}

// deflate puts a connection under compression; some of what is compressed may have
// been read already. An inflater cannot go on after a read that failed, as at a
// deadline. Where reads may be broken off, one of its own reads for it.
func deflate(conn net.Conn, held []byte, breaks bool) *deflated {
	d := &deflated{Conn: conn, done: make(chan struct{}), tail: [5]byte{0, 0, 0, 0xff, 0xff}}
	d.in = flate.NewReader(io.MultiReader(bytes.NewReader(held), conn))
	if !breaks {
		close(d.done)
		return d
	}
	near, far := net.Pipe()
	in := d.in
	d.in, d.near = near, near
	go func() {
		defer close(d.done)
		defer far.Close()
		io.CopyBuffer(struct{ io.Writer }{far}, in, make([]byte, 4<<10)) // how it ends shows in the next read
	}()
	return d
}

// Read implements net.Conn.
func (d *deflated) Read(p []byte) (int, error) { return d.in.Read(p) }

// Write implements net.Conn.
func (d *deflated) Write(p []byte) (n int, err error) {
	for len(p) > 0 {
		block := p[:min(len(p), 1<<16-1)]
		binary.LittleEndian.PutUint16(d.head[1:], uint16(len(block)))
		binary.LittleEndian.PutUint16(d.head[3:], ^uint16(len(block)))
		buffers := net.Buffers{d.head[:], block, d.tail[:]}
		if _, err := buffers.WriteTo(d.Conn); err != nil {
			return n, err
		}
		n += len(block)
		p = p[len(block):]
	}
	return n, nil
}

// SetReadDeadline implements net.Conn.
func (d *deflated) SetReadDeadline(t time.Time) error {
	if d.near != nil {
		return d.near.SetReadDeadline(t)
	}
	return d.Conn.SetReadDeadline(t)
}

// Close implements net.Conn. It returns when nothing reads any more.
func (d *deflated) Close() error {
	err := d.Conn.Close()
	if d.near != nil {
		d.near.Close()
	}
	<-d.done
	return err
}

// compress relays COMPRESS: it is ended on both legs, each for itself.
func (s *session) compress(tag string) error {
	head, err := s.client.in.Segment(nil, maxArgument)
	if err != nil {
		return gone(err)
	}
	if err := s.await(drained); err != nil {
		return err
	}
	s.mu.Lock()
	can := s.st.can.deflate && !s.st.deflated
	s.mu.Unlock()
	switch words := bytes.Fields(head); {
	case !can, len(words) != 3 || !bytes.EqualFold(words[2], []byte("DEFLATE")):
		return s.reject(tag, "BAD Unseen does not relay this compression")
	case s.client.in.Buffered() > 0: // RFC 4978, section 3
		return s.reject(tag, "BAD Nothing may follow COMPRESS before its answer")
	}
	c := command{tag: s.tag.next(), name: "COMPRESS", keep: true}
	switched := make(chan struct{})
	defer close(switched)
	s.mu.Lock()
	s.st.switched = switched
	s.mu.Unlock()
	if err := s.submit(c); err != nil {
		return err
	}
	if _, err := s.server.out.WriteString(c.tag + " COMPRESS DEFLATE\r\n"); err != nil {
		return err
	}
	if err := s.await(func(st *state) bool { return st.kept != nil }); err != nil {
		return err
	}
	s.mu.Lock()
	answer, ok := tag+string(bytes.TrimRight(s.st.kept[len(c.tag):], "\r\n")), s.st.deflated
	s.st.kept = nil
	s.mu.Unlock()
	if !ok {
		return s.say(answer)
	}
	s.saying.Lock()
	defer s.saying.Unlock()
	s.client.out.WriteString(answer + "\r\n") // an error comes back at the next write
	if err := s.client.out.Flush(); err != nil {
		return errGone
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.client.conn.SetReadDeadline(time.Time{}) // it may have been woken by one
	s.client.secure(deflate(s.client.conn, nil, true))
	return nil
}

// compressed is the completion of COMPRESS, on the server side. Nothing more is said
// to the mail program before its leg is compressed as well.
func (s *session) compressed(ok bool, line []byte) {
	if ok {
		s.inflateServer()
	}
	s.mu.Lock()
	s.st.kept = line
	switched := s.st.switched
	s.mu.Unlock()
	s.wake()
	s.saying.Unlock()
	<-switched
	s.saying.Lock()
}

// inflateServer puts the leg upstream under compression, right behind the line that
// says so.
func (s *session) inflateServer() {
	l := s.server
	held, _ := l.in.Peek(l.in.Buffered())
	held = bytes.Clone(held)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.st.deflated = true
	l.secure(deflate(l.conn, held, false))
	l.in.Reset(l)
}
