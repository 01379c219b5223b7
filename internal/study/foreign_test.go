package study

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// A table of figures that somebody else made up is damaged, and no more than that.
func TestForeignFigures(t *testing.T) {
	for name, table := range map[string]string{
		"short rows": "part,figure\nall,mails\n", "one field": "x\ny\n", "letters for numbers": "a,b,c,d,e,f,g,h\na,b,c,d,e,f,g,h\n",
		"rows of any length": "a,b,c,d,e,f,g,h\na\n", "nothing": "",
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), figuresTable)
			if err := os.WriteFile(path, []byte(table), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := readFigures(path); !errors.Is(err, ErrDamaged) {
				t.Errorf("it is read: %v", err)
			}
		})
	}
}
