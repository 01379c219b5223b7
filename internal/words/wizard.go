package words

// Keys of the test mail.
const (
	TestMailSubject     Key = "test-mail-subject"
	TestMailText        Key = "test-mail-text"
	TestMailPut         Key = "test-mail-put"
	TestMailOAuth       Key = "test-mail-o-auth"
	TestMailOAuthHint   Key = "test-mail-o-auth-hint"
	TestMailNoLogin     Key = "test-mail-no-login"
	TestMailNoLoginHint Key = "test-mail-no-login-hint"
	TestMailRefused     Key = "test-mail-refused"
	TestMailRefusedHint Key = "test-mail-refused-hint"
)

// Keys of the wizard's choice of a mail program, and of its end.
const (
	WinProgram        Key = "win-program"
	WinProgramOther   Key = "win-program-other"
	WinProgramChanges Key = "win-program-changes"
	WinProgramSet     Key = "win-program-set"
	WinProgramIsSet   Key = "win-program-is-set"
	WinProgramBack    Key = "win-program-back"
	WinProgramLeft    Key = "win-program-left"
	WinProgramPaste   Key = "win-program-paste"
	WinTestHow        Key = "win-test-how"
	WinTestPut        Key = "win-test-put"
	WinTestLies       Key = "win-test-lies"
	WinTestCame       Key = "win-test-came"
	WinTestOpened     Key = "win-test-opened"
	WinTestPassword   Key = "win-test-password"
)
