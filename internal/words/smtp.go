package words

// Keys of what the relay answers a mail program that sends.
const (
	SMTPTooLarge    Key = "smtp-too-large"
	SMTPUnknown     Key = "smtp-unknown"
	SMTPSigned      Key = "smtp-signed"
	SMTPUnprepared  Key = "smtp-unprepared"
	SMTPUnreachable Key = "smtp-unreachable"
	SMTPBrokeOff    Key = "smtp-broke-off"
)
