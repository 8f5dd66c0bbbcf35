package main

import (
	"log/slog"
	"os"
	"strings"

	"tidings/config"
	"tidings/internal/telemetry"
)

// settings are the flags of the commands that read the configuration.
type settings struct {
	Config string   `help:"The configuration file." placeholder:"FILE" type:"path"`
	Set    []string `sep:"none" help:"Set one key, such as --set poll.schedule=@hourly. May be repeated." placeholder:"KEY=VALUE"`
}

// defaultFile is read where --config names none, if it exists.
const defaultFile = "tidings.yaml"

func (s settings) load() (config.Config, error) {
	set := make(map[string]string, len(s.Set))
	for _, pair := range s.Set {
		key, value, ok := strings.Cut(pair, "=")
		if !ok || key == "" {
			return config.Config{}, usagef("--set: there is no KEY=VALUE here; try --set poll.schedule=@hourly")
		}
		set[key] = value
	}
	o := config.Options{Path: s.Config, Required: s.Config != "", Env: os.LookupEnv, Set: set}
	if o.Path == "" {
		o.Path = defaultFile
	}
	return config.Load(o)
}

func newLogger(cfg config.Config, s streams) *slog.Logger {
	_, noColor := os.LookupEnv("NO_COLOR")
	return telemetry.NewLogger(s.err, cfg.Log.Level, cfg.Log.Format, noColor)
}
