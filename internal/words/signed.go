package words

// Keys of signatures that the reader verifies on this computer.
const (
	HelpAccountSigned    Key = "help_account_signed"
	HelpSignedSender     Key = "help_signed_sender"
	HelpSignedYes        Key = "help_signed_yes"
	HelpSignedUndo       Key = "help_signed_undo"
	SignedAsks           Key = "signed-asks"
	SignedAsk            Key = "ask-signed"
	SignedAsked          Key = "signed-asked"
	SignedDone           Key = "signed-done"
	SignedUndone         Key = "signed-undone"
	SignedLeft           Key = "signed-left"
	SignedNeedless       Key = "signed-needless"
	SignedNeedlessHint   Key = "signed-needless-hint"
	SignedNoDomain       Key = "signed-no-domain"
	SignedNoDomainHint   Key = "signed-no-domain-hint"
	SignedFailed         Key = "signed-failed"
	SignedFailedHint     Key = "signed-failed-hint"
	SignedNoTerminal     Key = "signed-no-terminal"
	SignedNoTerminalHint Key = "signed-no-terminal-hint"
	PageSigned           Key = "page-signed"
	NoticeVerified       Key = "notice-verified"
)
