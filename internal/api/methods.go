package api

// eventQuery is the query of events.
type eventQuery struct {
	After int64 `json:"after"`
	Limit int   `json:"limit"`
}

// Queries of one value.
type (
	senderQuery struct {
		Sender string `json:"sender"`
	}
	askedQuery struct {
		Asked string `json:"asked"`
	}
	againstQuery struct {
		Against string `json:"against"`
	}
	exportQuery struct {
		Format   string `json:"format"`
		Language string `json:"language"`
	}
	importQuery struct {
		Format string `json:"format"`
	}
)

// methods are all methods of the API; a test holds them against the routes.
func methods() []method {
	var list []method
	for _, of := range [][]method{accountMethods(), wayMethods(), senderMethods(), consentMethods(), protectionMethods(), faceMethods(), addOnMethods(), evidenceMethods(), studyMethods()} {
		list = append(list, of...)
	}
	return list
}

func accountMethods() []method {
	return []method{
		{pattern: "GET /v1/status", says: "How Unseen does.", out: Status{}},
		{pattern: "GET /v1/accounts", says: "The connected accounts.", out: []Account{}},
		{pattern: "POST /v1/accounts", says: "Connects an account.", in: NewAccount{}, out: Account{}},
		{pattern: "POST /v1/accounts/remove", says: "Disconnects an account.", in: named{}, out: Account{}},
		{pattern: "POST /v1/accounts/check", says: "Tries the servers of an account.", in: CheckRequest{}, out: []Step{}},
		{pattern: "POST /v1/accounts/testmail", says: "Puts a mail of Unseen's own into the inbox of an account.", in: TestMailRequest{}, out: TestMail{}},
		{pattern: "POST /v1/accounts/watch", says: "Has new mail of an account be looked at before it is opened, or ends that, or says how it stands.", in: WatchRequest{}, out: Watched{}},
		{pattern: "POST /v1/accounts/rebuild", says: "Makes the plans of an account's mail again; one JSON object a line says how far it is.",
			in: RebuildRequest{}, out: Rebuilt{}, kind: "application/jsonl"},
		{pattern: "GET /v1/backup", says: "All that Unseen keeps, as unseen import reads it.", kind: "application/gzip"},
		{pattern: "POST /v1/mail/original", says: "The original of a mail as a mail program stored it, which is the body of the request and of the answer; Unseen-Kept in the answer says how they relate.", kind: "message/rfc822"},
		{pattern: "POST /v1/accounts/vouching", says: "Whether the provider vouches for senders.", in: named{}, out: Vouch{}},
		{pattern: "POST /v1/accounts/signed", says: "Verifies the signatures of a sender's mail on this computer; only this looks a key up.", in: SignedRequest{}, out: Signed{}},
		{pattern: "POST /v1/accounts/vouching/confirm", says: "Keeps the reader's word that a name is their provider's.", in: VouchRequest{}, out: Vouch{}},
	}
}

func senderMethods() []method {
	return []method{
		{pattern: "GET /v1/senders", says: "All senders, the last first.", out: []Sender{}},
		{pattern: "GET /v1/senders/page", says: "Senders in pages: searched, filtered, sorted.", query: SenderQuery{}, out: SenderPage{}},
		{pattern: "GET /v1/senders/facts", says: "What is known of one sender.", query: SenderFactsQuery{}, out: SenderFacts{}},
		{pattern: "GET /v1/senders/about", says: "What a sender's mail shows of it.", query: AboutRequest{}, out: About{}},
		{pattern: "GET /v1/senders/learned", says: "What mail upon mail showed of a sender.", query: LearnedQuery{}, out: []Learned{}},
		{pattern: "GET /v1/aliases", says: "Which hosts are other names of somebody else's, as far as it was asked.", out: Aliases{}},
		{pattern: "POST /v1/aliases", says: "Asks a name server, in one batch, or says who would be asked.", in: AliasRequest{}, out: Aliases{}},
		{pattern: "POST /v1/aliases/forget", says: "Destroys what is known of names.", in: AliasForget{}, out: Aliases{}},
		{pattern: "GET /v1/messages", says: "Messages in pages, the newest first.", query: MessageQuery{}, out: MessagePage{}},
		{pattern: "GET /v1/messages/facts", says: "One message explained.", query: MessageFactsQuery{}, out: MessageFacts{}},
		{pattern: "GET /v1/messages/{id}/reading", says: "What a mail says where its pictures are held.", out: Reading{}},
		{pattern: "GET /v1/pictures", says: "The choices about pictures.", out: []Picture{}},
		{pattern: "POST /v1/pictures", says: "Makes a choice about pictures.", in: Picture{}, out: Picture{}},
		{pattern: "POST /v1/pictures/bare", says: "Asks for a picture by its address without the identifier, once.", in: BareRequest{}, out: BarePicture{}},
	}
}

func consentMethods() []method {
	return []method{
		{pattern: "GET /v1/consent", says: "Where consent stands.", out: []Standing{}},
		{pattern: "POST /v1/consent", says: "Writes decisions into the ledger.", in: Decision{}, out: []Standing{}},
		{pattern: "GET /v1/consent/history", says: "What is kept about a sender, or about all.", query: senderQuery{}, out: History{}},
		{pattern: "GET /v1/consent/verify", says: "Checks the ledger.", query: againstQuery{}, out: Verification{}},
		{pattern: "GET /v1/consent/export", says: "The ledger in a format.", query: exportQuery{}, kind: "application/ld+json"},
		{pattern: "POST /v1/consent/import", says: "Adds the decisions of a file.", query: importQuery{}, out: Imported{}},
		{pattern: "GET /v1/questions", says: "Who waits for an answer; with asked=1 also those that were shown.", query: askedQuery{}, out: []Waiting{}},
		{pattern: "POST /v1/questions/ask", says: "The notices of a sender.", in: Ask{}, out: []Question{}},
		{pattern: "POST /v1/questions/answer", says: "Writes an answer into the ledger.", in: Answer{}, out: Answered{}},
		{pattern: "POST /v1/once", says: "Permits one message for ten minutes.", in: OnceRequest{}, out: Permit{}},
		{pattern: "POST /v1/tell", says: "How a sender can be told.", in: TellRequest{}, out: []Tell{}},
		{pattern: "POST /v1/sending", says: "What loads would send.", in: SendingRequest{}, out: []Sending{}},
		{pattern: "POST /v1/forget", says: "Destroys what is known of a sender.", in: ForgetRequest{}, out: Forgotten{}},
		{pattern: "POST /v1/statements", says: "Keeps a statement of the reader's.", in: Statement{}, out: Statement{}},
		{pattern: "GET /v1/statements", says: "The statements about a sender, or about all.", query: senderQuery{}, out: []Statement{}},
	}
}

func protectionMethods() []method {
	return []method{
		{pattern: "POST /v1/level", says: "Chooses how much is held.", in: Level{}, out: Level{}},
		{pattern: "POST /v1/pause", says: "Silences questions and notices; it releases nothing.", in: PauseRequest{}, out: Span{}},
		{pattern: "POST /v1/suspend", says: "Turns protection off for a while.", in: SuspendRequest{}, out: Suspension{}},
		{pattern: "POST /v1/resume", says: "Ends a pause and every suspension.", in: struct{}{}, out: Resumed{}},
		{pattern: "GET /v1/receipts", says: "The notices of reading that a mail program wanted to send.", out: []Receipt{}},
		{pattern: "POST /v1/receipts", says: "Lets one of them leave, or keeps it.", in: ReceiptAnswer{}, out: Receipt{}},
	}
}

func faceMethods() []method {
	return []method{
		{pattern: "POST /v1/pages/open", says: "Opens a session of the pages in a browser.", in: OpenRequest{}, out: Opened{}},
		{pattern: "GET /v1/events", says: "Events that were, the oldest first.", query: eventQuery{}, out: []Event{}},
		{pattern: "GET /v1/events/follow", says: "Events as they come, one JSON object a line.", query: eventQuery{}, out: Event{}, kind: "application/jsonl"},
		{pattern: "GET /v1/events/stream", says: "Events as they come, as server-sent events.", query: eventQuery{}, out: Event{}, kind: "text/event-stream"},
		{pattern: "GET /v1/statistics", says: "Counts by day, week or month.", query: StatisticsQuery{}, out: Statistics{}},
		{pattern: "GET /v1/settings", says: "What is set, and by whom.", out: Settings{}},
		{pattern: "POST /v1/settings", says: "Changes settings.", in: SettingsChange{}, out: Settings{}},
		{pattern: "GET /v1/purposes", says: "What purposes are, in words.", query: PurposeQuery{}, out: []Purpose{}},
		{pattern: "GET /v1/openapi.json", says: "This document."},
	}
}

func addOnMethods() []method {
	return []method{
		{pattern: "GET /v1/addon", says: "What an add-on has to know before the rest.", out: AddOnHello{}},
		{pattern: "POST /v1/addon/messages", says: "Takes a message that was never rewritten, and says what becomes of its loads.",
			query: AddOnQuestion{}, out: AddOnMessage{}},
		{pattern: "POST /v1/addon/again", says: "Says so again for a message that is known.", in: AddOnAgain{}, out: AddOnMessage{}},
		{pattern: "POST /v1/addon/hop", says: "Says what becomes of a load that is redirected.", in: AddOnHop{}, out: AddOnHopped{}},
		{pattern: "POST /v1/addon/happened", says: "Takes down what became of loads.", in: AddOnReport{}, out: AddOnNoted{}},
		{pattern: "POST /v1/addon/link", says: "Opens the page of a link.", in: AddOnLinkRequest{}, out: Opened{}},
		{pattern: "POST /v1/addon/pair", says: "Gives out a code for an add-on that cannot start a program.", in: struct{}{}, out: AddOnCode{}},
		{pattern: "POST /v1/addon/unpair", says: "Lets none of those add-ons in any more.", in: struct{}{}, out: AddOnUnpaired{}},
		{pattern: "POST /v1/rewrite", says: "Takes a mail of an account, and gives it back at the same length with each load leading to the gateway.",
			query: rewriteQuery{}, kind: "message/rfc822"},
		{pattern: "POST /v1/addon/compose", says: "Gives a draft its own addresses back.", in: AddOnDraft{}, out: AddOnDraft{}},
	}
}

func wayMethods() []method {
	return []method{
		{pattern: "GET /v1/ca", says: "The local authorities, which can stand in for mail servers on this machine.", out: Authorities{}},
		{pattern: "POST /v1/ca/cover", says: "Makes the authorities that are missing.", out: Authorities{}},
		{pattern: "POST /v1/ca/remove", says: "Deletes all local authorities with their keys.", out: Authorities{}},
		{pattern: "GET /v1/proxy", says: "How programs get to Unseen through a proxy setting.", out: Proxy{}},
		{pattern: "POST /v1/proxy", says: "Turns a proxy on or off.", in: ProxyRequest{}, out: Proxy{}},
	}
}
