package config_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/config"
)

func TestParseOAuth(t *testing.T) {
	s, err := config.Parse("config.toml", `
[oauth.google]
client_id = "mine"
client_secret = "sesame"

[oauth."Mail.Example.org"]
client_id = "ours"
authorize = "https://login.example.org/auth"
token = "https://login.example.org/token"
device = "https://login.example.org/device"
revoke = "https://login.example.org/revoke"
issuer = "https://login.example.org"
scopes = ["mail", "offline_access"]
`)
	if err != nil {
		t.Fatal(err)
	}
	if g := s.OAuth["google"]; g.ClientID != "mine" || g.Secret != "sesame" {
		t.Errorf("google: %q", g.ClientID)
	}
	if e := s.OAuth["mail.example.org"]; e.Token != "https://login.example.org/token" || len(e.Scopes) != 2 || e.Issuer == "" || e.Device == "" || e.Revoke == "" {
		t.Errorf("own server: %+v", e)
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "client", s.OAuth["google"])
	if strings.Contains(log.String(), "sesame") {
		t.Error("the log has the secret")
	}
}

func TestParseOAuthRefused(t *testing.T) {
	for name, text := range map[string]string{
		"no client":      `oauth = { google = { client_secret = "x" } }`,
		"empty client":   `oauth = { google = { client_id = "" } }`,
		"no table":       `oauth = { google = "mine" }`,
		"a word":         `oauth = "mine"`,
		"unknown key":    `oauth = { google = { client_id = "x", colour = "y" } }`,
		"token by http":  `oauth = { google = { client_id = "x", token = "http://login.example.org/" } }`,
		"user in a page": `oauth = { google = { client_id = "x", authorize = "https://u:p@login.example.org/" } }`,
		"scope of two":   `oauth = { google = { client_id = "x", scopes = ["a b"] } }`,
		"scopes a word":  `oauth = { google = { client_id = "x", scopes = "a" } }`,
		"number":         `oauth = { google = { client_id = 1 } }`,
		"no name":        `oauth = { "" = { client_id = "x" } }`,
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := config.Parse("config.toml", text); err == nil || !strings.Contains(err.Error(), "oauth") {
				t.Errorf("says %v", err)
			}
		})
	}
}
