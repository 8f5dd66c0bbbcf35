package summary

import (
	"math"
	"math/bits"
	"slices"
	"strings"

	"tidings/internal/summary/lang"
)

// measure computes the features of the sentences.
func (d *Document) measure() {
	v := lang.NewVocabulary()
	titleWords := v.Words(nil, d.title, d.lex)
	for i := range d.sentences {
		s := &d.sentences[i]
		s.tokens = v.Words(make([]lang.Word, 0, s.words+4), s.text, d.lex)
		s.stems = make([]int32, len(s.tokens))
		for j, t := range s.tokens {
			s.stems[j] = t.Stem
		}
		slices.Sort(s.stems)
		s.stems = slices.Compact(s.stems)
		if d.isForeign(s) {
			s.usable, s.tooLong = false, false
		}
	}
	titleBit := make([]int8, v.Stems()) // 1 + the bit, 0 for none
	for _, w := range titleWords {
		if !w.Function && titleBit[w.Stem] == 0 && d.titleBits < 64 {
			d.titleBits++
			titleBit[w.Stem] = int8(d.titleBits)
		}
	}
	d.findNames(titleWords, v.Stems())
	d.findReferences(titleBit)
	topBit := d.findTop(v.Stems())
	for i := range d.sentences {
		s := &d.sentences[i]
		for _, t := range s.tokens {
			if b := topBit[t.Stem]; b > 0 {
				s.top |= 1 << (b - 1)
			}
			if b := titleBit[t.Stem]; b > 0 {
				s.title |= 1 << (b - 1)
			}
		}
		d.describe(i)
	}
}

// subjectWords is how many words from the beginning a sentence's subject is looked for.
const subjectWords = 4

// findNames finds the names that the text gives in full somewhere, "Pascal Nouma", and
// marks for each sentence which it gives in full, and which it gives by a part where it
// begins or says who speaks.
func (d *Document) findNames(title []lang.Word, stems int) {
	bit := make([]int8, stems) // 1 + the bit, 0 for none
	n := int8(0)
	isPair := func(tokens []lang.Word, j int) bool {
		return j > 0 && j < len(tokens) && tokens[j].Joined && isNamePart(tokens[j-1]) && isNamePart(tokens[j])
	}
	for i := range d.sentences {
		tokens := d.sentences[i].tokens
		for j, start := 1, 0; j <= len(tokens); j++ {
			if isPair(tokens, j) {
				continue
			}
			// tokens[start:j] are a run. Its last is a surname; its first a first name only
			// where there is no office or country before it.
			if j-start > 1 {
				for k := start; k < j; k++ {
					t := tokens[k]
					if (k == j-1 || j-start == 2) && bit[t.Stem] == 0 && n < 64 {
						n++
						bit[t.Stem] = n
					}
					if b := bit[t.Stem]; b > 0 {
						d.sentences[i].named |= 1 << (b - 1)
					}
				}
			}
			start = j
		}
	}
	titled := uint64(0)
	for _, t := range title {
		if b := bit[t.Stem]; b > 0 {
			titled |= 1 << (b - 1)
		}
	}
	for i := range d.sentences {
		s := &d.sentences[i]
		for j, t := range s.tokens {
			b := bit[t.Stem]
			if b == 0 || !t.Capital || s.place == 0 || isPair(s.tokens, j) || isPair(s.tokens, j+1) {
				continue
			}
			if j < subjectWords {
				s.bare |= 1 << (b - 1)
			}
			if speaks(s.tokens, j) {
				s.speaker |= 1 << (b - 1)
			}
		}
		s.bare &^= s.named | titled
		s.speaker &^= s.named | titled
	}
}

// speaks reports whether the i-th word stands right beside a verb of speech: "Nouma said",
// "told Nouma", "according to Nouma". A reader asks there who that is.
func speaks(tokens []lang.Word, i int) bool {
	if i+1 < len(tokens) && tokens[i+1].Says && tokens[i+1].Joined {
		return true
	}
	before := i - 1
	if before > 0 && tokens[before].Function && !tokens[before].Says {
		before--
	}
	return before >= 0 && tokens[i].Joined && tokens[before].Says
}

func isNamePart(w lang.Word) bool { return w.Capital && !w.Function }

// findReferences marks the English sentences that begin with "The report", where an
// earlier sentence speaks of a report and the title does not.
func (d *Document) findReferences(titleBit []int8) {
	if d.lex.Code != "en" {
		return
	}
	seen := make([]bool, len(titleBit))
	for i := range d.sentences {
		s := &d.sentences[i]
		if len(s.tokens) > 1 && lang.FirstWord(s.text) == "the" {
			if noun := s.tokens[1]; noun.Joined && !noun.Capital && !noun.Digit && !noun.Function && seen[noun.Stem] && titleBit[noun.Stem] == 0 {
				s.refers = noun.Stem + 1
			}
		}
		for _, stem := range s.stems {
			seen[stem] = true
		}
	}
}

// isForeign reports whether a sentence is in another language than the text, as far as
// its small words or its script tell.
func (d *Document) isForeign(s *sentence) bool {
	if d.lex.Code == "" {
		return false
	}
	if lang.IsDense(lang.RuneAt(lang.TrimOpeners(s.text), 0)) {
		return true
	}
	own, others := 0, [16]int{}
	for _, w := range s.tokens {
		own += int(truth(w.Function))
		for set := w.Elsewhere; set != 0; set &= set - 1 {
			others[bits.TrailingZeros16(set)]++
		}
	}
	const few = 2
	most := slices.Max(others[:])
	return most > few && most > own
}

// findTop finds the words that the text uses most, and in how many sentences: a
// word counts by the logarithm of that.
func (d *Document) findTop(stems int) (topBit []int8) {
	count := make([]int32, stems)
	seen := make([]int32, stems) // 1 + the sentence that counted it last
	for i := range d.sentences {
		for _, t := range d.sentences[i].tokens {
			if !t.Function && seen[t.Stem] != int32(i)+1 {
				seen[t.Stem] = int32(i) + 1
				count[t.Stem]++
			}
		}
	}
	var frequent []int32
	for stem, n := range count {
		if n >= 2 {
			frequent = append(frequent, int32(stem))
		}
	}
	slices.SortStableFunc(frequent, func(a, b int32) int { return int(count[b]) - int(count[a]) })
	frequent = frequent[:min(len(frequent), maxTopWords)]
	topBit = make([]int8, stems)
	for i, stem := range frequent {
		topBit[stem] = int8(i + 1)
		weight := math.Log(float64(count[stem]) + 1)
		d.top = append(d.top, weight)
		d.topSum += weight
	}
	return topBit
}

// describe computes the features of one sentence.
func (d *Document) describe(i int) {
	s := &d.sentences[i]
	f := &s.feature
	f[Early] = 1 / (1 + 0.5*float64(s.place))
	f[Late] = float64(s.place) / float64(d.lengths[s.source])
	f[Length] = float64(s.words) / float64(d.maxWords)
	f[Quoted] = truth(s.text != "" && strings.ContainsRune("\"“„«「『‘'–—", lang.RuneAt(s.text, 0))) // a dash begins speech in French
	f[Question] = truth(strings.ContainsAny(s.text[max(0, len(s.text)-6):], "?？؟"))
	f[Leaning] = truth(s.leans)
	s.unknown = d.lex.Code == "en" && saysUnknown(s.text)
	f[Short] = truth(s.words <= 8 && !s.unknown)
	content, numbers, names := 0, 0, 0
	for j, t := range s.tokens {
		if t.Speaking {
			f[Speaking] = 1
		}
		if t.Digit {
			numbers++
		}
		if t.Capital && j > 0 {
			names++
		}
		if !t.Function {
			content++
		}
	}
	n := float64(max(1, len(s.tokens)))
	f[Numbers] = float64(numbers) / n
	f[Names] = float64(names) / n
	f[Central] = d.weigh(s.top) / math.Sqrt(float64(max(1, content))) / math.Sqrt(1+d.topSum)
}

// weigh returns how much a set of frequent words counts.
func (d *Document) weigh(set uint64) float64 {
	sum := 0.0
	for set != 0 {
		sum += d.top[bits.TrailingZeros64(set)]
		set &= set - 1
	}
	return sum
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// saysUnknown reports whether a sentence says that something is not known or not
// decided: what a reader of news wants to be told as well.
func saysUnknown(s string) bool {
	lower := strings.ToLower(s)
	if !slices.ContainsFunc(unknownSigns, func(sign string) bool { return strings.Contains(lower, sign) }) {
		return false
	}
	for _, p := range unknownPhrases {
		if strings.Contains(lower, p) {
			return true
		}
	}
	return false
}

// unknownSigns are parts of which each of unknownPhrases has one.
var unknownSigns = []string{"date", "time", "when", "how soon", "yet to", "clear", "known"}

var unknownPhrases = []string{
	"no date", "no concrete date", "no firm date", "no release date", "no launch date", "no specific date", "no exact date", "no timetable", "no timeline",
	"no time frame", "no timeframe", "no set date", "not set a date", "not given a date", "not announced a date", "not named a date", "date has not been",
	"date was not", "date is not", "without a date", "without giving a date", "saying when", "not say when", "not said when", "not say how soon", "not decided when",
	"not known when", "unclear when", "not clear when", "yet to be decided", "yet to be announced", "yet to decide", "yet to announce", "remains unclear",
	"remained unclear", "not yet known", "not immediately clear",
}
