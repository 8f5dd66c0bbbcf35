package guard

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"tidings/internal/summary/lang"
)

// retold is an article with true summaries.
type retold struct {
	ID, Title, Text string
	Refs            []string
}

func readRetold(t *testing.T, code string) []retold {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "train", "testdata", "languages", code+".jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []retold
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var r retold
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

// inventions are, by language, somebody with a verb of speech, whose surname is an
// everyday word in most of them, and a place.
var inventions = map[string]struct{ says, place string }{
	"de": {"Bauer sagte, dass", "in Ottersheim"}, "fr": {"Boulanger affirme que", "à Vaucresson"}, "es": {"Blanco dijo que", "en Villarrobledo"}, "pt": {"Pinto disse que", "em Guarapuava"},
	"it": {"Conte ha detto che", "a Pontremoli"}, "nl": {"Visser zei dat", "in Zutphen"}, "ru": {"Мельник заявил, что", "в Заозёрске"}, "ja": {"桑原氏によると、", "釧路で"}, "zh": {"欧阳明说，", "在珠海"},
}

// kinds are what TestGuardLanguageFigures plants.
var kinds = []string{"number", "name", "speaker", "place"}

// TestGuardLanguageFigures holds how the guard does on the true summaries of articles in
// other languages than English, and on errors that rules plant in those it lets pass; -v
// prints it. The first five articles of each language were in view when the rules were
// mended, of the others the figures only. The limits are wide, since what a summary says is
// measured here, and not how long it is.
func TestGuardLanguageFigures(t *testing.T) {
	t.Parallel()
	wide := Limits{Words: 100, Sentences: 8}
	for _, floor := range []struct {
		code    string
		refused int        // the most of the true summaries
		caught  [4]float64 // the least of each of kinds, of a hundred
	}{
		{"de", 3, [4]float64{95, 10, 97, 97}},
		{"es", 4, [4]float64{91, 62, 97, 97}},
		{"fr", 3, [4]float64{95, 65, 97, 97}},
		{"it", 5, [4]float64{93, 60, 97, 97}},
		{"ja", 3, [4]float64{85, 0, 97, 0}},
		{"nl", 3, [4]float64{94, 70, 88, 97}},
		{"pt", 4, [4]float64{95, 55, 97, 97}},
		{"ru", 3, [4]float64{95, 60, 97, 97}},
		{"zh", 3, [4]float64{95, 0, 97, 0}},
	} {
		var refused, summaries [2]int // of the first five articles, and of the others
		var planted, caught [4]int
		for i, article := range readRetold(t, floor.code) {
			half := 2 * i / 10
			g := NewGuard(article.Title+"\n"+article.Text, wide)
			for _, ref := range article.Refs {
				sentences := lang.Sentences(ref)
				summaries[half]++
				if err := g.Check(sentences); err != nil {
					refused[half]++
					if half == 0 {
						t.Logf("%s: refused though true: %s\n\t%v", article.ID, ref, err)
					}
					continue
				}
				for k, kind := range kinds {
					for _, bad := range plant(kind, floor.code, article, sentences) {
						planted[k]++
						if g.Check(bad) != nil {
							caught[k]++
						} else if half == 0 {
							t.Logf("%s: %s not caught: %s", article.ID, kind, strings.Join(bad, " "))
						}
					}
				}
			}
		}
		t.Logf("%s: true, articles 1 to 5: refused %d of %d, 6 to 10: %d of %d", floor.code, refused[0], summaries[0], refused[1], summaries[1])
		if refused[0]+refused[1] > floor.refused {
			t.Errorf("%s: more true summaries are refused than docs/summaries.md says", floor.code)
		}
		for k, kind := range kinds {
			t.Logf("%s: planted %-7s caught %3d of %3d (%.0f %%)", floor.code, kind, caught[k], planted[k], percent(caught[k], planted[k]))
			if percent(caught[k], planted[k]) < floor.caught[k] {
				t.Errorf("%s: fewer planted errors are caught than docs/summaries.md says: %s", floor.code, kind)
			}
		}
	}
}

var digits = regexp.MustCompile(`\d+`)

// plant returns a summary with one error of a kind in each place that takes one.
func plant(kind, code string, article retold, sentences []string) [][]string {
	var all [][]string
	for i, s := range sentences {
		add := func(from, to int, instead string) {
			bad := slices.Clone(sentences)
			bad[i] = s[:from] + instead + s[to:]
			all = append(all, bad)
		}
		switch kind {
		case "number":
			for _, at := range digits.FindAllStringIndex(s, -1) {
				n, _ := strconv.Atoi(s[at[0]:at[1]])
				add(at[0], at[1], strconv.Itoa(n+1))
			}
		case "name":
			names := namesOf(code, article.Text)
			for _, at := range capitals.FindAllStringIndex(s, -1) {
				n := slices.IndexFunc(names, func(name string) bool { return isOneName(name, s[at[0]:at[1]]) })
				if at[0] == 0 || n < 0 {
					continue
				}
				for k := 1; k < len(names); k++ {
					if other := names[(n+k)%len(names)]; !strings.Contains(s, other) && !isOneName(other, s[at[0]:at[1]]) {
						add(at[0], at[1], other)
						break
					}
				}
			}
		case "speaker":
			if lang.IsDense(lang.RuneAt(s, 0)) {
				add(0, 0, inventions[code].says)
			} else {
				first := string(lang.RuneAt(s, 0))
				add(0, len(first), inventions[code].says+" "+strings.ToLower(first))
			}
		case "place":
			if lang.IsDense(lang.RuneAt(s, 0)) {
				if at := strings.Index(s, "，"); at > 0 {
					add(at, at, inventions[code].place)
				}
				break
			}
			words := strings.SplitAfter(s, " ")
			at := len(strings.Join(words[:len(words)/2], ""))
			add(at, at, inventions[code].place+" ")
		}
	}
	return all
}

var capitals = regexp.MustCompile(`\p{Lu}\p{L}{2,}`)

// namesOf returns the names of a text in their order: words with a capital inside a
// sentence, of German only those behind another one, as surnames are.
func namesOf(code, text string) []string {
	var names []string
	for line := range strings.Lines(text) {
		for _, s := range lang.Sentences(line) {
			for _, at := range capitals.FindAllStringIndex(s, -1) {
				before := strings.Fields(s[:at[0]])
				if len(before) == 0 || !strings.HasSuffix(s[:at[0]], " ") || strings.ContainsAny(before[len(before)-1], ".:!?«»“”„\"—–") {
					continue
				}
				if code == "de" && !unicode.IsUpper(lang.RuneAt(before[len(before)-1], 0)) {
					continue
				}
				if name := s[at[0]:at[1]]; !institutions.Has(strings.ToLower(name)) && !(code == "de" && (isGermanNoun(strings.ToLower(name)) || lang.Months[strings.ToLower(name)] > 0)) && !slices.ContainsFunc(names, func(other string) bool { return isOneName(other, name) }) {
					names = append(names, name)
				}
			}
		}
	}
	return names
}

// isOneName reports whether two names are one, perhaps in two cases.
func isOneName(a, b string) bool {
	x, y := []rune(a), []rune(b)
	n := 0
	for n < min(len(x), len(y)) && x[n] == y[n] {
		n++
	}
	return n >= max(3, max(len(x), len(y))-3)
}
