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
	EventOnce      Key = "event-once"
	EventForgotten Key = "event-forgotten"
)
