package study

// An Observation is one reference of one mail: a row of the dataset. The tags are the
// only home of its columns: files, datapackage.json and docs/studies.md follow them.
type Observation struct {
	ObsID        string   `parquet:"obs_id" json:"obs_id" meaning:"Name of the row: the mail's msg_key and the place of the reference in it."`
	MsgKey       string   `parquet:"msg_key,dict" json:"msg_key" meaning:"Name of the mail, as in messages. A keyed hash in a participants' study."`
	CampaignKey  *string  `parquet:"campaign_key,optional,dict" json:"campaign_key" meaning:"Name of the mailing: the same for mails of one sender, list and subject (without its digits) in one week. A keyed hash in a participants' study." absent:"the sender cannot be read"`
	RecvWeek     *string  `parquet:"recv_week,optional,dict" json:"recv_week" meaning:"ISO week in which the mail came, as 2026-W07." unit:"ISO 8601 week" absent:"the mail has no date that can be"`
	SenderETLD1  *string  `parquet:"sender_etld1,optional,dict" json:"sender_etld1" meaning:"Organisational domain in From (Public Suffix List)." absent:"suppressed, or it cannot be read"`
	ElementKind  string   `parquet:"element_kind,dict" json:"element_kind" meaning:"What following the reference does: pixel, image, resource, link or receipt."`
	Vector       string   `parquet:"vector,dict" json:"vector" meaning:"Where in the mail it stands, as in \"img src\" or \"css url()\"."`
	Tag          string   `parquet:"tag,dict" json:"tag" meaning:"First word of vector: the element, css or header."`
	SrcKind      *string  `parquet:"src_kind,optional,dict" json:"src_kind" meaning:"Rest of vector: the attribute, function or field." absent:"vector is one word"`
	Part         string   `parquet:"part,dict" json:"part" meaning:"IMAP section of the part in which it stands, HEADER for receipts."`
	Offset       int64    `parquet:"offset" json:"offset" unit:"octet" meaning:"Where in the raw mail it stands; 0 where the store of a running Unseen was read and it left the reference as it is."`
	Host         *string  `parquet:"host,optional,dict" json:"host" meaning:"Host of the address, labels that look like identifiers left out." absent:"suppressed, or the address has no host"`
	ETLD1        *string  `parquet:"etld1,optional,dict" json:"etld1" meaning:"Organisational domain of host." absent:"suppressed, or no host"`
	CNAMEETLD1   *string  `parquet:"cname_etld1,optional,dict" json:"cname_etld1" meaning:"Organisational domain that host leads to by CNAME, where that is another one." absent:"not asked, or none, or suppressed"`
	URLTemplate  *string  `parquet:"url_template,optional" json:"url_template" meaning:"Form of the address: what could name somebody is {kind:length}, as in {hex:32}." absent:"suppressed, or not a web address"`
	OwnerEntity  *string  `parquet:"owner_entity,optional,dict" json:"owner_entity" meaning:"Company or program that runs the address, by the catalogue." absent:"not known"`
	Vendor       *string  `parquet:"vendor,optional,dict" json:"vendor" meaning:"The same by its identifier in the catalogue." absent:"not known"`
	ThirdParty   *bool    `parquet:"third_party,optional" json:"third_party" meaning:"Whether etld1 is another than sender_etld1, as found before suppression." absent:"one of them is not known"`
	Invisible    string   `parquet:"invisible_class,dict" json:"invisible_class" meaning:"Why a load shows nothing, by what the mail declares: tiny (both sides at most 3 px), hidden (by style), none, or not-a-load."`
	DeclaredW    *int64   `parquet:"declared_w,optional" json:"declared_w" unit:"CSS pixel" meaning:"Declared width." absent:"nothing is declared"`
	DeclaredH    *int64   `parquet:"declared_h,optional" json:"declared_h" unit:"CSS pixel" meaning:"Declared height." absent:"nothing is declared"`
	TrueW        *int64   `parquet:"true_w,optional" json:"true_w" unit:"pixel" meaning:"True width." absent:"always: nothing is fetched"`
	TrueH        *int64   `parquet:"true_h,optional" json:"true_h" unit:"pixel" meaning:"True height." absent:"always: nothing is fetched"`
	TokenLen     *int64   `parquet:"token_len,optional" json:"token_len" unit:"octet" meaning:"Length of what looks like the name of a recipient or of one mail." absent:"nothing does"`
	TokenEntropy *float64 `parquet:"token_entropy,optional" json:"token_entropy" unit:"bit" meaning:"Its Shannon entropy over its own letters, times its length." absent:"nothing does"`
	TokenWhere   *string  `parquet:"token_location,optional,dict" json:"token_location" meaning:"Where it stands: path, query, host, user-info or fragment." absent:"nothing does"`
	TokenKind    *string  `parquet:"token_kind,optional,dict" json:"token_kind" meaning:"What it looks like: address, uuid, hex, number or random." absent:"nothing does"`
	LeakKind     *string  `parquet:"leak_kind,optional,dict" json:"leak_kind" meaning:"How the recipient's address stands in the URL: plain, encoded, hashed, or encoded-hash." absent:"it does not, or the recipient is not known"`
	LeakChain    *string  `parquet:"leak_chain,optional,dict" json:"leak_chain" meaning:"Encodings and hashes, outermost first, as in \"base64 of md5\"." absent:"no leak"`
	LeakDepth    *int64   `parquet:"leak_depth,optional" json:"leak_depth" unit:"layer" meaning:"How many encodings and hashes lie around the address; 0 is plain." absent:"no leak"`
	RuleIDs      []string `parquet:"rule_ids,list" parquet-element:",dict" json:"rule_ids" meaning:"Rules that the verdict rests on."`
	ReasonCodes  []string `parquet:"reason_codes,list" parquet-element:",dict" json:"reason_codes" meaning:"Codes of the reasons, the weightiest first."`
	ListHits     []string `parquet:"list_hits,list" parquet-element:",dict" json:"list_hits" meaning:"Files of the study's filter lists that hold the address to be a tracker. They do not bear on verdict."`
	Verdict      string   `parquet:"verdict,dict" json:"verdict" meaning:"tracker, suspected, exempt or clean."`
	Certainty    *string  `parquet:"certainty,optional,dict" json:"certainty" meaning:"proven, strong or weak." absent:"the verdict is clean"`
	Individual   string   `parquet:"individualised,dict" json:"individualised" meaning:"Whether the address is one recipient's: yes, no or unknown."`
	Compared     *string  `parquet:"compared,optional,dict" json:"compared" meaning:"What comparing the mailing across seed mailboxes says: individual, aggregate, variant or unaligned." absent:"not compared"`
	Purposes     []string `parquet:"purpose_guess,list" parquet-element:",dict" json:"purpose_guess" meaning:"What it is for, by identifiers of the list of purposes."`
	PurposeBasis *string  `parquet:"purpose_basis,optional,dict" json:"purpose_basis" meaning:"documented (by the vendor) or inferred." absent:"no purpose"`
	Exemption    *string  `parquet:"exemption,optional,dict" json:"exemption" meaning:"Why no consent is needed." absent:"it is"`
	Declared     *string  `parquet:"declared_consent,optional,dict" json:"declared_consent" meaning:"What the study's protocol says the mailbox's holder answered, as it stood when the mail came: granted, refused, withdrawn, not-asked or before." absent:"no seed mailbox, or no row of the protocol"`
	Permission   *string  `parquet:"unseen_permission,optional,dict" json:"unseen_permission" meaning:"What the reader of a running Unseen let it do for all of its purposes, as it stood when the mail came: granted, refused, withdrawn, lapsed or never. It is another thing than declared_consent." absent:"it needs none, or the mail was not read from a running Unseen, or has no date that can be"`
	Action       string   `parquet:"action,dict" json:"action" meaning:"What Unseen does at level standard with nothing granted (by its plan, where a running one was read): hold, release, ungated, unwrap, gate or leave."`
	URL          *string  `parquet:"url,optional" json:"url" meaning:"The address." absent:"in a participants' study always"`
	ToolVersion  string   `parquet:"tool_version,dict" json:"tool_version" meaning:"Version of Unseen that looked into the mail."`
	RulesVersion string   `parquet:"rules_version,dict" json:"rules_version" meaning:"Edition of the catalogue, by its content."`
	ListHash     *string  `parquet:"list_hash,optional,dict" json:"list_hash" meaning:"Edition of the study's filter lists, by their content." absent:"there are none"`
}

// A Message is one mail of the study, with or without references: without these rows
// no share of mails could be told.
type Message struct {
	MsgKey       string   `parquet:"msg_key" json:"msg_key" meaning:"Name of the mail. A keyed hash in a participants' study."`
	CampaignKey  *string  `parquet:"campaign_key,optional,dict" json:"campaign_key" meaning:"Name of the mailing, as in observations." absent:"the sender cannot be read"`
	RecvWeek     *string  `parquet:"recv_week,optional,dict" json:"recv_week" meaning:"ISO week in which the mail came." unit:"ISO 8601 week" absent:"the mail has no date that can be"`
	SenderKey    *string  `parquet:"sender_key,optional,dict" json:"sender_key" meaning:"Name of the sender: of the organisational domain, or on a shared domain of address and list. A keyed hash in a participants' study." absent:"the sender cannot be read"`
	SenderETLD1  *string  `parquet:"sender_etld1,optional,dict" json:"sender_etld1" meaning:"Organisational domain in From." absent:"suppressed, or it cannot be read"`
	Country      *string  `parquet:"sender_country,optional,dict" json:"sender_country" unit:"ISO 3166-1 alpha-2" meaning:"Country of the sender's domain, by its top-level domain." absent:"the domain is of no country, or suppressed"`
	ESP          *string  `parquet:"esp,optional,dict" json:"esp" meaning:"Mailing service that the header names, by its identifier in the catalogue." absent:"none is named"`
	Mailbox      *string  `parquet:"mailbox,optional,dict" json:"mailbox" meaning:"Seed mailbox." absent:"in a participants' study always"`
	ReceivedAt   *string  `parquet:"received_at,optional" json:"received_at" unit:"RFC 3339" meaning:"When the mail came." absent:"in a participants' study always"`
	Sender       *string  `parquet:"sender,optional,dict" json:"sender" meaning:"Address in From." absent:"in a participants' study always"`
	SHA256       *string  `parquet:"message_sha256,optional" json:"message_sha256" meaning:"SHA-256 of the raw mail." absent:"in a participants' study always, and where a running Unseen was read"`
	Signup       *string  `parquet:"declared_sender,optional,dict" json:"declared_sender" meaning:"Whom the address was given to, by the study's protocol." absent:"no seed mailbox, or no row of the protocol"`
	Declared     *string  `parquet:"declared_consent,optional,dict" json:"declared_consent" meaning:"As in observations." absent:"no seed mailbox, or no row of the protocol"`
	DeclaredFor  []string `parquet:"declared_purposes,list" parquet-element:",dict" json:"declared_purposes" meaning:"Purposes that were agreed to, by the study's protocol."`
	AddressKnown bool     `parquet:"address_known" json:"address_known" meaning:"Whether the recipient's address is known, so that leaks of it could be looked for."`
	References   int64    `parquet:"references" json:"references" unit:"reference" meaning:"References of the mail, rows in observations."`
	Gaps         []string `parquet:"gaps,list" parquet-element:",dict" json:"gaps" meaning:"Why parts of the mail were not looked into, by words; while there are any, silence about the rest means nothing."`
	Error        *string  `parquet:"error,optional,dict" json:"error" meaning:"Why the mail was not looked into at all." absent:"it was"`
	ToolVersion  string   `parquet:"tool_version,dict" json:"tool_version" meaning:"Version of Unseen that looked into the mail."`
	RulesVersion string   `parquet:"rules_version,dict" json:"rules_version" meaning:"Edition of the catalogue, by its content."`
	ListHash     *string  `parquet:"list_hash,optional,dict" json:"list_hash" meaning:"Edition of the study's filter lists, by their content." absent:"there are none"`
}

// A Record is a mail with its references.
type Record struct {
	Message      Message
	Observations []Observation
}

// maybe is nil for "".
func maybe(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// text is "" for nil.
func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
