package page

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"sync"

	"github.com/unseen-mail/unseen/internal/look"
)

//go:embed style.css
var style string

//go:embed mark.svg
var mark []byte

// A file is what pages load besides themselves.
type file struct {
	mediaType string
	body      []byte
}

// static are the files by their names, which are hashes of what they hold.
var static = sync.OnceValues(func() (names [2]string, all map[string]file) {
	all = make(map[string]file)
	for i, one := range []file{
		{"text/css; charset=utf-8", []byte(look.Load().CSS() + style)},
		{"image/svg+xml", mark},
	} {
		sum := sha256.Sum256(one.body)
		names[i] = hex.EncodeToString(sum[:16])
		all[names[i]] = one
	}
	return names, all
})

// Static returns the names of the style and the mark.
func Static() (styleName, markName string) {
	names, _ := static()
	return names[0], names[1]
}

// File returns a file by its name. It is not to be changed.
func File(name string) (mediaType string, body []byte, ok bool) {
	_, all := static()
	f, ok := all[name]
	return f.mediaType, f.body, ok
}
