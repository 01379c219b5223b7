package exempt_test

import (
	"fmt"

	"github.com/unseen-mail/unseen/detect/exempt"
	"github.com/unseen-mail/unseen/detect/reference"
)

func Example() {
	m, err := exempt.Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	view := []byte(`<a href="https://click.example/8f6e">Shop now</a>
		<p>Pour ne plus recevoir nos messages, <a href="https://click.example/97dd">cliquez ici</a>.</p>
		<a href="https://click.example/1a0f">Reset your password</a>`)
	refs := reference.HTML(view)
	for i, words := range exempt.Texts(view, refs) {
		if e, ok := m.Match(exempt.Link{Words: words, URL: refs[i].URL}); ok {
			fmt.Printf("%s: %s, by %s, %s\n", words.Text, e.Class, e.Where, e.Language)
		}
	}
	// Output:
	// cliquez ici: choice, by around, fr
	// Reset your password: authentication, by text, en
}
