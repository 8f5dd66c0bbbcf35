// Package config is everything that an operator can set, in one struct, read from
// a YAML file, the environment and the command line, the later winning over the
// earlier.
//
// Load reports all faults at once, each with the place it came from, its key, its
// value (secrets left out) and what would be right.
package config

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/robfig/cron/v3"
)

// Config is what can be set. A key of the file is the path of its yaml names,
// joined by dots (poll.schedule); the environment variable is the same in capitals
// (TIDINGS_POLL_SCHEDULE), lists separated by commas, and an empty one sets nothing.
// The help tags are what tidings.example.yaml says of each key.
type Config struct {
	Discord  Discord  `yaml:"discord"`
	Database Database `yaml:"database"`
	Poll     Poll     `yaml:"poll"`
	Fetch    Fetch    `yaml:"fetch"`
	WebSub   WebSub   `yaml:"websub"`
	Summary  Summary  `yaml:"summary"`
	Model    Model    `yaml:"model"`
	Limits   Limits   `yaml:"limits"`
	Health   Health   `yaml:"health"`
	Log      Log      `yaml:"log"`
}

// Discord is how the bot reaches Discord.
type Discord struct {
	Token     Secret `yaml:"token" help:"The bot's token. Better set as DISCORD_TOKEN, or in a file named by token_file or DISCORD_TOKEN_FILE."`
	TokenFile string `yaml:"token_file" help:"A file that holds the token and nothing else, such as a mounted secret."`
	APIURL    string `yaml:"api_url" help:"Base address of Discord's REST API: another one for a rate-limit proxy. The gateway's address comes from what it answers."`
}

// Database is where everything is kept.
type Database struct {
	Path string `yaml:"path" help:"The SQLite file. It is made when it does not exist; one bot at a time may use it."`
}

// Poll is when feeds are asked for news.
type Poll struct {
	Schedule    string            `yaml:"schedule" help:"Cron expression for all feeds: five fields or @every 15m, @hourly, ...; CRON_TZ=Europe/Berlin before it sets its time zone."`
	Feeds       map[string]string `yaml:"feeds" help:"Feeds with a schedule of their own: address: cron expression."`
	Bundle      string            `yaml:"bundle" help:"The feeds that a server follows from the start: a file in the form of feeds/bundle/tech.yaml, none for no feeds, or empty for that list itself."`
	Concurrency int               `yaml:"concurrency" help:"How many feeds are fetched at once, at most one at a time from each host."`
	Retry       time.Duration     `yaml:"retry" help:"How long a feed is left alone after a poll that failed. It doubles with each further failure, up to a day."`
	NoticeAfter int               `yaml:"notice_after" help:"After how many failed polls in a row the servers that follow a feed are told."`
	MoveAfter   time.Duration     `yaml:"move_after" help:"How long a feed's permanent redirect has to hold, over three polls at least, before the new address is stored."`
}

// Fetch is how feeds and articles are read from the web.
type Fetch struct {
	UserAgent  string        `yaml:"user_agent" help:"What publishers see in their logs. Empty: Tidings, with the address of your bot on Discord. Better: who you are, and how to reach you."`
	Timeout    time.Duration `yaml:"timeout" help:"For one feed or page, from the first byte to the last."`
	MaxBytes   int           `yaml:"max_bytes" help:"The largest feed that is read, in bytes after decompression."`
	HostPause  time.Duration `yaml:"host_pause" help:"Between the end of one request to a host and the beginning of the next."`
	Allow      []string      `yaml:"allow" help:"Private address ranges (CIDR) that may be read, for feeds inside your own network. None by default."`
	AllowHosts []string      `yaml:"allow_hosts" help:"Names inside your own network that may be read, wherever they resolve to, such as miniflux or wiki.corp. None by default."`
	Proxy      string        `yaml:"proxy" help:"An HTTP proxy for feeds and pages: http://host:port. The proxy environment variables are ignored."`
}

// WebSub is how publishers' hubs reach the bot, so that their stories arrive within
// seconds. Polling goes on beside it.
type WebSub struct {
	PublicURL string `yaml:"public_url" help:"The web address at which the internet reaches websub.listen. Empty: hubs are not used, and feeds are only polled."`
	Listen    string `yaml:"listen" help:"Address to listen at for hubs, behind a proxy that speaks HTTPS."`
}

// Summary is how stories are condensed.
type Summary struct {
	MaxWords int `yaml:"max_words" help:"The most words of a post's summary; whole sentences only, so it is often fewer."`
}

// Model is a language model that condenses stories. Without it, summaries are
// made of the articles' own sentences.
type Model struct {
	BaseURL     string        `yaml:"base_url" help:"Base address of a server that speaks the OpenAI API: https://api.openai.com/v1, or one of your own. Empty for summaries of the articles' own sentences."`
	Key         Secret        `yaml:"key" help:"The server's key, if it wants one. Better set as TIDINGS_MODEL_KEY, or in a file named by key_file."`
	KeyFile     string        `yaml:"key_file" help:"A file that holds the key and nothing else, such as a mounted secret."`
	Name        string        `yaml:"name" help:"The model's name, as the server knows it."`
	Timeout     time.Duration `yaml:"timeout" help:"For one summary, with the wait for its turn and a second attempt. After it, the post goes out with an extract."`
	Concurrency int           `yaml:"concurrency" help:"How many summaries are asked for at once."`
	PriceIn     float64       `yaml:"price_in" help:"What a million tokens sent to the model cost, in any money."`
	PriceOut    float64       `yaml:"price_out" help:"What a million tokens answered by it cost, in the same money."`
	DailyBudget float64       `yaml:"daily_budget" help:"What the model may cost in a day (UTC), in that money; 0 for no bound. When it is spent, summaries are extracts until midnight."`
	GuildBudget float64       `yaml:"guild_budget" help:"What one server's share of it may be; 0 for no bound. A story's cost is shared by the servers it is posted in."`
}

// Limits protect one server from its own zeal, and the bot from one server.
type Limits struct {
	Subscriptions int `yaml:"subscriptions" help:"The most subscriptions that one server may have."`
	Feeds         int `yaml:"feeds" help:"The most feeds that one server may follow."`
}

// Health is the endpoint that tells a supervisor whether the bot is well.
type Health struct {
	Listen string `yaml:"listen" help:"Address for GET /healthz, such as 127.0.0.1:8080; empty for none."`
}

// Log is what is logged, and how.
type Log struct {
	Level  slog.Level `yaml:"level" help:"debug, info, warn or error."`
	Format string     `yaml:"format" help:"text, json, or auto: text on a terminal and json otherwise."`
}

// Default returns the configuration of an operator who set nothing.
func Default() Config {
	return Config{
		Discord:  Discord{APIURL: "https://discord.com/api"},
		Database: Database{Path: "tidings.db"},
		Poll: Poll{
			Schedule: "*/10 * * * *", Concurrency: 8,
			Retry: 5 * time.Minute, NoticeAfter: 5, MoveAfter: 24 * time.Hour,
		},
		Fetch: Fetch{
			Timeout:   20 * time.Second,
			MaxBytes:  8 << 20,
			HostPause: 250 * time.Millisecond,
		},
		WebSub:  WebSub{Listen: "127.0.0.1:8081"},
		Summary: Summary{MaxWords: 60},
		Model:   Model{Timeout: 20 * time.Second, Concurrency: 4, DailyBudget: 1, GuildBudget: 0.2},
		Limits:  Limits{Subscriptions: 50, Feeds: 1000},
		Log:     Log{Level: slog.LevelInfo, Format: "auto"},
	}
}

// Schedules returns the parsed cron schedules by their expressions, as feeds name
// them; "" is the default schedule's name. The configuration must be valid.
func (c Config) Schedules() (map[string]cron.Schedule, error) {
	all := make(map[string]cron.Schedule)
	parse := func(name, expression string) error {
		schedule, err := parseSchedule(expression)
		if err != nil {
			return fmt.Errorf("parse schedule %q: %w", expression, err)
		}
		all[name] = schedule
		return nil
	}
	if err := parse("", c.Poll.Schedule); err != nil {
		return nil, err
	}
	for _, expression := range c.Poll.Feeds {
		if err := parse(expression, expression); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Secret is text that no log, error or dump may show. Reveal returns it.
type Secret string

const redacted = "[secret]"

// Reveal returns the secret itself.
func (s Secret) Reveal() string { return string(s) }

// String returns a stand-in, or "" where there is no secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return redacted
}

// GoString keeps %#v from showing the secret.
func (s Secret) GoString() string { return `"` + s.String() + `"` }

// LogValue keeps slog from showing the secret.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText keeps encoders from showing the secret.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
