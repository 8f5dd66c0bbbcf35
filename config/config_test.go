package config

import (
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write tidings.example.yaml")

// load writes text to a file and loads it, with the environment and the settings
// given as key=value.
func load(t *testing.T, text string, env, set map[string]string) (Config, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tidings.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(Options{Path: path, Required: true, Set: set, Env: func(name string) (string, bool) {
		v, ok := env[name]
		return v, ok
	}})
	if faults := (Faults)(nil); errors.As(err, &faults) {
		for i, f := range faults {
			faults[i].Source = strings.ReplaceAll(f.Source, path, "tidings.yaml")
		}
	}
	return c, err
}

func TestLaterSourceWins(t *testing.T) {
	t.Parallel()
	c, err := load(t, `
discord:
  token: from-file
poll:
  schedule: "@hourly"   # a comment
  feeds:
    https://example.com/a.xml: "CRON_TZ=Europe/Berlin 0 6 * * *"
    https://example.com/b.xml: "@every 1h"
fetch:
  allow: [10.0.0.0/8, "fd00::/8"]
  timeout: 15s
summary:
log:
  level: debug
`, map[string]string{"TIDINGS_POLL_SCHEDULE": "@daily", "TIDINGS_POLL_CONCURRENCY": "3", "DISCORD_TOKEN": "from-env"},
		map[string]string{"poll.concurrency": "4"})
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.Discord.Token = "from-env"
	want.Poll.Schedule = "@daily"
	want.Poll.Concurrency = 4
	want.Poll.Feeds = map[string]string{
		"https://example.com/a.xml": "CRON_TZ=Europe/Berlin 0 6 * * *", "https://example.com/b.xml": "@every 1h"}
	want.Fetch.Allow = []string{"10.0.0.0/8", "fd00::/8"}
	want.Fetch.Timeout = 15 * time.Second
	want.Log.Level = slog.LevelDebug
	if diff := cmp.Diff(want, c); diff != "" {
		t.Errorf("configuration (-want +got):\n%s", diff)
	}
	schedules, err := c.Schedules()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "@every 1h", "CRON_TZ=Europe/Berlin 0 6 * * *"} {
		if schedules[name] == nil {
			t.Errorf("no schedule named %q", name)
		}
	}
	berlin := schedules["CRON_TZ=Europe/Berlin 0 6 * * *"].Next(time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC))
	if want := time.Date(2026, 7, 1, 4, 0, 0, 0, time.UTC); !berlin.Equal(want) {
		t.Errorf("six in Berlin is %v, want %v", berlin.UTC(), want)
	}
}

func TestAllFaultsAtOnce(t *testing.T) {
	t.Parallel()
	_, err := load(t, `
discord:
  token: "Bot hunter2"
  api_url: discord.com
  tokn: x
database:
  path: ""
pol:
  schedule: x
poll:
  schedule: "every hour"
  concurrency: many
  feeds:
    example.com: "@hourly"
    https://example.com/a.xml: sometimes
fetch:
  timeout: [1, 2]
  max_bytes: 3
  allow: 10.0.0.1
  proxy: socks5://localhost
summary: 60
log:
  level: loud
  format: xml
`, map[string]string{"TIDINGS_HEALTH_LISTEN": "8080", "TIDINGS_LIMITS_FEEDS": "0"}, map[string]string{"poll.shedule": "x"})
	want := `tidings.yaml:5: discord.tokn: there is no such key; known are token, token_file, api_url
tidings.yaml:8: pol: there is no such key; known are discord, database, poll, fetch, websub, summary, model, limits, health, log
tidings.yaml:12: poll.concurrency: "many" is no whole number; try 8
tidings.yaml:17: fetch.timeout: is a list where one value belongs
tidings.yaml:21: summary should hold keys and values, such as "poll:" with "schedule: ..." below it
tidings.yaml:23: log.level: "loud" is none of debug, info, warn or error
--set: poll.shedule: there is no such key; tidings.example.yaml lists all
tidings.yaml:3: discord.token: [secret] has spaces in it; it should be the token alone, without "Bot" before it
tidings.yaml:4: discord.api_url: "discord.com" is no web address; it should begin with https:// or http://
tidings.yaml:7: database.path: "" names no file; try "tidings.db"
tidings.yaml:11: poll.schedule: "every hour" is no cron expression; try "@hourly" or "0 * * * *"
tidings.yaml:13: poll.feeds: "example.com" is no web address; it should begin with https:// or http://
tidings.yaml:13: poll.feeds: "sometimes" is no cron expression; try "@hourly" or "0 * * * *"
tidings.yaml:18: fetch.max_bytes: 3 is out of range; it should lie between 65536 and 67108864
tidings.yaml:19: fetch.allow: "10.0.0.1" is no address range; try "192.168.7.0/24"
tidings.yaml:20: fetch.proxy: "socks5://localhost" is no web address; it should begin with https:// or http://
TIDINGS_LIMITS_FEEDS: limits.feeds: 0 is out of range; it should lie between 1 and 10000
TIDINGS_HEALTH_LISTEN: health.listen: "8080" is no address to listen at; try "127.0.0.1:8080"
tidings.yaml:24: log.format: "xml" should be auto, text or json`
	if err == nil {
		t.Fatal("no fault was found")
	}
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(err.Error(), "\n")); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}

func TestTokenFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	binary, large := write("binary", "\x00\x01"), write("large", strings.Repeat("x", 5000))
	good, empty := write("token", "hunter2\n"), write("empty", "\n")
	for name, test := range map[string]struct {
		env  map[string]string
		want string // in the error; "" for none
	}{
		"read":    {env: map[string]string{"DISCORD_TOKEN_FILE": good}},
		"both":    {env: map[string]string{"DISCORD_TOKEN_FILE": good, "DISCORD_TOKEN": "x"}, want: "keep one of the two"},
		"missing": {env: map[string]string{"DISCORD_TOKEN_FILE": filepath.Join(dir, "none")}, want: "cannot be read: no such file"},
		"binary":  {env: map[string]string{"DISCORD_TOKEN_FILE": binary}, want: "characters that no token has"},
		"large":   {env: map[string]string{"DISCORD_TOKEN_FILE": large}, want: "more than 4096 bytes"},
		"empty":   {env: map[string]string{"TIDINGS_DISCORD_TOKEN_FILE": empty}, want: "is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := load(t, "", test.env, nil)
			if test.want == "" {
				if err != nil || c.Discord.Token.Reveal() != "hunter2" {
					t.Errorf("token %q, error %v", c.Discord.Token.Reveal(), err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want it to contain %q", err, test.want)
			}
		})
	}
}

func TestModel(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	key := filepath.Join(dir, "key")
	if err := os.WriteFile(key, []byte("sk-1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const text = "model:\n  base_url: http://127.0.0.1:1/v1\n  name: small\n  price_in: 0.15\n  price_out: 0.6\n"
	c, err := load(t, text, map[string]string{"TIDINGS_MODEL_DAILY_BUDGET": "2.5", "TIDINGS_MODEL_KEY_FILE": key}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if m := c.Model; m.Key.Reveal() != "sk-1" || m.Name != "small" || m.PriceIn != 0.15 || m.PriceOut != 0.6 || m.DailyBudget != 2.5 {
		t.Errorf("model is %+v", m)
	}
	_, err = load(t, "model:\n  base_url: localhost\n  key: a b\n  timeout: 5m\n  concurrency: 0\n  price_in: cheap\n  price_out: NaN\n  daily_budget: -1\n", nil, nil)
	want := `tidings.yaml:6: model.price_in: "cheap" is no number; try 0
tidings.yaml:7: model.price_out: "NaN" is no number; try 0
tidings.yaml:2: model.base_url: "localhost" is no web address; it should begin with https:// or http://
model.name: "" names no model; model.base_url needs one
tidings.yaml:3: model.key: [secret] has spaces in it; it should be the key alone
tidings.yaml:4: model.timeout: "5m" should lie between 1s and 30s
tidings.yaml:5: model.concurrency: 0 is out of range; it should lie between 1 and 64
tidings.yaml:8: model.daily_budget: "-1" should not be negative`
	if err == nil {
		t.Fatal("no fault was found")
	}
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(err.Error(), "\n")); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}

// A section that stands in another one is told where it belongs.
func TestSectionInAnother(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"summary:\n  model: gpt-4.1-mini\n", "summary:\n  model:\n    name: gpt-4.1-mini\n"} {
		_, err := load(t, text, nil, nil)
		const want = "tidings.yaml:2: summary.model: there is no such key; model is a section of its own beside summary, with base_url, key, "
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestSchedulesThatCannotWork(t *testing.T) {
	t.Parallel()
	for schedule, want := range map[string]string{
		"0 0 30 2 *":                  "never comes",
		"CRON_TZ=Europe/Berlin":       "no cron expression",
		"CRON_TZ=Mars/Base 0 0 * * *": "time zone",
		"@every":                      "no cron expression",
	} {
		if _, err := load(t, "", map[string]string{"TIDINGS_POLL_SCHEDULE": schedule}, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q in it", schedule, err, want)
		}
	}
}

// A time that the clock skips in spring does not come that day, and one that it
// doubles in autumn comes twice: for polls, both do no harm.
func TestDaylightSaving(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		schedule string
		from     time.Time
		want     []time.Time
	}{
		"hourly through the skipped hour": {"CRON_TZ=Europe/Berlin 0 * * * *", time.Date(2026, 3, 29, 0, 30, 0, 0, time.UTC),
			[]time.Time{time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC), time.Date(2026, 3, 29, 2, 0, 0, 0, time.UTC)}},
		"daily at half past two, which is skipped": {"CRON_TZ=Europe/Berlin 30 2 * * *", time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC),
			[]time.Time{time.Date(2026, 3, 30, 0, 30, 0, 0, time.UTC)}},
		"daily at half past two, which is doubled": {"CRON_TZ=Europe/Berlin 30 2 * * *", time.Date(2026, 10, 24, 12, 0, 0, 0, time.UTC),
			[]time.Time{time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC), time.Date(2026, 10, 25, 1, 30, 0, 0, time.UTC), time.Date(2026, 10, 26, 1, 30, 0, 0, time.UTC)}},
	} {
		schedule, err := parseSchedule(test.schedule)
		if err != nil {
			t.Fatal(err)
		}
		at := test.from
		for _, want := range test.want {
			if at = schedule.Next(at); !at.Equal(want) {
				t.Errorf("%s: %v, want %v", name, at.UTC(), want)
			}
		}
	}
}

func TestMissingFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tidings.yaml")
	if _, err := Load(Options{Path: path}); err != nil {
		t.Errorf("a file that nobody named must not be needed: %v", err)
	}
	if _, err := Load(Options{Path: path, Required: true}); err == nil {
		t.Error("a file that was named and is missing went unnoticed")
	}
}

// TestWhatEditorsAndPeopleWrite holds the forms of YAML that are read, and what is
// said of those that are not.
func TestWhatEditorsAndPeopleWrite(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ text, want string }{
		"nothing":          {text: ""},
		"comments":         {text: "# one\n# two\n"},
		"byte order mark":  {text: "\ufeffpoll:\n  concurrency: 4\n"},
		"carriage returns": {text: "poll:\r\n  schedule: \"@hourly\"\r\n"},
		"block":            {text: "poll:\n  schedule: |\n    @hourly\n"},
		"directive":        {text: "%YAML 1.2\n---\npoll:\n  concurrency: 4\n"},
		"tab":              {text: "poll:\n\tconcurrency: 4\n", want: "tidings.yaml:2: this is no YAML: there is a tab here; indent with spaces"},
		"twice":            {text: "poll:\n  concurrency: 4\n  concurrency: 5\n", want: "tidings.yaml:3: this is no YAML: mapping key \"concurrency\" already defined at [2:3]"},
		"anchor":           {text: "poll: &p\n  concurrency: 4\n", want: "tidings.yaml:1: poll: " + noIndirection},
		"alias":            {text: "poll:\n  schedule: *p\n", want: "tidings.yaml:2: poll.schedule: " + noIndirection},
		"tag":              {text: "poll:\n  schedule: !!str \"@hourly\"\n", want: "tidings.yaml:2: poll.schedule: " + noIndirection},
		"two documents":    {text: "poll:\n  concurrency: 4\n---\npoll:\n  concurrency: 5\n", want: "tidings.yaml:4: a second document begins here; join the two by removing the line ---"},
		"list for mapping": {text: "poll:\n  feeds:\n    - x\n", want: "tidings.yaml:2: poll.feeds: is a list where keys and values belong"},
		"nested list":      {text: "fetch:\n  allow: [[10.0.0.0/8]]\n", want: "tidings.yaml:2: fetch.allow: one value belongs here"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := load(t, test.text, nil, nil)
			got := ""
			if err != nil {
				got, _, _ = strings.Cut(err.Error(), "\n")
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestUnreadableFileIsAFault(t *testing.T) {
	t.Parallel()
	_, err := Load(Options{Path: t.TempDir(), Required: true})
	if faults := (Faults)(nil); !errors.As(err, &faults) || !strings.Contains(err.Error(), "cannot be read: is a directory") {
		t.Errorf("a directory: %v", err)
	}
}

func TestBrokenYAMLShowsNoSecret(t *testing.T) {
	t.Parallel()
	_, err := load(t, "discord:\n  token: hunter2\n bad", nil, nil)
	if err == nil || !strings.Contains(err.Error(), "this is no YAML") {
		t.Fatalf("got %v", err)
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("the error shows the token: %v", err)
	}
}

func TestSecretNeverShows(t *testing.T) {
	t.Parallel()
	c := Default()
	c.Discord.Token = "hunter2"
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "token", c.Discord.Token, "config", c)
	shown := fmt.Sprintf("%v %+v %#v %s %q %x", c, c, c, c.Discord.Token, c.Discord.Token, c.Discord.Token) + log.String()
	if strings.Contains(shown, "hunter2") || strings.Contains(shown, fmt.Sprintf("%x", "hunter2")) {
		t.Errorf("the secret shows: %s", shown)
	}
}

func TestExampleIsCurrentAndLoads(t *testing.T) {
	t.Parallel()
	const path = "../tidings.example.yaml"
	if *update {
		if err := os.WriteFile(path, []byte(Example()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Example(), string(text)); diff != "" {
		t.Errorf("%s is stale; run go test ./config -run Example -update (-want +got):\n%s", path, diff)
	}
	c, err := load(t, string(text), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Default(), c); diff != "" {
		t.Errorf("the example sets something (-default +example):\n%s", diff)
	}
	// Every key uncommented must load as well: the comments are what people copy.
	var live []string
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "  # "); ok && (strings.HasPrefix(rest, "  ") || keyLine(rest)) {
			line = "  " + rest
		}
		live = append(live, line)
	}
	if _, err := load(t, strings.Join(live, ""), nil, nil); err != nil {
		t.Errorf("the example with every key in force: %v", err)
	}
}

// keyLine reports whether a comment is a key rather than its help.
func keyLine(s string) bool {
	key, _, ok := strings.Cut(s, ":")
	return ok && key == strings.ToLower(key) && !strings.Contains(key, " ")
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte("poll:\n  schedule: \"@hourly\"\n  feeds: {https://a.example: \"TZ=x * * * * *\"}\n"))
	f.Add([]byte("fetch: {allow: [1, {a: b}]}\n? complex\n: key\n&a b: *a"))
	path := filepath.Join(f.TempDir(), "tidings.yaml")
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := Load(Options{Path: path, Required: true})
		if err == nil {
			if _, err := c.Schedules(); err != nil {
				t.Errorf("a configuration that loads has schedules that do not parse: %v", err)
			}
		}
	})
}
