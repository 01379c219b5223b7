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

// placeTexts are the English texts of placeholders.
func placeTexts() map[Key]string {
	return map[Key]string{
		PlaceHeld:         "Picture held",
		PlaceFailed:       "No picture",
		PlaceWanted:       "{who} wanted to know that you opened this mail. It was not told.",
		PlaceUndecided:    "Unseen could not read its rules, so nobody was asked.",
		PlaceBadAddress:   "Its address does not lead to the public internet, so it was not asked for.",
		PlaceNotPicture:   "What came back is not a picture, so it is not shown.",
		PlaceTooLarge:     "It is larger than 8 MB, so it is not shown.",
		PlaceUnreachable:  "Its server gave no picture. Open the mail again to try once more.",
		PlacePicturesOnly: "Unseen shows pictures only. Nobody was asked.",
	}
}
