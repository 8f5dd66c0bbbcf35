package main

import (
	"encoding/base64"
	"testing"

	"tidings/config"
)

func TestUserAgentSaysWhoReads(t *testing.T) {
	t.Parallel()
	id := base64.RawStdEncoding.EncodeToString([]byte("123456789012345678"))
	for name, test := range map[string]struct{ token, set, want string }{
		"a token":       {id + ".aBc.dEf", "", "Tidings (a news bot for Discord; +https://discord.com/users/123456789012345678)"},
		"no such token": {"demo", "", "Tidings (a news bot for Discord)"},
		"a hostile one": {base64.RawStdEncoding.EncodeToString([]byte("1\r\nX: y")) + ".a.b", "", "Tidings (a news bot for Discord)"},
		"no token":      {"", "", "Tidings (a news bot for Discord)"},
		"the operator":  {id + ".aBc.dEf", "Ours (ops@example.org)", "Ours (ops@example.org)"},
	} {
		cfg := config.Default()
		cfg.Discord.Token, cfg.Fetch.UserAgent = config.Secret(test.token), test.set
		if got := userAgent(cfg); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}
