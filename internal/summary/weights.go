package summary

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"sync"
)

// Feature is what the model looks at: of a sentence, or of a set of them. The
// value of a set is the sum of its features, each times its weight.
type Feature int

const (
	// Of each sentence.

	Early    Feature = iota // falls with each sentence before this one
	Late                    // where in the text it stands, from 0 to 1
	Central                 // the share of the text's frequent words in it, by its length
	Length                  // words, as a share of the budget
	Short                   // 1 for eight words or fewer, unless they say what is not known
	Numbers                 // the share of words that are numbers
	Names                   // the share of words with a capital, but for the first
	Quoted                  // 1 where it begins with a quotation
	Question                // 1 for a question
	Speaking                // 1 where somebody speaks of himself or to the reader
	Leaning                 // 1 where it leans on the sentence before

	// Of a set.

	Unknown    // 1 where a sentence says what is not known, or not decided
	Count      // sentences
	Fill       // words, as a share of the budget
	Covered    // the share of the text's frequent words that stand in the set
	TitleCover // the share of the title's words that stand in the set
	Inside     // 1 where its first sentence stands inside a paragraph, of several
	Redundancy // the largest share of words that two sentences have in common

	NumFeatures
)

// sentenceFeatures is how many features there are of a sentence.
const sentenceFeatures = Unknown

var featureNames = [NumFeatures]string{
	"early", "late", "central", "length", "short", "numbers", "names", "quoted", "question",
	"speaking", "leaning", "unknown", "count", "fill", "covered", "title_cover", "inside", "redundancy",
}

func (f Feature) String() string { return featureNames[f] }

// Weights is a model: one number for each feature.
type Weights [NumFeatures]float64

// MarshalJSON writes an object with a member for each feature.
func (w Weights) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for f, v := range w {
		if f > 0 {
			out = append(out, ',')
		}
		out = fmt.Appendf(out, "\n  %q: %.4f", featureNames[f], v)
	}
	return append(out, "\n}"...), nil
}

// UnmarshalJSON reads what MarshalJSON writes. A feature that is missing, or
// unknown, is an error.
func (w *Weights) UnmarshalJSON(data []byte) error {
	var m map[string]float64
	if err := json.Unmarshal(data, &m); err != nil {
		return err
	}
	for f, name := range featureNames {
		v, ok := m[name]
		if !ok {
			return fmt.Errorf("weights have no %q", name)
		}
		w[f] = v
		delete(m, name)
	}
	for name := range m {
		return fmt.Errorf("weights have the unknown feature %q", name)
	}
	return nil
}

//go:embed weights.json
var weightsJSON []byte

// DefaultWeights returns the weights that ship with the program.
var DefaultWeights = sync.OnceValue(func() Weights {
	var w Weights
	if err := json.Unmarshal(weightsJSON, &w); err != nil {
		panic(fmt.Sprintf("summary: weights.json: %v", err)) // a broken build: a test reads the file
	}
	return w
})
