package words

// Keys of the mail programs that the window's wizard sets up.
const (
	WinServersFound    Key = "win-servers-found"
	WinProgramCan      Key = "win-program-can"
	WinProgramSet      Key = "win-program-set"
	WinProgramWhat     Key = "win-program-what"
	WinProgramDone     Key = "win-program-done"
	WinProgramStart    Key = "win-program-start"
	WinProgramBack     Key = "win-program-back"
	WinProgramOther    Key = "win-program-other"
	WinProgramNone     Key = "win-program-none"
	WinProgramNoneHint Key = "win-program-none-hint"
)
