package words

// Keys of questions, answers and the ledger.
const (
	BadHead           Key = "bad-head"
	BadHeadHint       Key = "bad-head-hint"
	NameAnAddress     Key = "name-an-address"
	NameAnAddressHint Key = "name-an-address-hint"
	NoNotice          Key = "no-notice"
	NoNoticeHint      Key = "no-notice-hint"
	NoticeChanged     Key = "notice-changed"
	NoticeChangedHint Key = "notice-changed-hint"
	NoSuchMessage     Key = "no-such-message"
	NoSuchMessageHint Key = "no-such-message-hint"
	BadImport         Key = "bad-import"
	BadImportHint     Key = "bad-import-hint"
	StaysChain        Key = "stays-chain"
	StaysMail         Key = "stays-mail"
	StaysCounts       Key = "stays-counts"
	StaysBackups      Key = "stays-backups"
	SendsTo           Key = "sends-to"
	SendsAddress      Key = "sends-address"
	SendsDecoded      Key = "sends-decoded"
	SendsSign         Key = "sends-sign"
	SendsNetwork      Key = "sends-network"
	SendsClient       Key = "sends-client"
	SendsTime         Key = "sends-time"
	SendsNoCookies    Key = "sends-no-cookies"
)
