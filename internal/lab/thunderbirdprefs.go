package lab

import (
	"net"
	"strconv"
	"testing"
)

// basePrefs switches off what would ask, tell, update or look elsewhere.
func basePrefs() map[string]string {
	return map[string]string{
		"app.update.auto":                                "false",
		"app.update.enabled":                             "false",
		"browser.safebrowsing.malware.enabled":           "false",
		"browser.safebrowsing.phishing.enabled":          "false",
		"datareporting.healthreport.uploadEnabled":       "false",
		"datareporting.policy.dataSubmissionEnabled":     "false",
		"extensions.update.enabled":                      "false",
		"mail.chat.enabled":                              "false",
		"mail.inappnotifications.enabled":                "false",
		"mail.provider.suppress_dialog_on_startup":       "true",
		"mail.rights.version":                            "1",
		"mail.shell.checkDefaultClient":                  "false",
		"mail.spellcheck.inline":                         "false",
		"mail.spotlight.firstRunDone":                    "true",
		"mailnews.message_display.disable_remote_image":  "true",
		"mailnews.start_page.enabled":                    "false",
		"mailnews.start_page_override.mstone":            quote("ignore"),
		"mail.biff.play_sound":                           "false",
		"mail.biff.show_alert":                           "false",
		"messenger.options.getAttachmentsOnSend":         "false",
		"network.captive-portal-service.enabled":         "false",
		"network.connectivity-service.enabled":           "false",
		"network.manage-offline-status":                  "false",
		"offline.autoDetect":                             "false",
		"offline.download.download_messages":             "2",
		"services.settings.server":                       quote("data:,"),
		"signon.rememberSignons":                         "true",
		"toolkit.telemetry.enabled":                      "false",
		"toolkit.telemetry.unified":                      "false",
		"trailhead.firstrun.didSeeAboutWelcome":          "true",
		"browser.region.update.enabled":                  "false",
		"mail.server.default.autosync_offline_stores":    "true",
		"mail.phishing.detection.enabled":                "false",
		"mail.openpgp.key_assistant.enable":              "false",
		"mail.compose.add_undisclosed_recipients":        "false",
		"mail.compose.warn_public_recipients.aggressive": "false",
		"browser.dom.window.dump.enabled":                "true",
		"security.OCSP.enabled":                          "0",
		"network.http.speculative-parallel-limit":        "0",
		"network.dns.disablePrefetch":                    "true",
		"mail.imap.use_status_for_biff":                  "false",
		"mail.SpellCheckBeforeSend":                      "false",
		"mail.compose.attachment_reminder":               "false",
		"mailnews.send_default_charset":                  quote("UTF-8"),
		"mail.identity.default.compose_html":             "true",
		"mail.identity.default.archive_enabled":          "false",
		"mail.identity.default.fcc":                      "false",
		"mail.identity.default.auto_quote":               "true",
		"mail.identity.default.sig_on_reply":             "false",
		"mail.e2ee.auto_enable":                          "false",
	}
}

// accountPrefs describes one IMAP account with its SMTP server.
func accountPrefs(t testing.TB, r Reader) map[string]string {
	t.Helper()
	prefs := map[string]string{
		"mail.accountmanager.accounts":                  quote("account1"),
		"mail.accountmanager.defaultaccount":            quote("account1"),
		"mail.account.account1.identities":              quote("id1"),
		"mail.account.account1.server":                  quote("server1"),
		"mail.identity.id1.fullName":                    quote("The reader"),
		"mail.identity.id1.useremail":                   quote(r.Address),
		"mail.identity.id1.valid":                       "true",
		"mail.server.server1.type":                      quote("imap"),
		"mail.server.server1.name":                      quote("lab"),
		"mail.server.server1.userName":                  quote(r.IMAP.User),
		"mail.server.server1.check_new_mail":            "false",
		"mail.server.server1.login_at_startup":          "false",
		"mail.server.server1.authMethod":                "3",
		"mail.server.server1.offline_download":          "true",
		"mail.server.server1.check_all_folders_for_new": "false",
	}
	server(t, prefs, "mail.server.server1.", r.IMAP, "socketType")
	prefs["mail.identity.id1.draft_folder"] = quote("imap://" + r.IMAP.User + "@" + host(r.IMAP) + "/Drafts")
	if r.SMTP.Addr != "" {
		prefs["mail.smtpservers"] = quote("smtp1")
		prefs["mail.smtp.defaultserver"] = quote("smtp1")
		prefs["mail.identity.id1.smtpServer"] = quote("smtp1")
		prefs["mail.smtpserver.smtp1.username"] = quote(r.SMTP.User)
		prefs["mail.smtpserver.smtp1.authMethod"] = "3"
		server(t, prefs, "mail.smtpserver.smtp1.", r.SMTP, "try_ssl")
	}
	// Everything that is not on this machine goes to the tracker, or nowhere.
	// Loopback never goes through the proxy.
	proxy, port := proxyOf(t, r.Elsewhere)
	prefs["network.proxy.type"] = "1"
	for _, kind := range []string{"http", "ssl"} {
		prefs["network.proxy."+kind] = quote(proxy)
		prefs["network.proxy."+kind+"_port"] = port
	}
	if r.PermitAll {
		prefs["mailnews.message_display.disable_remote_image"] = "false"
	}
	return prefs
}

// server names host, port and the kind of TLS: 0 none, 2 STARTTLS, 3 from the
// first octet.
func server(t testing.TB, prefs map[string]string, prefix string, l Login, tlsName string) {
	t.Helper()
	host, port, err := net.SplitHostPort(l.Addr)
	if err != nil {
		t.Fatal(err)
	}
	kind := 0
	switch {
	case l.CAFile != "" && l.StartTLS:
		kind = 2
	case l.CAFile != "":
		kind = 3
	}
	prefs[prefix+"hostname"] = quote(host)
	prefs[prefix+"port"] = port
	prefs[prefix+tlsName] = strconv.Itoa(kind)
}
