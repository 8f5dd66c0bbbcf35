package guard

import "fmt"

// Fault is what is wrong with a summary or translation, in words for its author.
type Fault struct {
	Kind string // form, language, quotation, number, name ...
	Err  error
}

func (f *Fault) Error() string { return f.Err.Error() }
func (f *Fault) Unwrap() error { return f.Err }

func faultf(kind, format string, args ...any) error {
	return &Fault{kind, fmt.Errorf(format, args...)}
}

// Several check summaries of several stories of one event, one each.
type Several []*Guard

// Check returns the source of each sentence, which is the first that supports it by
// itself, or what is wrong with the summary, a *Fault. A sentence of two stories' facts
// could join what belongs to neither.
func (gs Several) Check(sentences []string) (sources []int, err error) {
	if err := gs.main().checkWhole(sentences); err != nil {
		return nil, err
	}
	for _, s := range sentences {
		source, err := gs.sourceOf(s)
		if err != nil {
			return nil, err
		}
		sources = append(sources, source)
	}
	return sources, nil
}

// main returns the first guard that has a text beyond a title, as one behind a wall has
// not.
func (gs Several) main() *Guard {
	for _, g := range gs {
		if len(g.tokens) > 0 && len(g.lasts) > 1 {
			return g
		}
	}
	return gs[0]
}

func (gs Several) sourceOf(s string) (int, error) {
	var first error
	for n, g := range gs {
		err := g.checkSentence(s)
		if err == nil {
			return n, nil
		}
		if first == nil {
			first = err
		}
	}
	return 0, first
}
