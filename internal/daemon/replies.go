package daemon

import (
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/proxy"
)

// repliesIn are what the relay says to a mail program that sends, in a language, about
// its server.
func repliesIn(in *words.Catalogue, host string) proxy.Replies {
	return proxy.Replies{
		TooLarge: in.Say(words.SMTPTooLarge), Unknown: in.Say(words.SMTPUnknown), Signed: in.Say(words.SMTPSigned),
		Unprepared: in.Say(words.SMTPUnprepared), Unreachable: in.Say(words.SMTPUnreachable, "host", host),
		BrokeOff: in.Say(words.SMTPBrokeOff, "host", host),
	}
}
