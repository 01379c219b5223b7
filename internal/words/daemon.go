package words

// Keys of the daemon's answers.
const (
	NoGatewayPort       Key = "no-gateway-port"
	NoGatewayPortHint   Key = "no-gateway-port-hint"
	GatewayTaken        Key = "gateway-taken"
	PortFree            Key = "port-free"
	PortsTaken          Key = "ports-taken"
	TakenHint           Key = "taken-hint"
	NoPorts             Key = "no-ports"
	NoPortsHint         Key = "no-ports-hint"
	AccountThere        Key = "account-there"
	AccountThereHint    Key = "account-there-hint"
	NoProvider          Key = "no-provider"
	NoProviderHint      Key = "no-provider-hint"
	BadCAHint           Key = "bad-ca-hint"
	NoSuchAccount       Key = "no-such-account"
	AddAccountHint      Key = "add-account-hint"
	KnownAccounts       Key = "known-accounts"
	NothingWanted       Key = "nothing-wanted"
	NothingWantedHint   Key = "nothing-wanted-hint"
	NotToAddress        Key = "not-to-address"
	NotToAddressHint    Key = "not-to-address-hint"
	NotThatPurpose      Key = "not-that-purpose"
	NotThatPurposeHint  Key = "not-that-purpose-hint"
	NothingGranted      Key = "nothing-granted"
	NothingGrantedHint  Key = "nothing-granted-hint"
	NotGranted          Key = "not-granted"
	NotGrantedHint      Key = "not-granted-hint"
	LedgerBroken        Key = "ledger-broken"
	LedgerBrokenHint    Key = "ledger-broken-hint"
	ManySenders         Key = "many-senders"
	ManySendersHint     Key = "many-senders-hint"
	UnvouchedSender     Key = "unvouched-sender"
	UnvouchedSenderHint Key = "unvouched-sender-hint"
	NoMail              Key = "no-mail"
	NoSenders           Key = "no-senders"
	NoSendersHint       Key = "no-senders-hint"
	UnknownSender       Key = "unknown-sender"
	UnknownSenderHint   Key = "unknown-sender-hint"
	PicturesPinned      Key = "pictures-pinned"
	PicturesPinnedHint  Key = "pictures-pinned-hint"
	ClockWrong          Key = "clock-wrong"
	ClockWrongHint      Key = "clock-wrong-hint"
	Passed              Key = "passed"
)

// daemonTexts are the English texts of the daemon's answers.
func daemonTexts() map[Key]string {
	return map[Key]string{
		NoGatewayPort:       "finding a port for held loads: all from {first} to {last} are taken",
		NoGatewayPortHint:   "end one of the programs that listen there, or set gateway_port in config.toml to a port that is free",
		GatewayTaken:        "port {port}, where held loads lead, is taken by another program: mail flows, and pictures do not show",
		PortsTaken:          "{address} is not reached on {n|port|ports} {ports}: another program listens there",
		PortFree:            "port {port} came free, and is answered again",
		TakenHint:           "end the other program; Unseen tries again every few seconds",
		NoPorts:             "connecting {address}: no ports are left for another account",
		NoPortsHint:         "remove an account that you no longer read",
		AccountThere:        "connecting {address}: it is connected already",
		AccountThereHint:    "\"unseen account list\" shows its settings; to change its servers remove it first",
		NoProvider:          "connecting {address}: the servers of its provider are not known",
		NoProviderHint:      "ask the provider for them and add --imap HOST:PORT and --smtp HOST:PORT",
		BadCAHint:           "the file has to hold certificates in PEM, each beginning with -----BEGIN CERTIFICATE-----",
		NoSuchAccount:       "looking for the account {address}: it is not connected",
		AddAccountHint:      "\"unseen account add {address}\" connects it",
		KnownAccounts:       "connected: {known}",
		NothingWanted:       "looking through the mail of {sender}: nothing in it wants to know that you opened it, so there is nothing to decide",
		NothingWantedHint:   "mail that was read before Unseen was connected is not known to it; open one in your mail program and try again",
		NotToAddress:        "{sender} never wrote to {address}",
		NotToAddressHint:    "they wrote to {known}",
		NotThatPurpose:      "{sender} does not ask for {purposes}, so an agreement to it would let nothing through",
		NotThatPurposeHint:  "they ask for {known}",
		NothingGranted:      "withdrawing: nothing is agreed to, so there is nothing to take back",
		NothingGrantedHint:  "\"unseen consent list\" shows what you decided",
		NotGranted:          "withdrawing: nothing of that kind is agreed to with \"{sender}\"",
		NotGrantedHint:      "something is agreed to with {known}",
		LedgerBroken:        "reading the record of your decisions: {what}; nothing is let through until it is whole again",
		LedgerBrokenHint:    "put the data directory from your backup back; what is in the ledger now shows where it was changed",
		ManySenders:         "\"{sender}\" may mean several senders",
		ManySendersHint:     "name one of {known}",
		UnvouchedSender:     "looking for \"{sender}\": your provider does not vouch that its mail is really from there, so whoever pretends to be it would be let through too",
		UnvouchedSenderHint: "\"unseen account test ADDRESS --password\" says whether your provider vouches for senders; a refusal is possible in any case",
		NoMail:              "looking for \"{sender}\": no mail came through Unseen yet",
		NoSenders:           "looking for \"{sender}\": no mail of a sender that your provider vouches for came through Unseen yet",
		NoSendersHint:       "set your mail program to Unseen and open a mail of theirs; \"unseen account list\" shows the settings",
		UnknownSender:       "looking for \"{sender}\": no mail from there came through Unseen",
		UnknownSenderHint:   "senders of your mail: {known}",
		PicturesPinned:      "choosing about pictures: config.toml decides that",
		PicturesPinnedHint:  "change the key pictures in {path}",
		ClockWrong:          "this computer's clock says {date}, which cannot be: nothing is let through, for nobody knows which agreements have ended",
		ClockWrongHint:      "set the clock; Unseen need not be started again",
		Passed:              "a message passed as the server sent it ({why}); it may load what your mail program lets it load",
	}
}
