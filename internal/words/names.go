package words

// Keys of the look-up of host names.
const (
	HelpCname         Key = "help_cname"
	HelpCnameAsk      Key = "help_cname_ask"
	HelpCnameList     Key = "help_cname_list"
	HelpCnameForget   Key = "help_cname_forget"
	HelpCnameResolver Key = "help_cname_resolver"
	HelpCnameYes      Key = "help_cname_yes"
	HelpCnameDomain   Key = "help_cname_domain"
	NamesNoServer     Key = "names-no-server"
	NamesNoServerHint Key = "names-no-server-hint"
	NamesNothing      Key = "names-nothing"
	NamesAsking       Key = "names-asking"
	NamesLearns       Key = "names-learns"
	NamesPassed       Key = "names-passed"
	NamesConfirm      Key = "names-confirm"
	NamesUnconfirmed  Key = "names-unconfirmed"
	NamesConfirmHint  Key = "names-confirm-hint"
	NamesAsked        Key = "names-asked"
	NamesFailed       Key = "names-failed"
	NamesNone         Key = "names-none"
	NamesLead         Key = "names-lead"
	NamesLeadTo       Key = "names-lead-to"
	NamesOwn          Key = "names-own"
	NamesForgotten    Key = "names-forgotten"
	EventNames        Key = "event-names"
)
