package lab

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strings"
	"testing"
)

// config writes the server's configuration in the language of its version:
// Debian 12 and Ubuntu 24.04 have 2.3, Debian 13 has 2.4, and neither reads
// the other's.
func (d *Dovecot) config(t testing.TB) string {
	t.Helper()
	out, err := exec.Command(d.program, "--version").Output()
	if err != nil {
		t.Fatalf("asking dovecot for its version: %v", err)
	}
	version := strings.Fields(string(out))[0]
	form, special := conf24, specialUse
	if strings.HasPrefix(version, "2.3") || strings.HasPrefix(version, "2.2") {
		form = conf23
	}
	mechanisms, tokens := "plain login", ""
	if d.provider != nil {
		if form == conf24 {
			Missing(t, "a Dovecot of version 2.3, whose settings for OAuth are known here")
		}
		mechanisms, tokens = mechanisms+" xoauth2 oauthbearer", d.tokens(t)
	}
	text := strings.NewReplacer(
		"@MECHANISMS@", mechanisms,
		"@TOKENS@", tokens,
		"@DIR@", d.dir,
		"@PASSWORD@", Password,
		"@UID@", fmt.Sprint(d.uid),
		"@GID@", fmt.Sprint(d.gid),
		"@PORT@", fmt.Sprint(d.Port),
		"@TLSPORT@", fmt.Sprint(d.TLSPort),
		"@CERT@", d.Authority.CertFile,
		"@KEY@", d.Authority.KeyFile,
		"@SPECIAL@", special,
	).Replace(form)
	return text + d.users(t)
}

// users says as whom the server's processes run. Without root they all run as
// whoever runs the test, and nothing can be locked into a directory.
func (d *Dovecot) users(t testing.TB) string {
	t.Helper()
	if os.Getuid() == 0 {
		return ""
	}
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	group, err := user.LookupGroupId(me.Gid)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf(rootless, me.Username, me.Username, group.Name)
}

const conf23 = `protocols = imap
listen = 127.0.0.1
base_dir = @DIR@/run
state_dir = @DIR@/state
log_path = @DIR@/log
ssl = yes
ssl_cert = <@CERT@
ssl_key = <@KEY@
disable_plaintext_auth = no
auth_mechanisms = @MECHANISMS@
mail_location = maildir:@DIR@/mail/%u
mail_max_userip_connections = 200
first_valid_uid = 1
protocol imap {
  mail_plugins = imap_zlib
}
@TOKENS@
passdb {
  driver = static
  args = password=@PASSWORD@
}
userdb {
  driver = static
  args = uid=@UID@ gid=@GID@ home=@DIR@/mail/%u allow_all_users=yes
}
service imap-login {
  inet_listener imap {
    port = @PORT@
  }
  inet_listener imaps {
    port = @TLSPORT@
    ssl = yes
  }
}
service auth {
  client_limit = 8000
}
namespace inbox {
  inbox = yes
  @SPECIAL@
}
`

const conf24 = `dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
protocols = imap
listen = 127.0.0.1
base_dir = @DIR@/run
state_dir = @DIR@/state
log_path = @DIR@/log
ssl = yes
ssl_server_cert_file = @CERT@
ssl_server_key_file = @KEY@
auth_allow_cleartext = yes
auth_mechanisms = plain login
mail_driver = maildir
mail_path = @DIR@/mail/%{user}
mail_home = @DIR@/mail/%{user}
mail_uid = @UID@
mail_gid = @GID@
mail_max_userip_connections = 200
first_valid_uid = 1
passdb static {
  password = @PASSWORD@
}
userdb static {
}
service imap-login {
  inet_listener imap {
    port = @PORT@
  }
  inet_listener imaps {
    port = @TLSPORT@
    ssl = yes
  }
}
service auth {
  client_limit = 8000
}
namespace inbox {
  inbox = yes
  separator = .
  @SPECIAL@
}
`

const specialUse = `mailbox Drafts {
    special_use = \Drafts
    auto = subscribe
  }
  mailbox Sent {
    special_use = \Sent
    auto = subscribe
  }
  mailbox Trash {
    special_use = \Trash
    auto = subscribe
  }`

const rootless = `default_internal_user = %s
default_login_user = %s
default_internal_group = %s
service anvil {
  chroot =
}
service imap-login {
  chroot =
}
service stats {
  chroot =
}
`
