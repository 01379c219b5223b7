package lab

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
)

// A Manner is how a [Provider] differs from one that agrees to everything.
type Manner struct {
	// Error is what its page and its tokens answer instead of a yes (RFC 6749, section
	// 4.1.2.1): "access_denied".
	Error string
	// Issuer is how its page names itself (RFC 9207), "" for not at all.
	Issuer string
	// Pending is how often a device is told to wait, SlowDown how often to wait longer
	// (RFC 8628, section 3.5).
	Pending, SlowDown int
	// Rotate has each refresh token be good once.
	Rotate bool
	// Expired has no refresh token be good any more.
	Expired bool
	// Short gives no refresh tokens.
	Short bool
	// Cookies has its page want a cookie of its own back, as login pages do.
	Cookies bool
	// Brief is how many seconds an access token is good, 0 for an hour.
	Brief int
}

// Be changes how it answers from now on.
func (p *Provider) Be(m Manner) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.manner = m
}

// Revoked is how many tokens were given up.
func (p *Provider) Revoked() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.revoked
}

// reply writes an answer in JSON.
func reply(w http.ResponseWriter, status int, body map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// token gives tokens for a code, a refresh token or a device (RFC 6749, sections 4.1.3 and
// 6; RFC 8628, section 3.4).
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, "unreadable", http.StatusBadRequest)
		return
	}
	var user, wrong string
	switch kind := r.Form.Get("grant_type"); {
	case kind == "refresh_token":
		user, wrong = p.renewed(r.Form.Get("refresh_token"))
	case strings.HasSuffix(kind, ":device_code"):
		user, wrong = p.agreed(r.Form.Get("device_code"))
	default:
		user, wrong = p.exchanged(r.Form.Get("code"), r.Form.Get("code_verifier"))
	}
	if wrong != "" {
		reply(w, http.StatusBadRequest, map[string]any{"error": wrong, "error_description": "made up"})
		return
	}
	p.mu.Lock()
	m := p.manner
	p.mu.Unlock()
	body := map[string]any{"access_token": p.issue("access ", user), "token_type": "Bearer", "expires_in": 3600}
	if m.Brief > 0 {
		body["expires_in"] = m.Brief
	}
	if !m.Short {
		body["refresh_token"] = p.issue("refresh ", user)
	}
	reply(w, http.StatusOK, body)
}

// renewed is whose refresh token it is.
func (p *Provider) renewed(secret string) (user, wrong string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	user = p.users["refresh "+secret]
	if user == "" || p.manner.Expired {
		return "", "invalid_grant"
	}
	if p.manner.Rotate {
		delete(p.users, "refresh "+secret)
	}
	return user, ""
}

// agreed is who let a device log in.
func (p *Provider) agreed(secret string) (user, wrong string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	user = p.users["device "+secret]
	p.asked++
	switch {
	case user == "":
		return "", "invalid_grant"
	case p.asked <= p.manner.SlowDown:
		return "", "slow_down"
	case p.asked <= p.manner.SlowDown+p.manner.Pending:
		return "", "authorization_pending"
	case p.manner.Error != "":
		return "", p.manner.Error
	}
	p.logins++
	delete(p.users, "device "+secret) // once
	return user, ""
}

// exchanged is whose code it is, good once and with its proof (RFC 7636, section 4.6).
func (p *Provider) exchanged(secret, proof string) (user, wrong string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	user, challenge := p.users["code "+secret], p.challenges[secret]
	delete(p.users, "code "+secret)
	sum := sha256.Sum256([]byte(proof))
	if user == "" || challenge != "" && challenge != base64.RawURLEncoding.EncodeToString(sum[:]) {
		return "", "invalid_grant"
	}
	return user, ""
}

// device begins a login on another device (RFC 8628, section 3.2). Who it will be is said
// by the client's name: nobody types a code here.
func (p *Provider) device(w http.ResponseWriter, r *http.Request) {
	secret := p.issue("device ", r.FormValue("client_id"))
	p.mu.Lock()
	p.asked = 0
	p.mu.Unlock()
	reply(w, http.StatusOK, map[string]any{
		"device_code": secret, "user_code": "WDJB-MJHT", "verification_uri": "https://" + p.Addr + "/code", "expires_in": 600, "interval": 1,
	})
}

// revoke takes tokens back (RFC 7009).
func (p *Provider) revoke(w http.ResponseWriter, r *http.Request) {
	secret := r.FormValue("token")
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, kind := range []string{"refresh ", "access "} {
		if p.users[kind+secret] != "" {
			p.revoked++
			delete(p.users, kind+secret)
		}
	}
	w.WriteHeader(http.StatusOK)
}
