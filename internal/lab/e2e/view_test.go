package e2e_test

import (
	"bytes"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/imapfilter/wire"
)

// A view is what a mail program knows of a mailbox: which UID each sequence
// number stands for.
type view struct {
	uids    []int
	highest int // the last UID that was ever in it
}

var (
	numbered = regexp.MustCompile(`^\* (\d+) (EXPUNGE|EXISTS|RECENT|FETCH) ?`)
	vanished = regexp.MustCompile(`^\* VANISHED ([0-9:,]+)\r\n$`)
	justNews = regexp.MustCompile(`^\((?:(?:UID \d+|MODSEQ \(\d+\)|FLAGS \([^)]*\)) ?)+\)\r\n$`)
	newFlags = regexp.MustCompile(`FLAGS \([^)]*\)`)
	newMods  = regexp.MustCompile(`MODSEQ \(\d+\)`)
)

// read goes through the answers to one command and returns them in a form that
// does not depend on when a server told of what others did: by UID, in order, and
// of flags the last word, and that once: told unasked, or in an answer.
func (v *view) read(t testing.TB, responses []string, live []int, going map[int]bool) []string {
	t.Helper()
	var out []string
	flags, said := map[int]string{}, map[int]string{}
	for _, one := range responses {
		if m := vanished.FindStringSubmatch(one); m != nil {
			for _, uid := range numbersOf(t, m[1]) {
				v.uids = slices.DeleteFunc(v.uids, func(u int) bool { return u == uid })
			}
			continue
		}
		m := numbered.FindStringSubmatch(one)
		if m == nil {
			if !strings.HasPrefix(one, "* OK ") { // how to be told of changes, and the like
				out = append(out, one)
			}
			continue
		}
		n, _ := strconv.Atoi(m[1])
		switch m[2] {
		case "EXISTS":
			v.grow(t, n, live, going)
		case "EXPUNGE":
			if n < 1 || n > len(v.uids) {
				t.Fatalf("EXPUNGE of %d with %d messages", n, len(v.uids))
			}
			v.uids = slices.Delete(v.uids, n-1, n)
		case "FETCH":
			if n < 1 || n > len(v.uids) {
				t.Fatalf("FETCH of %d with %d messages: %.200q", n, len(v.uids), one)
			}
			uid, value := v.uids[n-1], one[len(m[0]):]
			f := newFlags.FindString(value)
			word := f + " " + newMods.FindString(value)
			switch news := justNews.MatchString(value); {
			case f == "":
			case news && (word == said[uid] || word == f+" " && strings.HasPrefix(said[uid], word)):
				continue // said in an answer already
			case news:
				flags[uid] = word
				continue
			default:
				said[uid] = word
				delete(flags, uid)
			}
			out = append(out, fmt.Sprintf("%d %s", uid, inOrder(t, value)))
		}
	}
	for uid, f := range flags {
		out = append(out, fmt.Sprintf("%d %s", uid, f))
	}
	slices.Sort(out)
	return out
}

// inOrder sorts the items of one answer: in which order they come is the server's
// affair (RFC 3501, section 7.4.2).
func inOrder(t testing.TB, value string) string {
	t.Helper()
	r := wire.NewReader(strings.NewReader(value), 0)
	if err := r.Expect('('); err != nil {
		t.Fatalf("%v in %.200q", err, value)
	}
	var items []string
	for {
		_, next, err := r.Spaces()
		if err == nil && next == ')' {
			slices.Sort(items)
			return "(" + strings.Join(items, " ") + ")\r\n"
		}
		_, name, err := r.Item()
		if err != nil {
			t.Fatalf("%v in %.200q", err, value)
		}
		one := bytes.NewBuffer(bytes.Clone(name))
		one.WriteByte(' ')
		if _, _, err = r.Spaces(); err == nil {
			err = r.CopyValue(one)
		}
		if err != nil {
			t.Fatalf("%v in %.200q", err, value)
		}
		items = append(items, one.String())
	}
}

// grow takes new messages in: those that are there and were not known, and with them
// those that are going, if the server had not yet heard of that when it counted.
func (v *view) grow(t testing.TB, n int, live []int, going map[int]bool) {
	t.Helper()
	fresh := func(uids []int) []int {
		return slices.DeleteFunc(slices.Sorted(slices.Values(uids)), func(u int) bool { return u <= v.highest })
	}
	add := fresh(live)
	if len(v.uids)+len(add) < n {
		add = fresh(slices.AppendSeq(slices.Clone(live), maps.Keys(going)))
	}
	if missing := n - len(v.uids); missing < len(add) {
		add = add[:max(missing, 0)] // the last are not told of yet
	}
	for _, uid := range add {
		v.highest = uid
	}
	if v.uids = append(v.uids, add...); len(v.uids) != n {
		t.Fatalf("%d messages, and %d are known", n, len(v.uids))
	}
}

// numbersOf lists a set of UIDs.
func numbersOf(t testing.TB, set string) []int {
	t.Helper()
	var out []int
	for part := range strings.SplitSeq(set, ",") {
		from, to, ranged := strings.Cut(part, ":")
		if !ranged {
			to = from
		}
		a, err1 := strconv.Atoi(from)
		z, err2 := strconv.Atoi(to)
		if err1 != nil || err2 != nil {
			t.Fatalf("%q is no set", set)
		}
		for n := min(a, z); n <= max(a, z); n++ {
			out = append(out, n)
		}
	}
	return out
}

// without leaves out what is said of messages that others have taken away: a
// server may still have them for one session and not for another (RFC 2180,
// section 4.1).
func without(lines []string, gone map[int]bool) []string {
	return slices.DeleteFunc(lines, func(line string) bool {
		first, _, _ := strings.Cut(line, " ")
		uid, err := strconv.Atoi(first)
		return err == nil && gone[uid]
	})
}
