package bot

import (
	"context"
	"errors"
	"slices"
	"sync"

	"tidings/internal/news"
)

// translator is a Translator that puts the language before each text, unless it has
// an error to give.
type translator struct {
	mu    sync.Mutex
	asked []news.TranslationRequest
	err   error

	refused string // a sentence that it does not translate
}

func (tr *translator) Translate(_ context.Context, r news.TranslationRequest) (news.Translation, error) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.asked = append(tr.asked, r)
	if tr.err != nil {
		return news.Translation{}, tr.err
	}
	if r.Title == "" && len(r.Sentences) == 0 || len(r.Sentences) > 12 {
		return news.Translation{}, errors.New("nothing to translate, or too much")
	}
	if tr.refused != "" && slices.Contains(r.Sentences, tr.refused) {
		return news.Translation{}, errors.New("refused")
	}
	t := news.Translation{Language: r.To}
	if r.Title != "" {
		t.Title = r.To + " " + r.Title
	}
	for _, s := range r.Sentences {
		if s == "" {
			return news.Translation{}, errors.New("an empty sentence")
		}
		t.Sentences = append(t.Sentences, r.To+" "+s)
	}
	return t, nil
}

// calls are what was asked so far.
func (tr *translator) calls() []news.TranslationRequest {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return append([]news.TranslationRequest(nil), tr.asked...)
}
