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

// Keys of the wizard's end.
const (
	WinSetUp    Key = "win-set-up"
	WinTestHow  Key = "win-test-how"
	WinTestPut  Key = "win-test-put"
	WinTestLies Key = "win-test-lies"

	WinTestOpened   Key = "win-test-opened"
	WinTestPassword Key = "win-test-password"
)
