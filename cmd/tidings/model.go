package main

import (
	"context"
	"time"

	"tidings/internal/dispatch"
	"tidings/internal/summary"
)

// newSummarizer returns what condenses stories: their own sentences, or a model
// where one is configured.
func (a *application) newSummarizer(ctx context.Context) dispatch.Summarizer {
	extractive := summary.New(summary.Config{})
	m := a.cfg.Model
	if m.BaseURL == "" {
		return extractive
	}
	log := a.component("model")
	log.InfoContext(ctx, "summaries are a language model's, checked, and extracts where it fails", "model", m.Name, "daily_budget", m.DailyBudget)
	if m.DailyBudget > 0 && m.PriceIn == 0 && m.PriceOut == 0 {
		log.InfoContext(ctx, "model.price_in and model.price_out are 0, so the daily budget bounds nothing")
	}
	return summary.NewModel(summary.ModelConfig{
		BaseURL: m.BaseURL, Key: m.Key.Reveal(), Name: m.Name, Timeout: m.Timeout, Concurrency: m.Concurrency,
		PriceIn: m.PriceIn, PriceOut: m.PriceOut, DailyBudget: m.DailyBudget, Now: time.Now, Log: log,
	}, extractive)
}
