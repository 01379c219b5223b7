package thunderbird

import (
	"maps"

	"github.com/unseen-mail/unseen/internal/words"
)

// texts are the texts of the add-on by the names it uses.
func texts() map[string]words.Key {
	all := ownTexts()
	maps.Copy(all, sharedTexts())
	return all
}

// ownTexts are those that no other face says.
func ownTexts() map[string]words.Key {
	return map[string]words.Key{
		"cookies":       words.FaceCookies,
		"cookiesHow":    words.FaceCookiesHow,
		"description":   words.FaceDescription,
		"done":          words.FaceDone,
		"door":          words.FaceDoor,
		"doorCode":      words.FaceDoorCode,
		"doorConnect":   words.FaceDoorConnect,
		"doorWrong":     words.FaceDoorWrong,
		"down":          words.FaceDown,
		"downHow":       words.FaceDownHow,
		"evidence":      words.FaceEvidence,
		"evidenceAll":   words.FaceEvidenceAll,
		"evidenceAsks":  words.FaceEvidenceAsks,
		"evidenceHow":   words.FaceEvidenceHow,
		"evidenceIs":    words.FaceEvidenceIs,
		"evidenceKeep":  words.FaceEvidenceKeep,
		"evidenceKept":  words.FaceEvidenceKept,
		"evidenceKeys":  words.FaceEvidenceKeys,
		"evidenceMail":  words.FaceEvidenceMail,
		"evidenceNext":  words.FaceEvidenceNext,
		"evidenceNot":   words.FaceEvidenceNot,
		"evidenceQuiet": words.FaceEvidenceQuiet,
		"fetches":       words.FaceFetches,
		"first":         words.FaceFirst,
		"found":         words.FaceFound,
		"mayAccounts":   words.FaceMayAccounts,
		"mayCompose":    words.FaceMayCompose,
		"mayMessages":   words.FaceMayMessages,
		"mayNative":     words.FaceMayNative,
		"mayPrivacy":    words.FaceMayPrivacy,
		"mayProxy":      words.FaceMayProxy,
		"missing":       words.FaceMissing,
		"next":          words.FaceNext,
		"nobody":        words.FaceNobody,
		"nothing":       words.FaceNothing,
		"permissions":   words.FacePermissions,
		"pictures":      words.FacePictures,
		"sendStopped":   words.FaceSendStopped,
		"sendUnknown":   words.FaceSendUnknown,
		"settings":      words.FaceSettings,
		"tag":           words.FaceTag,
		"tagging":       words.FaceTagging,
		"taggingHow":    words.FaceTaggingHow,
		"through":       words.FaceThrough,
		"throughHow":    words.FaceThroughHow,
		"wayAlone":      words.FaceWayAlone,
		"wayRelay":      words.FaceWayRelay,
		"ways":          words.FaceWays,
	}
}

// sharedTexts are those of pages: where a page says the same, the words are the same.
func sharedTexts() map[string]words.Key {
	return map[string]words.Key{
		"all":               words.PageAll,
		"allNo":             words.PageAllNo,
		"allYes":            words.PageAllYes,
		"held":              words.PageHeld,
		"learnsKey":         words.MarkLearnsKey,
		"links":             words.PageTellLinks,
		"linksWarn":         words.PageTellWarn,
		"loadHeld":          words.PageLoadHeld,
		"more":              words.PageMore,
		"no":                words.PageNo,
		"notedOnce":         words.PageNoteOnce,
		"notedShown":        words.PageNoteShown,
		"once":              words.PageOnceMail,
		"oncePictures":      words.PageOncePictures,
		"other":             words.PageOther,
		"preferences":       words.PageTellPreferences,
		"released":          words.PageLoadReleased,
		"save":              words.PageSave,
		"saved":             words.PageNoteSaved,
		"sent":              words.PageSent,
		"trouble":           words.PageTrouble,
		"unsubscribe":       words.PageTellUnsubscribe,
		"unsubscribeHeader": words.PageTellHeader,
		"why":               words.PageLoadWhy,
		"withdraw":          words.PageTellConsent,
		"yes":               words.PageYes,
	}
}
