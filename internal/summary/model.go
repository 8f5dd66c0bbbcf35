package summary

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"tidings/internal/news"
)

// ModelConfig configures a Model.
type ModelConfig struct {
	BaseURL     string        // of a server that speaks OpenAI's API, such as http://127.0.0.1:8080/v1
	Key         string        // "" for a server that wants none
	Name        string        // of the model
	Timeout     time.Duration // for one summary, with the wait for its turn and a second attempt
	Concurrency int           // how many summaries are asked for at once
	PriceIn     float64       // money for a million tokens that are sent
	PriceOut    float64       // money for a million tokens that are answered
	DailyBudget float64       // money for a day (UTC); 0 for no bound
	Now         func() time.Time
	Log         *slog.Logger
}

// Model asks a language model for summaries, checks them, and falls back on
// summaries of the text's own sentences: whatever the model's server does, there is
// a summary when the timeout is over, and none that the guard refuses is seen.
//
// It is safe for use by several goroutines.
type Model struct {
	cfg      ModelConfig
	fallback *Extractive
	chat     *chat
	budget   *budget
	breaker  *breaker
	memory   *memory
	turns    chan struct{}
}

// NewModel returns a summariser that asks a model. It does not connect yet.
func NewModel(c ModelConfig, fallback *Extractive) *Model {
	return &Model{
		cfg: c, fallback: fallback, chat: newChat(c),
		budget:  &budget{now: c.Now, daily: c.DailyBudget, priceIn: c.PriceIn, priceOut: c.PriceOut},
		breaker: &breaker{now: c.Now},
		memory:  newMemory(),
		turns:   make(chan struct{}, max(1, c.Concurrency)),
	}
}

// SpentToday returns what today's calls have cost, in the money of the prices.
func (m *Model) SpentToday() float64 { return m.budget.today() }

// Summarize returns the model's summary where there is one that the guard lets
// pass, else the extractive one. It returns an error only when ctx is done.
func (m *Model) Summarize(ctx context.Context, r news.SummaryRequest) (news.Summary, error) {
	extract, err := m.fallback.Summarize(ctx, r)
	if err != nil || r.Unread || !worthAsking(r, extract) {
		return extract, err
	}
	key := keyOf(r)
	entry, first := m.memory.begin(key)
	if !first {
		return m.await(ctx, entry, extract), nil
	}
	defer m.memory.finish(key, entry)
	entry.summary, entry.ok = m.ask(ctx, r, extract)
	return entry.summary, nil
}

// worthAsking reports whether there is something to condense. A text that gives no
// summary of its own is no article, and one that fits is its own summary.
func worthAsking(r news.SummaryRequest, extract news.Summary) bool {
	most := r.MaxWords
	if most <= 0 {
		most = DefaultMaxWords
	}
	return extract.Method == news.Extractive && countWords(articleOf(r)) > most
}

// await returns what another caller is making.
func (m *Model) await(ctx context.Context, entry *remembered, extract news.Summary) news.Summary {
	patience := time.NewTimer(m.cfg.Timeout)
	defer patience.Stop()
	select {
	case <-entry.done:
		return entry.summary
	case <-patience.C:
	case <-ctx.Done():
	}
	return extract
}

// ask returns a summary, and whether asking again would give no other.
func (m *Model) ask(ctx context.Context, r news.SummaryRequest, extract news.Summary) (_ news.Summary, settled bool) {
	ctx, cancel := context.WithTimeout(ctx, m.cfg.Timeout)
	defer cancel()
	select {
	case m.turns <- struct{}{}:
		defer func() { <-m.turns }()
	case <-ctx.Done():
		m.cfg.Log.InfoContext(ctx, "no turn for the model in time, using the extract", "title", r.Title)
		return extract, false
	}
	words := r.MaxWords
	if words <= 0 {
		words = DefaultMaxWords
	}
	guard := NewGuard(r)
	conversation := messages(r, words)
	// The first answer, and a second one when the first was refused.
	for range 2 {
		text, ok := m.call(ctx, conversation)
		if !ok {
			return extract, false
		}
		sentences, fault := sentencesOf(text)
		if fault == nil {
			fault = guard.Check(sentences)
		}
		if fault == nil {
			return modelSummary(sentences), true
		}
		m.cfg.Log.InfoContext(ctx, "the model's summary is refused", "title", r.Title, "because", fault.Error())
		conversation = append(conversation, chatMessage{Role: "assistant", Content: cut(text, 4000)},
			chatMessage{Role: "user", Content: "That cannot be used: " + fault.Error() + ". Answer again, by the same rules."})
	}
	return extract, true
}

func modelSummary(sentences []string) news.Summary {
	s := news.Summary{Sentences: sentences, Method: news.Model}
	for _, sentence := range sentences {
		s.Words += len(strings.Fields(sentence))
	}
	return s
}

// call makes one call, if the breaker and the budget let it.
func (m *Model) call(ctx context.Context, conversation []chatMessage) (string, bool) {
	if !m.breaker.allow() {
		return "", false
	}
	reserved := m.budget.cost(tokensAtMost(conversation), maxAnswerTokens)
	ok, first := m.budget.reserve(reserved)
	if !ok {
		m.breaker.undecided()
		if first {
			m.cfg.Log.WarnContext(ctx, "the model's budget for today is spent; summaries are extracts until midnight UTC",
				"budget", m.cfg.DailyBudget, "spent", m.budget.today())
		}
		return "", false
	}
	answer, err := m.chat.ask(ctx, conversation)
	if err == nil {
		m.breaker.succeeded()
		if answer.in > 0 && answer.out > 0 {
			m.budget.settle(reserved, m.budget.cost(answer.in, answer.out))
		}
		return answer.text, true
	}
	if status := statusError(0); errors.As(err, &status) {
		m.budget.settle(reserved, 0) // refused; a call that broke off may yet be on the bill
	}
	if errors.Is(err, context.Canceled) {
		m.breaker.undecided()
		return "", false
	}
	rest := m.breaker.failed()
	m.cfg.Log.WarnContext(ctx, "the model gave no summary, using the extract", "error", err.Error())
	if rest > 0 {
		m.cfg.Log.WarnContext(ctx, "the model failed several times in a row and is left alone for a while", "for", rest)
	}
	return "", false
}

// tokensAtMost returns how many tokens a conversation has, rather too many than
// too few: a token is seldom shorter than two bytes.
func tokensAtMost(conversation []chatMessage) int64 {
	bytes := 0
	for _, message := range conversation {
		bytes += len(message.Content)
	}
	return int64(bytes/2 + 50)
}
