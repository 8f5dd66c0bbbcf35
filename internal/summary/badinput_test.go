package summary

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tidings/internal/news"
	"tidings/internal/summary/lang"
)

// badLead is what a feed says of a story whose page gives little.
const badLead = "The council of Marlow voted on Monday to close the old bridge for a year, because two of its piers have cracks."

// marlow are sentences of a true story, for pages that have one among other things.
const marlow = `The council of Marlow voted on Monday to close the old bridge for a year because of cracks in two of its piers.
Engineers found the cracks in April, when the water of the river was low, said the head of the town's building office, Nora Quist.
Some 9,000 cars a day will have to take the road over Henley, which is eleven kilometres longer.
Traders in the old town called the decision a disaster, and want the council to pay for their losses.`

// TestBadInput gives pages that are no plain articles. Each must yield a true summary,
// or the feed's own description; never a line of what stands around the story, and
// never half a sentence.
func TestBadInput(t *testing.T) {
	t.Parallel()
	const feed, text = news.FeedText, news.Extractive
	long := strings.Repeat(marlow+"\n", 1+(1<<20)/len(marlow))
	tests := map[string]struct {
		text string
		want news.Method
		not  []string // what the summary must not have
	}{
		"empty page": {"", feed, nil},
		"paywall stub": {"The council of Marlow voted on Monday to\nThis article is for subscribers only.\nSubscribe for £1 a month\nAlready a subscriber? Sign in\n" +
			"You have reached your limit of free articles. To continue reading, choose a plan.", feed, []string{"subscriber", "limit", "plan"}},
		"paywall with an opening": {"The council of Marlow voted on Monday to close the old bridge.\nTo read the full story, subscribe or log in.\nGet full access for 4 weeks for only $1.\nCancel anytime.\nYou have 2 free articles left this month.",
			feed, []string{"access", "Cancel", "free articles", "full story"}},
		"login wall": {"Log in or sign up to view\nSee posts, photos and more on Facebook.\nEmail or phone number\nPassword\nForgotten account?\nYou must be logged in to continue. Create new account\nPlease log in to your account to read this page.",
			feed, []string{"log", "account", "posts"}},
		"robot wall":  {"Please verify you are a human.\nAccess to this page has been denied because we believe you are using automation tools to browse the website.\nYour browser does not support cookies or they are disabled.\nReference ID: 7f1c-22a. Checking your browser before accessing the site.", feed, []string{"human", "Access", "browser"}},
		"cookie wall": {"We value your privacy.\nWe and our 842 partners store and access information on a device, such as cookies, and process personal data.\nYou can change your preferences at any time. Some vendors may process your data on the basis of legitimate interest.\nAccept all", feed, []string{"partners", "preferences", "vendors"}},
		"video page":  {"Watch: the bridge of Marlow closes\n02:14\nThis video can not be played.\nTo play this video you need to enable JavaScript in your browser.\nUp next\nTen bridges you must see\n1.2M views\nShare\nSkip ad in 5 seconds.", feed, []string{"video", "JavaScript", "ad"}},
		"live blog": {"Live\n14:32\nNora Quist: cracks were found in April\n14:05 The council of Marlow has voted to close the old bridge for a year because of cracks in two of its piers.\n13:40\nThat's all from us for now. Follow our live coverage here.\n" +
			"13:10 Traders in the old town called the decision a disaster, and want the council to pay for their losses.\n12:58 Good morning and welcome to our live coverage of the vote in Marlow. You can send us your questions by email.", text, []string{"welcome", "That's all", "questions", "14:05"}},
		"list of links":            {strings.Repeat("Ten bridges you must see\nWhy bees love bridges\nThe best phones of 2026, tested\nMarlow: what we know\n", 30), feed, []string{"bees", "phones"}},
		"links that are sentences": {"Read our guide to the best bridges.\nClick here for the full list.\nSee the pictures of the week.\nSign up for our bridge newsletter.\nFollow us on Mastodon for more.\nDownload the app to get alerts.", feed, []string{"guide", "Click", "pictures", "app"}},
		"a megabyte":               {long, text, nil},
		"endless sentence":         {"The council of Marlow " + strings.Repeat("voted and talked and closed the bridge and ", 3000) + "went home.", feed, nil},
		"endless word":             {strings.Repeat("bridge", 1<<17), feed, nil},
		"mixed languages":          {marlow + "\nDie Stadt will die Brücke erst in einem Jahr wieder öffnen, sagte die Leiterin des Bauamts.\n桥将关闭一年。\nMarlow 4 Henley 2", text, []string{"Brücke", "桥"}},
		"code":                     {"package main\nimport \"fmt\"\nfunc main() {\n\tfmt.Println(\"closed\")\n}\n$ go run main.go\nfor (int i = 0; i < n; i++) { sum += a[i]; }\nSELECT * FROM bridges WHERE open = 0;\nif err != nil { return err }.", feed, []string{"fmt", "SELECT"}},
		"code in a story":          {marlow + "\nfunc main() { fmt.Println(\"closed\"); }\nvar x = bridge.open();", text, []string{"fmt", "var"}},
		"a page not found":         {"404\nPage not found\nThe page you are looking for does not exist or has been moved.\nGo back to the homepage or use the search.\nSorry, we couldn't find that page.", feed, []string{"page", "homepage"}},
		"a table":                  {strings.Repeat("Marlow | 12 | 4 | 33.1 | 8\nHenley | 9 | 5 | 31.0 | 7\n", 40), feed, nil},
		"a story and boxes":        {"By Nora Quist\nMarlow - " + marlow + "\nSupport our journalism from as little as £1.\nThis article was amended on 3 May 2026 to correct a name.\nGot a story? Email us at news@marlow.example.\nComments are closed.", text, []string{"journalism", "amended", "Email", "Comments"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, form := range []struct{ words, sentences int }{{60, 0}, {120, 0}, {30, 1}} {
				r := news.SummaryRequest{Title: "Marlow closes its old bridge", Text: test.text, Lead: badLead, MaxWords: form.words, MaxSentences: form.sentences}
				got := summarize(t, r)
				if got.Method != test.want {
					t.Errorf("in %d words: %s, want %s: %q", form.words, got.Method, test.want, got.Sentences)
				}
				source := lang.Squash(test.text)
				if got.Method == feed {
					source = lang.Squash(badLead)
				}
				for _, s := range got.Sentences {
					if !isWhole(s, false) || isBoilerplate(s) || !strings.Contains(source, lang.Squash(s)) {
						t.Errorf("in %d words: %q", form.words, s)
					}
					for _, not := range test.not {
						if strings.Contains(s, not) {
							t.Errorf("in %d words: %q has %q", form.words, s, not)
						}
					}
				}
			}
			// Without a lead, nothing is better than what is none.
			if got := summarize(t, news.SummaryRequest{Title: "Marlow closes its old bridge", Text: test.text}); test.want == feed {
				for _, s := range got.Sentences {
					for _, not := range test.not {
						if strings.Contains(s, not) {
							t.Errorf("without a lead: %q", s)
						}
					}
				}
			}
		})
	}
}

// TestLanguages holds that in each language of the list the sentences of a summary are
// sentences of the reference, that none leans on one that is not there, and that the
// language is told from the text alone.
func TestLanguages(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("lang/testdata/sentences/*.txt") // a sentence a line, an empty line between paragraphs
	if err != nil || len(paths) == 0 {
		t.Fatal("no texts", err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		language, space := strings.TrimSuffix(filepath.Base(path), ".txt"), " "
		if language == "zh" || language == "ja" {
			space = ""
		}
		starts, ends := map[int]bool{}, map[int]bool{}
		var lines []string
		for paragraph := range strings.SplitSeq(strings.TrimSpace(string(data)), "\n\n") {
			lines = append(lines, strings.ReplaceAll(paragraph, "\n", space))
		}
		text := strings.Join(lines, "\n")
		at := 0
		for s := range strings.FieldsFuncSeq(string(data), func(r rune) bool { return r == '\n' }) {
			at += strings.Index(text[at:], s)
			starts[at], ends[at+len(s)] = true, true
			at += len(s)
		}
		lex := lang.Detect(text)
		if known := lang.ByCode(language).Code; lex.Code != known {
			t.Errorf("%s is taken for %q", language, lex.Code)
		}
		for _, most := range []int{30, 60, 120} {
			got := summarize(t, news.SummaryRequest{Text: text, MaxWords: most})
			if got.Method != news.Extractive {
				t.Errorf("%s in %d words: no summary", language, most)
			}
			for _, s := range got.Sentences {
				// Two may be left together where a writer's ellipsis divides them.
				if from := strings.Index(text, s); !starts[from] || !ends[from+len(s)] {
					t.Errorf("%s: %q is no sentence of the text", language, s)
				}
				if leans(lex, s) && !strings.HasPrefix(text, s) {
					if at := strings.Index(text, s); at < 0 || !precededBy(text[:at], got.Sentences) {
						t.Errorf("%s: %q leans on a sentence that is not there", language, s)
					}
				}
			}
			if len(got.Sentences) < 2 && most > 30 {
				t.Errorf("%s in %d words: %q", language, most, got.Sentences)
			}
		}
	}
}

func precededBy(before string, sentences []string) bool {
	before = strings.TrimSpace(before)
	for _, s := range sentences {
		if strings.HasSuffix(before, s) {
			return true
		}
	}
	return false
}

// TestMegabyteFile reads a long page in the shape that extraction gives, where lines are
// long and there are few.
func TestMegabyteFile(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/articles/harbour.txt")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Repeat(strings.ReplaceAll(string(data), "\n", " "), 1+(1<<20)/len(data))
	if got := summarize(t, news.SummaryRequest{Text: text}); got.Method != news.Extractive || lang.CountWords(strings.Join(got.Sentences, " ")) > DefaultMaxWords {
		t.Errorf("%+v", got)
	}
}
