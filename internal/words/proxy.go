package words

// Keys of what is said of proxies.
const (
	HelpProxy          Key = "help_proxy"
	HelpProxyStatus    Key = "help_proxy_status"
	HelpProxyMail      Key = "help_proxy_mail"
	HelpProxySwitch    Key = "help_proxy_switch"
	HelpProxyPac       Key = "help_proxy_pac"
	HelpDataURL        Key = "help_data_url"
	StatusProxy        Key = "status-proxy"
	ProxyMailOff       Key = "proxy-mail-off"
	ProxyMailOn        Key = "proxy-mail-on"
	ProxyFile          Key = "proxy-file"
	ProxyHosts         Key = "proxy-hosts"
	ProxyUncovered     Key = "proxy-uncovered"
	ProxyUncoveredHint Key = "proxy-uncovered-hint"
	ProxyTaken         Key = "proxy-taken"
	ProxyNoFile        Key = "proxy-no-file"
	ProxyNoFileHint    Key = "proxy-no-file-hint"
)
