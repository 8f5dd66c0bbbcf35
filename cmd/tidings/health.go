package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"tidings/internal/news"
)

type healthCommand struct {
	settings `embed:""`
}

const healthTimeout = 5 * time.Second

// Run asks the endpoint that health.listen names.
func (c healthCommand) Run(ctx context.Context, s streams) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	if cfg.Health.Listen == "" {
		return news.Userf("health.listen is not set, so there is nobody to ask. Set it for the bot and for this command alike.")
	}
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+cfg.Health.Listen+"/healthz", nil)
	if err != nil {
		return fmt.Errorf("ask for health: %w", err)
	}
	// The default client would ask a proxy of the environment for an address without
	// a host, such as ":8080".
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(req)
	if err != nil {
		return news.Userf("Nobody answers at %s. Is the bot running?", cfg.Health.Listen)
	}
	defer res.Body.Close()
	if _, err := io.Copy(s.out, io.LimitReader(res.Body, 64<<10)); err != nil {
		return fmt.Errorf("read health: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		return exitError(exitFailure)
	}
	return nil
}
