package socks

import (
	"bytes"
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
	namePassword     = 0x02
	noneAcceptable   = 0xFF

	loginVersion = 1 // RFC 1929, section 2
	loginGood    = 0
	loginBad     = 1

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

// negotiate agrees on who asks and reads the request. It reads not one octet more, for
// what follows is the program's and the host's. Without a login no name is asked for, and
// with one nobody is let in who has none.
func negotiate(c io.ReadWriter, login func(name, password string) bool) (Target, error) {
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
	method := byte(noAuthentication)
	if login != nil {
		method = namePassword
	}
	if bytes.IndexByte(methods, method) < 0 {
		_, _ = c.Write([]byte{version, noneAcceptable}) // the program closes
		return Target{}, errProtocol
	}
	if _, err := c.Write([]byte{version, method}); err != nil {
		return Target{}, fmt.Errorf("answering methods: %w", err)
	}
	if login == nil {
		return request(c)
	}
	name, err := logIn(c, login)
	if err != nil {
		return Target{}, err
	}
	t, err := request(c)
	t.Name = name
	return t, err
}

// errLogin is a name or password that is not right.
var errLogin = errors.New("socks: name or password is wrong")

// logIn reads a name and a password and answers whether they are right (RFC 1929, section
// 2). A program that was told no is closed, as that section wants.
func logIn(c io.ReadWriter, login func(name, password string) bool) (string, error) {
	var v [1]byte
	if _, err := io.ReadFull(c, v[:]); err != nil {
		return "", fmt.Errorf("reading a login: %w", err)
	}
	if v[0] != loginVersion {
		return "", errProtocol
	}
	var said [2]string
	for i := range said {
		var size [1]byte
		if _, err := io.ReadFull(c, size[:]); err != nil {
			return "", fmt.Errorf("reading a login: %w", err)
		}
		octets := make([]byte, size[0])
		if _, err := io.ReadFull(c, octets); err != nil {
			return "", fmt.Errorf("reading a login: %w", err)
		}
		said[i] = string(octets)
	}
	if !login(said[0], said[1]) {
		_, _ = c.Write([]byte{loginVersion, loginBad}) // it is closed in any case
		return "", errLogin
	}
	if _, err := c.Write([]byte{loginVersion, loginGood}); err != nil {
		return "", fmt.Errorf("answering a login: %w", err)
	}
	return said[0], nil
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
