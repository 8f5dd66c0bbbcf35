package lang

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestSentences gives each text with a | where a sentence ends.
func TestSentences(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"abbreviations":  "Mr. Smith of Apple Inc. paid $3.5 million to Dr. J. K. Lee vs. nobody.|He left at 5 p.m.|The end came on Jan. 5 in St. Louis.|No. 5 won.",
		"acronyms":       "The U.S. Army went home.|It came from the U.S.|The rest stayed in Washington, D.C. Police said so.",
		"initials":       "George W. Bush spoke.|They took vitamin C.|The rest slept.|It has two letters m.|It took 40 min. by car.|M. Le Maire spoke.",
		"numbers":        "It costs 3.5 euros, or 1,000.50 in all.|In 2015.|Version 2.0.1 followed.",
		"addresses":      "Visit www.example.com/a.B or mail a.b@example.com today.|Then node.js came.",
		"ellipsis":       "It was late... or early.|He waited…|Nobody came.",
		"quotes":         `"I know. It's hard," she said.|"Really?" Smith asked.|He said "no."|They left.`,
		"curly":          "“I know. It’s hard,” she said.|“No!”|They left.",
		"names":          "Sales fell.|iPhone sales rose.|$5 was paid.|99 remained.",
		"lost space":     "It issued a circular.|The order came later.",
		"marks in names": "It was first told in a report by E! News.|He left Yahoo! Inc. and Jeopardy! Masters.|He left Yahoo!|The rest stayed.|Panic! At The Disco played.|Panic!|The crowd ran.|Wham! Was it theirs?|They won!|Berlin danced.",
		"numbered cars":  "The VW ID. SPACE VIZZION is long.|The ID. 3 is short.|He lost his ID.|Police found it.",
		"brackets":       "(It was late.)|Nobody came (as usual).|The end.",
		"stops":          "What?!|Yes!!|Well.",
		"lost dash":      "Two forests ? Airoli and Vikhroli ? are on the list.|The rest is not.",
		"list":           "1. The first thing.|Two more.",
		"german":         "Die Firma in St. Gallen hat am 5. Mai ca. 3,5 Mio. Franken verdient.|Das sagte Dr. Meier z. B. der Zeitung.|„Wir sind froh. Es geht weiter“, sagte er.|Am 3. Oktober folgt mehr.",
		"french":         "M. Dupont a dit « oui ».|L'entreprise a vendu 3,5 millions d'appareils.|« C'est fini. Nous partons », a-t-il dit à la presse.|« La ville attend. Le pont est dangereux. »|Il a ajouté que la rue est fermée.|« Vraiment ? »|Anna Berg a souri.|« Non ! » a-t-elle dit.",
		"spanish":        "El Sr. García llegó a EE. UU. el lunes.|¿Qué pasará?|¡Nada!|La empresa no dijo más.",
		"russian":        "Компания открыла офис на ул. Ленина в 2015 г. в Москве.|Об этом сообщил И. И. Иванов.|«Мы рады. Мы продолжим», — сказал он.",
		"chinese":        "小米公司宣布将在美国销售手机。|“我们还没有确定日期。”雷军说。|“我们别无选择。”|她还说将开通渡轮。|“谁来付钱？”她问道，没有人回答。|售出6100万部手机！",
		"japanese":       "米国で販売すると発表した。|「時期は未定だ。」と述べた。|価格は3.5万円。",
		"hindi":          "यह पहला वाक्य है।|यह दूसरा है।",
		"no end":         "A line without an end",
	}
	for name, marked := range tests {
		want := strings.Split(marked, "|")
		sep := " "
		switch name {
		case "chinese", "japanese", "hindi":
			sep = ""
		}
		text := strings.Join(want, sep)
		if name == "lost space" {
			text = strings.Join(want, "")
		}
		if diff := cmp.Diff(want, Sentences(text)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestParagraphEndsSentence(t *testing.T) {
	t.Parallel()
	got := Sentences("A heading\n\nA sentence of\nMr.\nSmith.")
	if diff := cmp.Diff([]string{"A heading", "A sentence of", "Mr.", "Smith."}, got); diff != "" {
		t.Error(diff)
	}
}

func TestIsBalanced(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		`“We lost it,” she said.`:                         true,
		`Nobody warned us,” she said.`:                    false,
		`“We lost it, she said.`:                          false,
		`"We lost it," she said.`:                         true,
		`Nobody warned us," she said.`:                    false,
		`"We lost it,” she said.`:                         true,
		`“We lost it," she said.`:                         true,
		`“He said "no" to me,” she said.`:                 true,
		`She said "no." They left.`:                       true,
		`Then "they left," he said, "by the door."`:       true,
		`„Wir sind froh“, sagte er.`:                      true,
		`„Wir sind froh“, sagte er, „und bleiben.“`:       true,
		`"Wir sind froh“, sagte er.`:                      true,
		`„Wir sind froh", sagte er.`:                      true,
		`Es geht weiter“, sagte er.`:                      false,
		`„Es geht weiter, sagte er.`:                      false,
		`„My się cieszymy”, powiedział.`:                  true,
		`»Wir sind froh«, sagte er.`:                      true,
		`Es geht weiter«, sagte er.`:                      false,
		`”Vi är glada”, sade han.`:                        true,
		`« Le pont est dangereux », a dit la maire.`:      true,
		`Le pont est dangereux », a dit la maire.`:        false,
		`L'«option» et l’«idée» restent.`:                 true,
		`「時期は未定だ」と述べた。`:                                   true,
		`時期は未定だ」と述べた。`:                                    false,
		`“我们别无选择。”她说。`:                                    true,
		`A 6" pipe of 5' broke, and the boys’ tent fell.`: true,
		`A 6” pipe broke, and it’s the boys' tent.`:       true,
		`The '90s ended; ’twas the 'best' time.`:          true,
	} {
		if got := IsBalanced(s); got != want {
			t.Errorf("%s: balanced %t", s, got)
		}
	}
}

func TestQuoted(t *testing.T) {
	t.Parallel()
	sentences := []string{"A begins.", "“B said so.", "C ran.", "D ran.”", "E ended.", "“F opens.", "G ends."}
	if diff := cmp.Diff([]bool{false, false, true, false, false, false, false}, Quoted(sentences)); diff != "" {
		t.Error(diff)
	}
}

// TestSpaceBeforeAbbreviations holds that a page cannot make its sentences cost the square
// of its length. This took 13 s; it takes some milliseconds.
func TestSpaceBeforeAbbreviations(t *testing.T) {
	t.Parallel()
	const n = 1 << 15
	began := time.Now()
	if got := Sentences(strings.Repeat(" ", 4*n) + strings.Repeat("Mr. ", n)); len(got) != 1 {
		t.Errorf("%d sentences", len(got))
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
}

// FuzzSentences holds that dividing loses nothing but space, whatever the text.
func FuzzSentences(f *testing.F) {
	for _, s := range []string{"A. B! C? \"D.\" E", "。」と 。", "a.B a.Bc ab.Cd\n…", "\xff. „a“ \"", "1. 2. 3. U.S. A", "\xe3\x80\n\x80"} {
		f.Add(s)
	}
	bare := func(s string) string { return strings.Join(strings.Fields(s), "") }
	f.Fuzz(func(t *testing.T, text string) {
		got := Sentences(text)
		kept := ""
		for _, sentence := range got {
			kept += bare(sentence)
		}
		if kept != bare(text) {
			t.Fatalf("%q became %q", text, got)
		}
		for _, s := range got {
			if strings.TrimSpace(s) != s || s == "" || !strings.Contains(text, s) {
				t.Fatalf("%q gave the sentence %q", text, s)
			}
		}
	})
}
