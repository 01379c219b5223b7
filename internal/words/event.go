package words

// Keys of the live log.
const (
	DidHold        Key = "did-hold"
	DidRelease     Key = "did-release"
	DidCopy        Key = "did-copy"
	DidFail        Key = "did-fail"
	DidChoose      Key = "did-choose"
	DidRecover     Key = "did-recover"
	EventNobody    Key = "event-nobody"
	EventEverybody Key = "event-everybody"
	EventLoad      Key = "event-load"
	EventPictures  Key = "event-pictures"
	EventSame      Key = "event-same"
	EventCopy      Key = "event-copy"
	EventShown     Key = "event-shown"
	EventHidden    Key = "event-hidden"
)

// eventTexts are the English texts of the live log: what became of it in one
// word, and then a sentence.
func eventTexts() map[Key]string {
	return map[Key]string{
		DidHold:        "held",
		DidRelease:     "released",
		DidCopy:        "copy",
		DidFail:        "no answer",
		DidChoose:      "your word",
		DidRecover:     "well again",
		EventNobody:    "nobody vouches for them",
		EventEverybody: "every sender",
		EventLoad:      "{hosts}: {reason}",
		EventPictures:  "{n} {n|picture|pictures} of {hosts}, the same for everybody: you have not chosen to see this sender's pictures. \"unseen pictures {who} on\" shows them.",
		EventSame:      "{hosts} sent {n|a picture that is|pictures that are} the same for everybody; it learned that somebody asked.",
		EventCopy:      "{n} {n|picture was|pictures were} shown again without asking anybody.",
		EventShown:     "their pictures are shown",
		EventHidden:    "their pictures are not shown",
	}
}
