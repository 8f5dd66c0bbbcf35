package summary

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"time"

	"tidings/internal/news"
	"tidings/internal/summary/guard"
	"tidings/internal/summary/lang"
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
	GuildBudget float64       // money for a day and one server; 0 for no bound
	Ledger      Ledger        // keeps what was spent; nil to forget it with the process
	Now         func() time.Time
	Log         *slog.Logger
}

// Model asks a language model for summaries and translations, checks them, and falls
// back on summaries of the text's own sentences: whatever the model's server does, there is
// a summary when the timeout is over, and none that the guard refuses is seen.
//
// It is safe for use by several goroutines.
type Model struct {
	cfg          ModelConfig
	fallback     *Extractive
	chat         *chat
	budget       *budget
	breaker      *breaker
	summaries    *memory[news.Summary]
	translations *memory[news.Translation]
	turns        *turns
	counters     counters
}

// NewModel returns a summariser that asks a model. It does not connect yet.
func NewModel(c ModelConfig, fallback *Extractive) *Model {
	return &Model{
		cfg: c, fallback: fallback, chat: newChat(c),
		budget: &budget{
			now: c.Now, log: c.Log, ledger: c.Ledger, daily: c.DailyBudget, guild: c.GuildBudget,
			priceIn: c.PriceIn, priceOut: c.PriceOut,
		},
		breaker:      &breaker{now: c.Now},
		summaries:    newMemory[news.Summary](),
		translations: newMemory[news.Translation](),
		turns:        newTurns(c.Concurrency, c.Timeout),
	}
}

// SpentToday returns what today's calls have cost, in the money of the prices, those
// of other processes that write into the same Ledger included.
func (m *Model) SpentToday() float64 { return m.budget.spentToday(wholeProcess) }

// SpentTodayBy returns one server's share of that.
func (m *Model) SpentTodayBy(g news.GuildID) float64 { return m.budget.spentToday(g) }

// Summarize returns the model's summary where there is one that the guard lets
// pass, else the extractive one. It returns an error only when ctx is done.
func (m *Model) Summarize(ctx context.Context, r news.SummaryRequest) (news.Summary, error) {
	r.More = r.More[:min(len(r.More), maxFurther)]
	extract, err := m.fallback.Summarize(ctx, r)
	if err != nil || r.Unread || !worthAsking(r, extract) {
		return extract, err
	}
	s, err := remember(ctx, m, m.summaries, keyOf(r), func(a *attempt) (news.Summary, error) { return m.summarize(a, r) })
	if err != nil {
		return extract, nil
	}
	return s, nil
}

// errors of a request that gets no answer of the model.
var (
	errBroke   = errors.New("there is no money left for it today") // for those who ask; for others there may be
	errNotNow  = errors.New("the model cannot be asked now")
	errRefused = errors.New("the model's answers are refused") // asking again would give no others
)

// attempt is the making of one answer, for all who ask for it meanwhile.
type attempt struct {
	ctx     context.Context  // done when nobody waits for it any more
	awaited func() time.Time // until when somebody does; zero for as long as it takes
}

// remember returns what is remembered under a key, or makes it. Those who ask at the
// same time share one answer, unless it was not made for want of one's own money. It is
// made for as long as one of them waits for it.
func remember[T any](ctx context.Context, m *Model, memory *memory[T], key [32]byte, make func(*attempt) (T, error)) (T, error) {
	for {
		entry, first := memory.begin(ctx, key)
		if first {
			go func() {
				defer memory.finish(key, entry)
				defer func() {
					if p := recover(); p != nil {
						m.cfg.Log.ErrorContext(entry.ctx, "a panic over the model's answer", "panic", p, "stack", string(debug.Stack()))
						entry.err = errNotNow
					}
				}()
				entry.value, entry.err = make(&attempt{entry.ctx, func() time.Time { return memory.awaited(entry) }})
				entry.ok = entry.err == nil || errors.Is(entry.err, errRefused)
			}()
		}
		select {
		case <-entry.done:
			memory.leave(key, entry)
			if first {
				return entry.value, entry.err
			}
			if errors.Is(entry.err, errBroke) {
				continue
			}
			m.counters.add(func(s *Stats) { s.CacheHits++ })
			return entry.value, entry.err
		case <-ctx.Done():
			memory.leave(key, entry)
			var none T
			return none, ctx.Err()
		}
	}
}

// worthAsking reports whether there is something to condense. A text that gives no
// summary of its own is no article, unless its sentences are long, and one that fits is
// its own summary.
func worthAsking(r news.SummaryRequest, extract news.Summary) bool {
	if extract.Method != news.Extractive && extract.Reason != news.TooLong {
		return false
	}
	words := lang.CountWords(articleOf(r))
	for _, more := range r.More {
		words += lang.CountWords(furtherArticle(more))
	}
	return words > wordsOf(r)
}

// wordsOf returns how many words a summary may have.
func wordsOf(r news.SummaryRequest) int {
	if r.MaxWords <= 0 {
		return DefaultMaxWords
	}
	return r.MaxWords
}

// Most sentences that a model's summary may have, by whether it was asked for a
// long one.
const (
	maxModelSentences     = 4
	maxLongModelSentences = 10
	longSummaryWords      = 90
)

// guardsOf returns the guards of a request's own text and of its further ones.
func guardsOf(r news.SummaryRequest) guard.Several {
	limits := guard.Limits{Words: wordsOf(r), Sentences: maxModelSentences}
	if limits.Words >= longSummaryWords {
		limits.Sentences = maxLongModelSentences
	}
	if r.MaxSentences > 0 {
		limits.Sentences = min(limits.Sentences, r.MaxSentences)
	}
	gs := guard.Several{guard.NewGuard(material(r), limits)}
	for _, more := range r.More {
		gs = append(gs, guard.NewGuard(titleOf(more.Title)+"\n"+furtherArticle(more), limits))
	}
	return gs
}

func (m *Model) summarize(a *attempt, r news.SummaryRequest) (news.Summary, error) {
	guards := guardsOf(r)
	var s news.Summary
	err := m.converse(a, r.Title, r.For, messages(r, wordsOf(r)), summaryFormat(), func(text string) error {
		sentences, err := sentencesOf(text)
		if err != nil {
			return err
		}
		sources, err := guards.Check(sentences)
		if err != nil {
			return err
		}
		s = news.Summary{Sentences: sentences, Sources: sourcesOrNil(sources), Method: news.Model}
		for _, sentence := range sentences {
			s.Words += lang.CountWords(sentence)
		}
		return nil
	})
	return s, err
}

// converse asks the model, and once more where its answer is not accepted, with the
// fault named. It returns nil once an answer is.
func (m *Model) converse(a *attempt, title string, guilds []news.GuildID, conversation []chatMessage, format answerFormat, accept func(string) error) error {
	ctx, cancel := context.WithTimeout(a.ctx, m.cfg.Timeout)
	defer cancel()
	ends, _ := ctx.Deadline()
	then := func() time.Time {
		if at := a.awaited(); !at.IsZero() && at.Before(ends) {
			return at
		}
		return ends
	}
	if !m.turns.take(ctx, then) {
		m.counters.fellBack("turn")
		m.cfg.Log.InfoContext(ctx, "no turn for the model in time", "title", title)
		return errNotNow
	}
	defer m.turns.leave()
	for again := range 2 {
		if again > 0 && !m.turns.enough(then()) {
			m.counters.fellBack("turn")
			return errNotNow
		}
		text, err := m.call(ctx, conversation, format, guilds)
		if err != nil {
			return err
		}
		fault := accept(text)
		if fault == nil {
			return nil
		}
		m.counters.refused(kindOf(fault))
		m.cfg.Log.InfoContext(ctx, "the model's answer is refused", "title", title, "because", fault.Error())
		conversation = append(conversation, chatMessage{Role: "assistant", Content: cut(text, 4000)},
			chatMessage{Role: "user", Content: "That cannot be used: " + fault.Error() + ". Answer again, by the same rules."})
	}
	m.counters.fellBack("refused")
	return errRefused
}

// kindOf returns by which of the keys of Stats.Refusals a refusal is counted.
func kindOf(err error) string {
	if f := (*guard.Fault)(nil); errors.As(err, &f) {
		return f.Kind
	}
	return "answer"
}

// call makes one call, if the breaker and the budget let it.
func (m *Model) call(ctx context.Context, conversation []chatMessage, format answerFormat, guilds []news.GuildID) (string, error) {
	if !m.breaker.allow() {
		m.counters.fellBack("breaker")
		return "", errNotNow
	}
	tokens := tokensAtMost(conversation)
	money, reason, first := m.budget.reserve(ctx, m.budget.cost(tokens, maxAnswerTokens), guilds)
	if reason != "" {
		m.breaker.undecided()
		m.counters.fellBack(reason)
		if first {
			m.cfg.Log.WarnContext(ctx, "a budget of the model for today is spent; summaries are extracts until midnight UTC",
				"which", reason, "daily_budget", m.cfg.DailyBudget, "guild_budget", m.cfg.GuildBudget, "spent", m.budget.spentToday(wholeProcess))
		}
		if reason == reasonGuildBudget {
			return "", errBroke
		}
		return "", errNotNow
	}
	cost := money.amount // a call that broke off may yet be on the bill
	defer func() { m.budget.settle(ctx, money, cost) }()
	m.counters.add(func(s *Stats) { s.Calls++ })
	began := time.Now()
	answer, err := m.chat.ask(ctx, conversation, format)
	took := time.Since(began)
	if err == nil {
		m.turns.learn(took)
		m.breaker.succeeded()
		// A server that counts what it cannot have been sent must not spend everybody's day.
		most := tokens + maxAnswerTokens
		in, out := min(answer.in, most), min(answer.out, most)
		if in > 0 && out > 0 {
			cost = min(m.budget.cost(in, out), money.amount)
		}
		if in < answer.in || out < answer.out {
			m.cfg.Log.WarnContext(ctx, "the model's server counts more tokens than a call can have; what is beyond is not booked",
				"tokens_in", answer.in, "tokens_out", answer.out, "at_most", most)
		}
		m.counters.add(func(s *Stats) { s.TokensIn, s.TokensOut = s.TokensIn+in, s.TokensOut+out })
		return answer.text, nil
	}
	if refused := (*statusError)(nil); errors.As(err, &refused) {
		cost = 0
	}
	switch {
	case errors.Is(err, context.Canceled):
		m.breaker.undecided()
		return "", errNotNow
	case errors.Is(err, context.DeadlineExceeded) && took < m.cfg.Timeout/2:
		// It began late. That tells nothing of the server.
		m.breaker.undecided()
		m.counters.fellBack("turn")
		return "", errNotNow
	case errors.Is(err, context.DeadlineExceeded):
		m.turns.learn(took)
	}
	m.counters.add(func(s *Stats) { s.Failures++ })
	m.counters.fellBack("failed")
	rest := m.breaker.failed()
	m.cfg.Log.WarnContext(ctx, "the model gave no answer", "error", err.Error())
	if rest > 0 {
		m.cfg.Log.WarnContext(ctx, "the model failed several times in a row and is left alone for a while", "for", rest)
	}
	return "", errNotNow
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
