package words

// Keys of setting a proxy for all accounts of a mail program.
const (
	HelpSetupWay        Key = "help_setup_way"
	SetupWayCan         Key = "setup-way-can"
	SetupWayNone        Key = "setup-way-none"
	SetupWayProxy       Key = "setup-way-proxy"
	SetupWayUser        Key = "setup-way-user"
	SetupWayDone        Key = "setup-way-done"
	SetupOver           Key = "setup-over"
	AskOver             Key = "ask-over"
	SetupWayCertificate Key = "setup-way-certificate"
	SetupWayOff         Key = "setup-way-off"
	SetupWayAll         Key = "setup-way-all"
)
