package words

// Keys of new mail that is looked at before it is opened.
const (
	HelpAccountWatch  Key = "help_account_watch"
	HelpWatchWhat     Key = "help_watch_what"
	WatchOn           Key = "watch-on"
	WatchOff          Key = "watch-off"
	WatchCount        Key = "watch-count"
	WatchUntil        Key = "watch-until"
	WatchConnecting   Key = "watch-connecting"
	WatchNoLogin      Key = "watch-no-login"
	WatchNoLoginHint  Key = "watch-no-login-hint"
	WatchLostHint     Key = "watch-lost-hint"
	EventArrived      Key = "event-arrived"
	DidArrive         Key = "did-arrive"
	WinDidArrive      Key = "win-did-arrive"
	TrayNoticeArrived Key = "tray-notice-arrived"
	WatchListed       Key = "watch-listed"
)
