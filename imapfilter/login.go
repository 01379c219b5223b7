package imapfilter

import (
	"context"
	"io"
	"strings"

	"github.com/unseen-mail/unseen/imapfilter/wire"
)

// authenticate relays a SASL exchange (RFC 3501, section 6.2.2). Until it is
// completed, lines of the mail program are not commands: each answers one "+".
// Nothing of it is kept.
func (s *session) authenticate(cmd wire.Command) error {
	head, err := s.client.in.Head(wire.HeadLen)
	if err != nil {
		return gone(err)
	}
	if words := strings.Fields(string(head[cmd.Args:])); len(words) > 0 && withheldMechanism(strings.ToUpper(words[0])) {
		return s.refuse(cmd.Tag, "NO Unseen cannot relay this mechanism")
	}
	if err := s.submit(command{tag: cmd.Tag, name: cmd.Name}); err != nil {
		return err
	}
	var heard overheard
	defer heard.wipe()
	named := ""
	for lines := 0; ; lines++ {
		heard.wipe()
		if _, _, err := s.client.in.CopyLine(io.MultiWriter(s.server.out, &heard)); err != nil {
			return gone(err)
		}
		response := heard.raw
		if lines == 0 {
			named, response = mechanism(heard.raw)
		}
		if len(response) > 0 && lines < 2 {
			s.listen(saslName(named, response))
			named = "" // what comes later is no name
		}
		// An initial response may be all there is (RFC 4959), an error may
		// come as one more challenge (RFC 7628, section 3.2.3), and the mail
		// program may give up by "*": the server's word decides each time.
		if asked, err := s.awaitPlus(cmd.Tag); err != nil || !asked {
			return err
		}
		s.client.in.Begin()
	}
}

// startTLS puts the local leg under TLS; the leg upstream was never without it.
func (s *session) startTLS(ctx context.Context, cmd wire.Command) error {
	if !s.view().startTLS {
		return s.refuse(cmd.Tag, "BAD STARTTLS is not possible here")
	}
	if _, _, err := s.client.in.CopyLine(wire.Discard{}); err != nil {
		return gone(err)
	}
	if err := s.await(drained); err != nil {
		return err
	}
	if s.client.in.Buffered() > 0 {
		// What comes before the handshake may be anybody's, and must not be
		// taken for the mail program's (CVE-2011-0411 and its kind).
		s.refuseInjection(cmd.Tag)
		return errGone
	}
	s.saying.Lock()
	defer s.saying.Unlock()
	if _, err := s.client.out.WriteString(cmd.Tag + " OK Begin TLS\r\n"); err != nil {
		return errGone
	}
	if err := s.client.out.Flush(); err != nil {
		return errGone
	}
	if err := s.handshake(ctx); err != nil {
		s.log.Info("mail program: no TLS", "error", err)
		return errGone
	}
	return nil
}

func (s *session) refuseInjection(tag string) {
	s.srv.counts.refused.Add(1)
	s.say(tag + " BAD Nothing may follow STARTTLS before TLS")
}

// logIn forwards a LOGIN, which may name its user and password in literals.
func (s *session) logIn(cmd wire.Command) error {
	var heard overheard
	defer heard.wipe()
	err := s.passBy(command{tag: cmd.Tag, name: cmd.Name}, io.MultiWriter(s.server.out, &heard))
	s.listen(loginName(heard.raw))
	return err
}
