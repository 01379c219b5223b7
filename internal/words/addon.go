package words

// Keys of the add-on in the mail program, as Unseen says them.
const (
	AddOnHeld         Key = "add-on-held"
	AddOnTold         Key = "add-on-told"
	AddOnTooLarge     Key = "add-on-too-large"
	AddOnTooLargeHint Key = "add-on-too-large-hint"
)

// Keys of the command that installs the add-on, and of its host.
const (
	NativeRefused    Key = "native-refused"
	HelpAddOn        Key = "help_addon"
	HelpAddOnInstall Key = "help_addon_install"
	HelpAddOnRemove  Key = "help_addon_remove"
	HelpAddOnPack    Key = "help_addon_pack"
	HelpAddOnPair    Key = "help_addon_pair"
	HelpAddOnUnpair  Key = "help_addon_unpair"
	AddOnPairCode    Key = "add-on-pair-code"
	AddOnPairNext    Key = "add-on-pair-next"
	AddOnUnpaired    Key = "add-on-unpaired"
	DoorShut         Key = "door-shut"
	DoorShutHint     Key = "door-shut-hint"
	HelpAddOnOutput  Key = "help_addon_output"
	HelpNative       Key = "help_native_messaging"
	HelpNativeArgs   Key = "help_native_args"
	AddOnInstalled   Key = "add-on-installed"
	AddOnInstallNext Key = "add-on-install-next"
	AddOnRemoved     Key = "add-on-removed"
	AddOnNothing     Key = "add-on-nothing"
	AddOnNoPlace     Key = "add-on-no-place"
	AddOnNoPlaceHint Key = "add-on-no-place-hint"
	AddOnPacked      Key = "add-on-packed"
)

// Keys of the add-on's own face; package thunderbird hands them over.
const (
	FaceDescription Key = "face-description"
	FaceDown        Key = "face-down"
	FaceDownHow     Key = "face-down-how"
	FaceMissing     Key = "face-missing"
	FaceDoor        Key = "face-door"
	FaceDoorCode    Key = "face-door-code"
	FaceDoorConnect Key = "face-door-connect"
	FaceDoorWrong   Key = "face-door-wrong"
	FaceSettings    Key = "face-settings"
	FaceFirst       Key = "face-first"
	FaceFound       Key = "face-found"
	FaceWays        Key = "face-ways"
	FaceWayAlone    Key = "face-way-alone"
	FaceWayRelay    Key = "face-way-relay"
	FacePictures    Key = "face-pictures"
	FacePermissions Key = "face-permissions"
	FaceMayMessages Key = "face-may-messages"
	FaceMayProxy    Key = "face-may-proxy"
	FaceMayAccounts Key = "face-may-accounts"
	FaceMayCompose  Key = "face-may-compose"
	FaceMayNative   Key = "face-may-native"
	FaceMayPrivacy  Key = "face-may-privacy"
	FaceCookies     Key = "face-cookies"
	FaceCookiesHow  Key = "face-cookies-how"
	FaceTag         Key = "face-tag"
	FaceTagging     Key = "face-tagging"
	FaceTaggingHow  Key = "face-tagging-how"
	FaceSendStopped Key = "face-send-stopped"
	FaceSendUnknown Key = "face-send-unknown"
	FaceNobody      Key = "face-nobody"
	FaceNothing     Key = "face-nothing"
	FaceFetches     Key = "face-fetches"
	FaceNext        Key = "face-next"
	FaceDone        Key = "face-done"
)

// Keys of the ways to clean a mail.
const (
	HelpCleanGateway   Key = "help_clean_gateway"
	HelpCleanAccount   Key = "help_clean_account"
	HelpCleanHTML      Key = "help_clean_html"
	HelpCleanCharset   Key = "help_clean_charset"
	CleanNeedsAccount  Key = "clean-needs-account"
	CleanNeedsGateway  Key = "clean-needs-gateway"
	CleanBadCharset    Key = "clean-bad-charset"
	CleanWithout       Key = "clean-without"
	CleanOtherLength   Key = "clean-other-length"
	CleanOtherMail     Key = "clean-other-mail"
	CleanOtherMailHint Key = "clean-other-mail-hint"
)
