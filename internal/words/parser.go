package words

// Keys of what the parser of the command line says. The English is the parser's own.
const (
	UsageMeant        Key = "usage-meant"
	UsageUnknownFlag  Key = "usage-unknown-flag"
	UsageUnexpected   Key = "usage-unexpected"
	UsageOneOf        Key = "usage-one-of"
	UsageExpected     Key = "usage-expected"
	UsageMissing      Key = "usage-missing"
	UsageEnum         Key = "usage-enum"
	UsageTogether     Key = "usage-together"
	HelpHeadUsage     Key = "head-usage"
	HelpHeadArguments Key = "head-arguments"
	HelpHeadFlags     Key = "head-flags"
	HelpHeadCommands  Key = "head-commands"
	HelpShow          Key = "head-show"
	HelpMore          Key = "head-more"
)
