package command

import "testing"

func TestShellWord(t *testing.T) {
	for in, want := range map[string]string{
		"/usr/bin/unseen": "/usr/bin/unseen",
		"/home/a b/it's":  `'/home/a b/it'\''s'`,
		"/$(x)/unseen":    `'/$(x)/unseen'`,
	} {
		if got := shellWord(in); got != want {
			t.Errorf("%s: got %s", in, got)
		}
	}
}
