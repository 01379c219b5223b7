package setup

// What tests call without a whole profile.
var (
	Accept      = accept
	AcceptedNow = acceptedNow
	Unaccept    = unaccept
)
