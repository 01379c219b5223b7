package api

import "context"

// TestMailRequest asks for a mail of Unseen's own to be put into the inbox of an
// account, which shows that all works when it is opened.
type TestMailRequest struct {
	// Address names a connected account.
	Address string `json:"address"`
	// Login and Password are used once and not kept; Login is the address if empty.
	Login string `json:"login,omitempty"`
	// Password is used once.
	Password Secret `json:"password,omitempty"`
	// Token is an access token (RFC 6750) that is used instead. With neither, the
	// login that Unseen keeps of the account is used, if there is one.
	Token Secret `json:"token,omitempty"`
	// Language is what the mail is written in, "" for the daemon's.
	Language string `json:"language,omitempty"`
}

// A TestMail is one that lies in an inbox.
type TestMail struct {
	// Subject is its subject.
	Subject string `json:"subject"`
	// Host is where its picture would be loaded from, which no other mail names: an
	// [Event] with this host says that it was opened.
	Host string `json:"host"`
}

// PutTestMail puts a test mail into the inbox of an account.
func (c *Client) PutTestMail(ctx context.Context, q TestMailRequest) (TestMail, error) {
	return call[TestMail](ctx, c, "POST", "/v1/accounts/testmail", q)
}
