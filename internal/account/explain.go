package account

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"

	"github.com/unseen-mail/unseen/internal/words"
)

// explain says in plain words why a server could not be used, and what to do.
func (c *Checker) explain(s Server, err error) Step {
	text, hint := reason(err)
	pairs := []any{"server", s.Addr()}
	step := Step{Hint: c.Words.Say(hint, "host", s.Host)}
	if text == words.CheckOther {
		pairs = append(pairs, "said", oneLine(strings.Split(err.Error(), "\n")[0]))
	}
	step.Text = c.Words.Say(text, pairs...)
	return step
}

// reason returns what stood in the way and what to do about it.
func reason(err error) (text, hint words.Key) {
	var dns *net.DNSError
	var host x509.HostnameError
	var unknown x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	var timeout net.Error
	switch {
	case errors.As(err, &dns) && !dns.IsNotFound:
		return words.CheckNoNetwork, words.CheckNoNetworkHint
	case errors.As(err, &dns):
		return words.CheckNoHost, words.CheckNoHostHint
	case errors.As(err, &host):
		return words.CheckWrongName, words.CheckWrongNameHint
	case errors.As(err, &unknown):
		return words.CheckUntrusted, words.CheckUntrustedHint
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return words.CheckExpired, words.CheckExpiredHint
	case errors.As(err, &invalid):
		return words.CheckUntrusted, words.CheckUntrustedHint
	case errors.As(err, &record):
		return words.CheckNotTLS, words.CheckNotTLSHint
	case errors.Is(err, syscall.ECONNREFUSED):
		return words.CheckNobody, words.CheckNobodyHint
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded),
		errors.As(err, &timeout) && timeout.Timeout():
		return words.CheckSilent, words.CheckSilentHint
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return words.CheckNoNetwork, words.CheckNoNetworkHint
	case strings.Contains(strings.ToUpper(err.Error()), "STARTTLS"):
		// go-imap and go-smtp have no sentinel for a server without it.
		return words.CheckNoStartTLS, words.CheckNoStartTLSHint
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		return words.CheckHungUp, words.CheckHungUpHint
	}
	return words.CheckOther, words.CheckOtherHint
}
