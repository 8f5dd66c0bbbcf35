package summary

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"tidings/internal/summary/lang"
)

// phrases finds whether a sentence has one of many phrases. It looks at the sentence
// once, rather than once for each.
type phrases struct {
	byWord map[string][]phrase // by the first word of the phrase
	dense  []string            // of scripts that put no spaces between words
}

type phrase struct {
	text  string
	ahead int // bytes before its first word
}

func newPhrases(lists ...[]string) phrases {
	p := phrases{byWord: map[string][]phrase{}}
	for _, list := range lists {
		for _, text := range list {
			ahead := strings.IndexFunc(text, unicode.IsLetter)
			if lang.IsDense(lang.RuneAt(text, ahead)) {
				p.dense = append(p.dense, text)
				continue
			}
			first := firstLetters(text[ahead:])
			p.byWord[first] = append(p.byWord[first], phrase{text, ahead})
		}
	}
	return p
}

func firstLetters(s string) string {
	if end := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) }); end >= 0 {
		return s[:end]
	}
	return s
}

// in reports whether a text in lower case has one of the phrases, from the beginning of
// a word.
func (p phrases) in(lower string) bool {
	dense := false
	for i := 0; i < len(lower); {
		r, size := utf8.DecodeRuneInString(lower[i:])
		if !unicode.IsLetter(r) {
			i += size
			continue
		}
		dense = dense || lang.IsDense(r)
		end := i + size
		for end < len(lower) {
			if c := lower[end]; c < utf8.RuneSelf {
				if c < 'a' || c > 'z' {
					break
				}
				end++
				continue
			}
			r, size := utf8.DecodeRuneInString(lower[end:])
			if !unicode.IsLetter(r) {
				break
			}
			end += size
		}
		for _, f := range p.byWord[lower[i:end]] {
			if i >= f.ahead && strings.HasPrefix(lower[i-f.ahead:], f.text) {
				return true
			}
		}
		i = end
	}
	if dense {
		for _, text := range p.dense {
			if strings.Contains(lower, text) {
				return true
			}
		}
	}
	return false
}

// notOfStory are the phrases that no sentence of a story has.
var notOfStory = sync.OnceValue(func() phrases { return newPhrases(boilerplateParts, wallParts) })

// mayBeOfStory are the phrases that sentences of a story seldom have.
var mayBeOfStory = sync.OnceValue(func() phrases { return newPhrases(doubtfulParts, doubtfulWallParts) })
