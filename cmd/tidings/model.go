package main

import (
	"context"
	"time"

	"tidings/config"
	"tidings/internal/dispatch"
	"tidings/internal/news"
	"tidings/internal/summary"
)

// summaries is what condenses stories: their own sentences, or a model where one is
// configured, which translates as well.
type summaries struct {
	dispatch.Summarizer
	translator dispatch.Translator                        // nil where nobody translates
	spending   func(news.GuildID) (spent, budget float64) // of a server today; nil where nothing costs
}

func (a *application) newSummaries(ctx context.Context) summaries {
	extractive := summary.New(summary.Config{})
	m := a.cfg.Model
	log := a.component("model")
	for _, doubt := range modelDoubts(m) {
		log.WarnContext(ctx, doubt)
	}
	if m.BaseURL == "" {
		return summaries{Summarizer: extractive}
	}
	log.InfoContext(ctx, "summaries are a language model's, checked, and extracts where it fails", "model", m.Name, "daily_budget", m.DailyBudget)
	c := modelConfig(m)
	c.Ledger, c.Now, c.Log = a.store, time.Now, log
	model := summary.NewModel(c, extractive)
	a.countModel(model)
	return summaries{Summarizer: model, translator: model, spending: func(guild news.GuildID) (spent, budget float64) {
		return model.SpentTodayBy(guild), m.GuildBudget
	}}
}

// modelConfig is what the configuration says of a model.
func modelConfig(m config.Model) summary.ModelConfig {
	return summary.ModelConfig{
		BaseURL: m.BaseURL, Key: m.Key.Reveal(), Name: m.Name, Timeout: m.Timeout, Concurrency: m.Concurrency,
		PriceIn: m.PriceIn, PriceOut: m.PriceOut, DailyBudget: m.DailyBudget, GuildBudget: m.GuildBudget,
	}
}

// modelDoubts returns what of the model's configuration is likely not meant. A server of
// one's own, which wants no key, may well cost nothing.
func modelDoubts(m config.Model) []string {
	var doubts []string
	if m.BaseURL == "" && (m.Name != "" || m.Key != "") {
		doubts = append(doubts, "model.name or model.key is set without model.base_url, so no model is asked")
	}
	if m.BaseURL != "" && m.Key != "" && m.PriceIn == 0 && m.PriceOut == 0 && (m.DailyBudget > 0 || m.GuildBudget > 0) {
		doubts = append(doubts, "model.price_in and model.price_out are 0, so that model.daily_budget and model.guild_budget bound nothing; set what the server charges")
	}
	return doubts
}

// countModel shows what the model does and costs.
func (a *application) countModel(model *summary.Model) {
	a.metrics.Gauge("tidings_model_spent_today", "What today's calls have cost (UTC), in the money of the prices.", model.SpentToday)
	a.metrics.Gauge("tidings_model_daily_budget", "What a day's calls may cost; 0 for no bound.", func() float64 { return a.cfg.Model.DailyBudget })
	a.metrics.Gauge("tidings_model_left_alone", "1 while the model is left alone because it failed too often.", func() float64 {
		if model.Stats().BreakerOpen {
			return 1
		}
		return 0
	})
	for _, c := range []struct {
		name, help string
		read       func(summary.Stats) int64
	}{
		{"calls", "Calls that were made of the model's server.", func(s summary.Stats) int64 { return s.Calls }},
		{"failures", "Calls that brought no answer.", func(s summary.Stats) int64 { return s.Failures }},
		{"tokens_in", "Tokens sent, as the server counts them.", func(s summary.Stats) int64 { return s.TokensIn }},
		{"tokens_out", "Tokens answered, as the server counts them.", func(s summary.Stats) int64 { return s.TokensOut }},
		{"cache_hits", "Requests answered without a call.", func(s summary.Stats) int64 { return s.CacheHits }},
	} {
		a.metrics.Counter("tidings_model_"+c.name+"_total", c.help, func() float64 { return float64(c.read(model.Stats())) })
	}
	a.metrics.Counters("tidings_model_refusals_total", "Answers that were not shown, by what was wrong.", "fault",
		func() map[string]int64 { return model.Stats().Refusals })
	a.metrics.Counters("tidings_model_fallbacks_total", "Requests that the model did not serve, by reason.", "reason",
		func() map[string]int64 { return model.Stats().Fallbacks })
}
