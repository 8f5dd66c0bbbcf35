package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"tidings/internal/news"
)

// length is how much a person wants to read of a story. It is also what the
// commands' choices and the buttons send.
type length string

const (
	lengthLine  length = "line"
	lengthShort length = "short"
	lengthLong  length = "long"
)

// Bounds of the summaries, in words.
const (
	lineWords  = 30
	shortWords = 60
	longWords  = 120
)

// readLength reads a choice. Older versions offered "medium" as well, which was as
// long as a short summary now is.
func readLength(s string) length {
	switch l := length(s); l {
	case lengthLine, lengthLong:
		return l
	}
	return lengthShort
}

func (l length) String() string { return string(l) }

// of bounds a request for a summary.
func (l length) of(r news.SummaryRequest) news.SummaryRequest {
	switch l {
	case lengthLine:
		r.MaxWords, r.MaxSentences = lineWords, 1
	case lengthLong:
		r.MaxWords = longWords
	default:
		r.MaxWords = shortWords
	}
	return r
}

const (
	maxPoints  = 12   // of a summary's sentences; as many as are translated at once
	longBudget = 3600 // of the points of a post's story
)

// text shows a summary's sentences as a paragraph at most limit wide, and those of
// a long summary as points. What source returns for a sentence's index is put after
// its point; it is nil where all are from one source. A point that has no room is
// left out with all after it.
func (l length) text(sentences []string, limit int, source func(int) string) string {
	if l != lengthLong {
		return markdown(paragraph(sentences), limit)
	}
	var b strings.Builder
	for i, sentence := range sentences {
		point := markdown(sentence, limit-len("- "))
		if point == "" {
			continue
		}
		point = "- " + point
		if source != nil {
			point = joinNonEmpty(" ", point, source(i))
		}
		if b.Len() > 0 {
			point = "\n" + point
		}
		if width(b.String())+width(point) > limit {
			break
		}
		b.WriteString(point)
	}
	return b.String()
}

// paragraph joins sentences. Where a sentence ends in a full-width mark, as Chinese and
// Japanese ones do, the next follows without a blank.
func paragraph(sentences []string) string {
	var b strings.Builder
	for i, s := range sentences {
		last, _ := utf8.DecodeLastRuneInString(b.String())
		if i > 0 && !strings.ContainsRune("。！？｡．」』）", last) {
			b.WriteByte(' ')
		}
		b.WriteString(s)
	}
	return b.String()
}

// retelling is a headline and sentences in the language of the server that asked,
// as far as that can be had.
type retelling struct {
	Title     string
	Sentences []string
	Note      string // that it was translated, or that it is in another language than the server's; "" for neither
}

// noteTranslated says that sentences are not in the words of their outlet.
const noteTranslated = "translated"

// translateTimeout bounds a translation, so that a slow one costs the answer its
// language and not its time.
const translateTimeout = 20 * time.Second

// retell brings a headline and sentences into the language that a server chose.
// Their own is from, "" where nobody told it. It takes the first maxPoints sentences.
func (b *Bot) retell(ctx context.Context, guild news.GuildID, title string, sentences []string, from string) retelling {
	return b.retellIn(ctx, b.languageOf(ctx, guild), b.cfg.Translator, guild, title, sentences, from)
}

// retellIn does so by a translator, which may be nil, for a language that is known.
func (b *Bot) retellIn(ctx context.Context, to string, translator Translator, guild news.GuildID, title string, sentences []string, from string) retelling {
	own := retelling{Title: title, Sentences: sentences[:min(len(sentences), maxPoints)]}
	sentences = own.Sentences
	if to == "" || strings.TrimSpace(title) == "" && len(sentences) == 0 {
		return own
	}
	if from = b.languageIn(from, title, sentences...); primary(from) == primary(to) {
		return own
	}
	own.Note = "in the story's language"
	if told := primary(from); told != "" {
		own.Note = "in " + languageName(told)
	}
	if translator == nil {
		return own
	}
	ctx, cancel := context.WithTimeout(ctx, translateTimeout)
	defer cancel()
	t, err := translator.Translate(ctx, news.TranslationRequest{
		Title: title, Sentences: sentences, From: from, To: to, For: []news.GuildID{guild},
	})
	if err == nil && len(t.Sentences) != len(sentences) {
		err = fmt.Errorf("%d sentences instead of %d", len(t.Sentences), len(sentences))
	}
	if err != nil {
		b.log.Info("no translation, the answer stays in the story's language", "server", guild, "to", to, "error", err)
		return own
	}
	if t.Title == title && slices.Equal(t.Sentences, sentences) {
		own.Note = "" // it was in that language already, which nobody had told
		return own
	}
	return retelling{Title: t.Title, Sentences: t.Sentences, Note: noteTranslated}
}

// languageIn is the language of a story: as it is tagged, else as its text tells.
func (b *Bot) languageIn(tag, title string, sentences ...string) string {
	if primary(tag) != "" || b.cfg.Language == nil {
		return tag
	}
	return b.cfg.Language(strings.Join(append([]string{title}, sentences...), " "))
}

// languageOf is the language that a server chose for summaries, "" for each story's
// own. Nobody is kept from an answer when that cannot be looked up.
func (b *Bot) languageOf(ctx context.Context, guild news.GuildID) string {
	g, err := b.cfg.Store.Guild(ctx, guild)
	if err != nil && !errors.Is(err, news.ErrNotFound) {
		b.log.Warn("the language of a server cannot be looked up", "server", guild, "error", err)
	}
	return g.Language
}
