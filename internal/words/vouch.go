package words

// Keys of the reader's word about who their provider is.
const (
	HelpAccountConfirm     Key = "help_account_confirm"
	HelpConfirmYes         Key = "help_confirm_yes"
	HelpConfirmUndo        Key = "help_confirm_undo"
	VouchConfirmed         Key = "vouch-confirmed"
	VouchUndone            Key = "vouch-undone"
	VouchNotConfirmed      Key = "vouch-not-confirmed"
	VouchNobody            Key = "vouch-nobody"
	VouchReady             Key = "vouch-ready"
	VouchReadyHint         Key = "vouch-ready-hint"
	VouchFar               Key = "vouch-far"
	AskVouch               Key = "ask-vouch"
	VouchKnown             Key = "vouch-known"
	VouchKnownHint         Key = "vouch-known-hint"
	VouchTooFew            Key = "vouch-too-few"
	VouchTooFewHint        Key = "vouch-too-few-hint"
	VouchNoTerminal        Key = "vouch-no-terminal"
	VouchNoTerminalHint    Key = "vouch-no-terminal-hint"
	VouchNoneConfirmed     Key = "vouch-none-confirmed"
	VouchNoneConfirmedHint Key = "vouch-none-confirmed-hint"
)
