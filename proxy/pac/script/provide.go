package script

import (
	"net/netip"
	"strings"
	"time"

	"github.com/dop251/goja"
)

// provide gives a script the functions that such scripts may call, as Netscape's
// description of 1996 and the makers of browsers have them.
func provide(vm *goja.Runtime, now time.Time) {
	text := func(c goja.FunctionCall, n int) string {
		v := c.Argument(n)
		if goja.IsUndefined(v) || goja.IsNull(v) {
			return ""
		}
		return v.String()
	}
	two := func(f func(a, b string) bool) func(goja.FunctionCall) goja.Value {
		return func(c goja.FunctionCall) goja.Value { return vm.ToValue(f(text(c, 0), text(c, 1))) }
	}
	resolve := func(c goja.FunctionCall) goja.Value {
		if a := literal(text(c, 0)); a != "" {
			return vm.ToValue(a)
		}
		return goja.Null()
	}
	known := func(c goja.FunctionCall) goja.Value { return vm.ToValue(literal(text(c, 0)) != "") }
	mine := func(goja.FunctionCall) goja.Value { return vm.ToValue(local()) }
	ranged := func(f func(args []any, now time.Time) bool) func(goja.FunctionCall) goja.Value {
		return func(c goja.FunctionCall) goja.Value {
			args := make([]any, 0, len(c.Arguments))
			for _, a := range c.Arguments[:min(len(c.Arguments), maxArguments)] {
				args = append(args, a.Export())
			}
			return vm.ToValue(f(args, now))
		}
	}
	for name, f := range map[string]func(goja.FunctionCall) goja.Value{
		"isPlainHostName":     func(c goja.FunctionCall) goja.Value { return vm.ToValue(plainHost(text(c, 0))) },
		"dnsDomainIs":         two(func(host, domain string) bool { return domain != "" && hasSuffixFold(host, domain) }),
		"localHostOrDomainIs": two(sameHost),
		"shExpMatch":          two(glob),
		"dnsDomainLevels":     func(c goja.FunctionCall) goja.Value { return vm.ToValue(strings.Count(text(c, 0), ".")) },
		"isInNet": func(c goja.FunctionCall) goja.Value {
			return vm.ToValue(inNet(text(c, 0), text(c, 1), text(c, 2)))
		},
		"isInNetEx":  two(inPrefix),
		"dnsResolve": resolve, "dnsResolveEx": resolve, "isResolvable": known, "isResolvableEx": known,
		"myIpAddress": mine, "myIpAddressEx": mine,
		"weekdayRange": ranged(weekdays), "dateRange": ranged(dates), "timeRange": ranged(times),
		"alert": func(goja.FunctionCall) goja.Value { return goja.Undefined() },
	} {
		_ = vm.Set(name, f) // a name that is new can be set
	}
}

// plainHost says whether a host has no dot; an address of IPv6 is none.
func plainHost(host string) bool { return !strings.ContainsAny(host, ".:") }

func hasSuffixFold(s, suffix string) bool {
	return len(s) >= len(suffix) && strings.EqualFold(s[len(s)-len(suffix):], suffix)
}

// sameHost says whether a host is one, or its first label.
func sameHost(host, whole string) bool {
	if strings.EqualFold(host, whole) {
		return true
	}
	label, _, dotted := strings.Cut(whole, ".")
	return dotted && plainHost(host) && strings.EqualFold(host, label)
}

// inNet says whether an address lies in a network, as "10.0.0.0" and "255.0.0.0".
func inNet(host, network, mask string) bool {
	a, err1 := netip.ParseAddr(literal(host))
	n, err2 := netip.ParseAddr(network)
	m, err3 := netip.ParseAddr(mask)
	if err1 != nil || err2 != nil || err3 != nil || !a.Is4() || !n.Is4() || !m.Is4() {
		return false
	}
	at, net, bits := a.As4(), n.As4(), m.As4()
	for i := range at {
		if at[i]&bits[i] != net[i]&bits[i] {
			return false
		}
	}
	return true
}

// inPrefix says whether an address lies in a network, as "10.0.0.0/8".
func inPrefix(host, prefix string) bool {
	a, err := netip.ParseAddr(literal(host))
	p, wrong := netip.ParsePrefix(prefix)
	return err == nil && wrong == nil && p.Contains(a)
}

// glob says whether a text is of a pattern of "*" and "?", in time that grows with the
// product of their lengths at most.
func glob(text, pattern string) bool {
	t, p := []rune(text), []rune(pattern)
	at, in, star, from := 0, 0, -1, 0
	for at < len(t) {
		switch {
		case in < len(p) && p[in] == '*':
			star, from = in, at
			in++
		case in < len(p) && (p[in] == '?' || p[in] == t[at]):
			in++
			at++
		case star >= 0:
			from++
			at, in = from, star+1
		default:
			return false
		}
	}
	for in < len(p) && p[in] == '*' {
		in++
	}
	return in == len(p)
}
