package bot

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"tidings/internal/discordsim"
	"tidings/internal/news"
)

func TestLengthText(t *testing.T) {
	t.Parallel()
	name := func(int) string { return "*Outlet*" }
	tests := map[string]struct {
		length    length
		sentences []string
		limit     int
		source    func(int) string
		want      string
	}{
		"a paragraph":        {lengthShort, []string{"One.", "Two."}, 100, name, "One. Two."},
		"one line":           {lengthLine, []string{"# One."}, 100, nil, "\\# One."},
		"points":             {lengthLong, []string{"One.", "", "- Two."}, 100, nil, "- One.\n- \\- Two."},
		"points with source": {lengthLong, []string{"One.", "Two."}, 100, name, "- One. *Outlet*\n- Two. *Outlet*"},
		"points end whole":   {lengthLong, []string{"One.", "Two."}, 14, nil, "- One.\n- Two."},
		"no half point":      {lengthLong, []string{"One.", "Two."}, 12, nil, "- One."},
		"one huge point":     {lengthLong, []string{"One is far too long."}, 12, nil, "- One is…"},
		"full-width":         {lengthShort, []string{"双方讨论了贸易。", "他说：“好！”", "Then this.", "「はい。」", "次。"}, 100, nil, "双方讨论了贸易。他说：“好！” Then this. 「はい。」次。"},
		"nothing":            {lengthLong, nil, 100, name, ""},
	}
	for what, test := range tests {
		if got := test.length.text(test.sentences, test.limit, test.source); got != test.want {
			t.Errorf("%s: %q, want %q", what, got, test.want)
		}
	}
}

// shortOf is a translator that loses a sentence.
type shortOf struct{}

func (shortOf) Translate(_ context.Context, r news.TranslationRequest) (news.Translation, error) {
	return news.Translation{Title: "x", Sentences: r.Sentences[1:]}, nil
}

// unchanged is a translator of what is in the language already.
type unchanged struct{}

func (unchanged) Translate(_ context.Context, r news.TranslationRequest) (news.Translation, error) {
	return news.Translation{Title: r.Title, Sentences: r.Sentences, Language: r.To}, nil
}

func TestRetell(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		translator Translator
		from, to   string
		want       string // the headline, and the note
	}{
		"no language is set":         {&translator{}, "en", "", "Title|"},
		"the same":                   {&translator{}, "de-AT", "de", "Title|"},
		"translated":                 {&translator{}, "en-US", "de", "de Title|translated"},
		"not known what it is in":    {&translator{}, "", "de", "de Title|translated"},
		"nobody translates":          {nil, "pt-BR", "de", "Title|in Portuguese"},
		"nobody, and not known":      {nil, "", "de", "Title|in the story's language"},
		"no translation":             {&translator{err: errors.New("over budget")}, "en", "de", "Title|in English"},
		"a sentence is lost":         {shortOf{}, "en", "de", "Title|in English"},
		"it was in that language":    {unchanged{}, "", "de", "Title|"},
		"nonsense for a language":    {nil, "english!", "de", "Title|in the story's language"},
		"told by the text":           {nil, "", "de", "Title|in Basque"},
		"the same by the text":       {nil, "", "eu", "Title|"},
		"a server that is not known": {&translator{}, "en", "?", "Title|"},
	}
	for name, test := range tests {
		store := newMemory()
		if test.to != "?" {
			store.guilds[1] = &news.Guild{ID: 1, Language: test.to}
		}
		b := &Bot{cfg: Config{Store: store, Translator: test.translator}, log: discardLog()}
		if strings.HasSuffix(name, "by the text") {
			b.cfg.Language = func(text string) string {
				if text != "Title A sentence." {
					t.Errorf("asked of what language %q is", text)
				}
				return "eu"
			}
		}
		told := b.retell(context.Background(), 1, "Title", []string{"A sentence."}, test.from)
		if got := told.Title + "|" + told.Note; got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
		if len(told.Sentences) != 1 || (told.Note == noteTranslated) != (told.Sentences[0] != "A sentence.") {
			t.Errorf("%s: %v", name, told.Sentences)
		}
	}
}

// A translator takes only so many sentences.
func TestRetellBoundsTheSentences(t *testing.T) {
	t.Parallel()
	store := newMemory()
	store.guilds[1] = &news.Guild{ID: 1, Language: "de"}
	b := &Bot{cfg: Config{Store: store, Translator: &translator{}}, log: discardLog()}
	for _, from := range []string{"de", "en"} {
		told := b.retell(context.Background(), 1, "Title", slices.Repeat([]string{"A."}, 30), from)
		if len(told.Sentences) != maxPoints || (told.Note == noteTranslated) != (from == "en") {
			t.Errorf("from %s: %d sentences, %q", from, len(told.Sentences), told.Note)
		}
	}
}

// Whatever answers with an article's sentences does so in the server's language.
func TestSummarizeInTheServersLanguage(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{})
	tr := &translator{}
	b.cfg.Translator = tr
	b.withArticles()
	b.start()
	b.run("/settings language language:German")
	const want = "de On a.example in 60 words de More @\u200beveryone.\n-# extract · translated"
	for name, m := range map[string]discordsim.Message{
		"/summarize":      b.run("/summarize url:https://a.example/1").Message,
		"Summarise links": b.onMessage("https://a.example/1", b.sim.Member().ID).Message,
	} {
		if e := m.Embeds[0]; e.Title != "de On a.example" || e.Description != want {
			t.Errorf("%s: %s\n%s", name, e.Title, e.Description)
		}
	}
	tr.mu.Lock()
	tr.err = errors.New("over budget")
	tr.mu.Unlock()
	if e := b.run("/summarize url:https://a.example/1 length:line").Message.Embeds[0]; e.Description != "On a.example in 30 words\n-# extract · in English" {
		t.Errorf("without a translation: %s", e.Description)
	}
}
