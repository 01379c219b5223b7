package words

// Keys of making again what was lost with the store.
const (
	HelpRebuild        Key = "help_rebuild"
	RebuildFailed      Key = "rebuild-failed"
	RebuildFailedHint  Key = "rebuild-failed-hint"
	RebuildProgress    Key = "rebuild-progress"
	RebuildDone        Key = "rebuild-done"
	RebuildUnread      Key = "rebuild-unread"
	RebuildKey         Key = "rebuild-key"
	RebuildInterrupted Key = "rebuild-interrupted"
)
