package words

// Keys of the demo.
const (
	DemoWelcome     Key = "demo-welcome"
	DemoSettings    Key = "demo-settings"
	DemoCommands    Key = "demo-commands"
	DemoLive        Key = "demo-live"
	DemoLogin       Key = "demo-login"
	DemoCame        Key = "demo-came"
	DemoOver        Key = "demo-over"
	DemoPorts       Key = "demo-ports"
	DemoFetched     Key = "demo-fetched"
	DemoOpened      Key = "demo-opened"
	DemoGrant       Key = "demo-grant"
	DemoWithdraw    Key = "demo-withdraw"
	DemoNothing     Key = "demo-nothing"
	DemoLearned     Key = "demo-learned"
	DemoLearnedMore Key = "demo-learned-more"
	DemoNone        Key = "demo-none"
	DemoSent        Key = "demo-sent"
	DemoHeld        Key = "demo-held"
	DemoTold        Key = "demo-told"
	DemoToldHint    Key = "demo-told-hint"
)
