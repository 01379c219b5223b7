package words

// Keys of placeholders.
const (
	PlaceHeld         Key = "place-held"
	PlaceFailed       Key = "place-failed"
	PlaceWanted       Key = "place-wanted"
	PlaceUndecided    Key = "place-undecided"
	PlaceBadAddress   Key = "place-bad-address"
	PlaceNotPicture   Key = "place-not-picture"
	PlaceTooLarge     Key = "place-too-large"
	PlaceUnreachable  Key = "place-unreachable"
	PlacePicturesOnly Key = "place-pictures-only"
)
