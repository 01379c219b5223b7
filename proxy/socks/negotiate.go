package socks

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"
)

// The numbers of RFC 1928.
const (
	version = 5
	connect = 1 // section 4

	noAuthentication = 0x00 // section 3
	noneAcceptable   = 0xFF

	addressIPv4   = 1 // section 5
	addressDomain = 3
	addressIPv6   = 4
)

// A code is what a reply says (RFC 1928, section 6).
type code byte

const (
	granted         code = 0
	failed          code = 1
	notAllowed      code = 2
	netUnreachable  code = 3
	hostUnreachable code = 4
	connRefused     code = 5
	noCommand       code = 7
	noAddress       code = 8
)

// errProtocol is what is not SOCKS5.
var errProtocol = errors.New("socks: not SOCKS5")

// negotiate agrees on no authentication and reads the request. It reads not one octet
// more, for what follows is the program's and the host's.
func negotiate(c io.ReadWriter) (Target, error) {
	var head [2]byte
	if _, err := io.ReadFull(c, head[:]); err != nil {
		return Target{}, fmt.Errorf("reading methods: %w", err)
	}
	if head[0] != version {
		// A browser, say: it gets no answer from which a page could learn.
		return Target{}, errProtocol
	}
	methods := make([]byte, head[1])
	if _, err := io.ReadFull(c, methods); err != nil {
		return Target{}, fmt.Errorf("reading methods: %w", err)
	}
	if strings.IndexByte(string(methods), noAuthentication) < 0 {
		_, _ = c.Write([]byte{version, noneAcceptable}) // the program closes
		return Target{}, errProtocol
	}
	if _, err := c.Write([]byte{version, noAuthentication}); err != nil {
		return Target{}, fmt.Errorf("answering methods: %w", err)
	}
	return request(c)
}

// request reads what is to be connected to (RFC 1928, section 4).
func request(c io.ReadWriter) (Target, error) {
	var head [4]byte
	if _, err := io.ReadFull(c, head[:]); err != nil {
		return Target{}, fmt.Errorf("reading a request: %w", err)
	}
	if head[0] != version || head[2] != 0 {
		return Target{}, errProtocol
	}
	host, err := readHost(c, head[3])
	if err != nil {
		if errors.Is(err, errProtocol) {
			_ = reply(c, noAddress) // it is closed in any case
		}
		return Target{}, err
	}
	var port [2]byte
	if _, err := io.ReadFull(c, port[:]); err != nil {
		return Target{}, fmt.Errorf("reading a port: %w", err)
	}
	t := Target{Host: host, Port: int(port[0])<<8 | int(port[1])}
	switch {
	case head[1] != connect:
		_ = reply(c, noCommand) // it is closed in any case
		return Target{}, errProtocol
	case t.Port == 0:
		_ = reply(c, notAllowed) // it is closed in any case
		return Target{}, errProtocol
	}
	return t, nil
}

// readHost reads an address of a kind (RFC 1928, section 5).
func readHost(r io.Reader, kind byte) (string, error) {
	size := 0
	switch kind {
	case addressIPv4:
		size = 4
	case addressIPv6:
		size = 16
	case addressDomain:
		var n [1]byte
		if _, err := io.ReadFull(r, n[:]); err != nil {
			return "", fmt.Errorf("reading a name: %w", err)
		}
		size = int(n[0])
	}
	if size == 0 {
		return "", errProtocol
	}
	octets := make([]byte, size)
	if _, err := io.ReadFull(r, octets); err != nil {
		return "", fmt.Errorf("reading a host: %w", err)
	}
	if kind != addressDomain {
		a, _ := netip.AddrFromSlice(octets)
		return a.Unmap().String(), nil
	}
	return hostName(string(octets))
}

// hostName returns a name in the form that is compared and dialled. What no resolver
// would take, or would take for something else, is refused: blanks, control octets,
// and the signs that divide addresses.
func hostName(s string) (string, error) {
	s = strings.ToLower(strings.TrimSuffix(s, "."))
	bad := func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`/\@?#%[]"'<>`, r) }
	if s == "" || strings.ContainsFunc(s, bad) || strings.Contains(s, "..") || strings.HasPrefix(s, ".") {
		return "", errProtocol
	}
	if a, err := netip.ParseAddr(s); err == nil {
		return a.Unmap().String(), nil
	}
	if strings.Contains(s, ":") {
		return "", errProtocol
	}
	return s, nil
}

// reply tells a program what became of its request. The address in it is of no use to
// anybody and says nothing.
func reply(w io.Writer, c code) error {
	_, err := w.Write([]byte{version, byte(c), 0, addressIPv4, 0, 0, 0, 0, 0, 0})
	return err
}
