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

// demoTexts are the English texts of the demo.
func demoTexts() map[Key]string {
	return map[Key]string{
		DemoWelcome:  "A demo: made-up mail, a tracker that writes down what it learns, and Unseen between them. Nothing leaves this computer.",
		DemoSettings: "Set a mail program to this account (user name demo, password demo):",
		DemoCommands: `In another terminal, let a sender know, and take it back:
  export UNSEEN_CONFIG={config} UNSEEN_DATA={data} UNSEEN_RUNTIME={runtime}
  unseen consent grant harbourbooks.example --all
  unseen consent withdraw harbourbooks.example
Pictures that are the same for everybody show once you choose to see them:
  unseen pictures harbourbooks.example on`,
		DemoLive:        "What happens is written here. Ctrl-C ends the demo and takes away all it wrote.",
		DemoLogin:       "  A mail program logged in.",
		DemoCame:        "  It fetched {n} {n|mail|mails} through Unseen.",
		DemoOver:        "The demo is over; all it wrote is gone.",
		DemoPorts:       "Some of the usual ports are taken, perhaps by Unseen itself, so this demo has others.",
		DemoFetched:     "The reader fetched {n} {n|mail|mails} through Unseen.",
		DemoOpened:      "The reader opened {n} {n|mail|mails}; they asked for {loads} {loads|picture|pictures}.",
		DemoGrant:       "The reader lets {sender} know.",
		DemoWithdraw:    "The reader takes that back from {sender}.",
		DemoNothing:     "  The tracker learned nothing.",
		DemoLearned:     "  The tracker was asked for {url}",
		DemoLearnedMore: "    cookie: {cookie}; referrer: {referer}; program: {agent}",
		DemoNone:        "none",
		DemoSent:        "  A mail was sent; addresses of this computer in it: {n}",
		DemoHeld:        "As it should be: nothing, exactly the one opening, nothing.",
		DemoTold:        "The tracker learned something else than it should have.",
		DemoToldHint:    "this is a fault of Unseen: please report it with the lines above",
	}
}
