package words

// Keys of the ways in, as the window shows them.
const (
	WinCerts           Key = "win-certs"
	WinCertsHow        Key = "win-certs-how"
	WinCertsWho        Key = "win-certs-who"
	WinCertsSave       Key = "win-certs-save"
	WinProxyMail       Key = "win-proxy-mail"
	WinProxyMailHow    Key = "win-proxy-mail-how"
	WinProxySOCKS      Key = "win-proxy-socks"
	WinProxySOCKSIs    Key = "win-proxy-socks-is"
	WinProxyPAC        Key = "win-proxy-pac"
	WinProxyMissing    Key = "win-proxy-missing"
	WinProxyMissingHow Key = "win-proxy-missing-how"
	WinProxyWeb        Key = "win-proxy-web"
	WinProxyWebHow     Key = "win-proxy-web-how"
	WinProxyHTTP       Key = "win-proxy-http"
	WinProxyHTTPIs     Key = "win-proxy-http-is"
	WinProxyUnopened   Key = "win-proxy-unopened"
)
