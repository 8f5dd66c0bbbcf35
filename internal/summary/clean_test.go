package summary

import (
	"strings"
	"testing"
)

func TestCleanLines(t *testing.T) {
	t.Parallel()
	const title = "City opens a bridge for bees"
	gone := []string{
		"City opens a bridge for bees", "CITY OPENS A BRIDGE FOR BEES!", "City opens a bridge for bees | Daily Hive",
		"By Ann Lee", "By Ann Lee and Bo Ray, Science Correspondent", "Von Karla Winter", "Par Luc Petit",
		"Published: 5 May 2026", "Updated 3 hours ago", "10:04 GMT, Tuesday, 5 May 2026", "Last updated at 10:04",
		"5 giugno 2026, 10:04", "05 mei 2026 - 10:04", "5 июня 2026, 10:04",
		"Photo: Ann Lee/Agency", "Image credit: City of Marlow", "Getty Images", "© 2026 Daily Hive", "Copyright 2026 Daily Hive. All rights reserved.",
		"Read more: Ten bridges", "Read more", "RELATED: Ten bridges", "Also read | Ten bridges", "You may also like", "→ Read next: Bees",
		"Sign up for our newsletter. It is free.", "Subscribe", "Follow us on Mastodon", "Share", "Share this:", "Advertisement", "Comments",
		"We use cookies to improve your experience. By continuing you agree.", "Accept all cookies", "Tags: bees, bridges", "• • •", "----", "12",
		"Lesen Sie auch: Bienen", "Foto: Stadt", "Anzeige", "Lire aussi : Les abeilles", "Abonnez-vous", "Te puede interesar: Abejas", "Leia também: Abelhas",
		"Leggi anche: Api", "Lees ook: Bijen", "Читайте также: Пчёлы", "责任编辑：张三", "来源：新华社", "関連記事：橋",
	}
	for _, line := range gone {
		if got := Clean(title, line+"\nThe bridge opens today."); got != "The bridge opens today." {
			t.Errorf("%q leaves %q", line, got)
		}
	}
	kept := []string{
		"Share prices fell by a tenth.", "Photos of the bridge show two lanes.", "Copyright law changed on Monday.", "Related cases were found in Marlow.",
		"By Friday the bridge had cracks.", "By then, nine bees had crossed.", "Subscriptions rose by a tenth.", "Source code was published.",
		"The city opens a bridge for bees on Monday, and a second one in May.", "Watch makers met in Basel.", "Updated rules will come in May.",
		"Comments by the mayor drew fire.", "May was cold.", "Marlow (AP) is a town of its own.", "Published authors came.", "Apple - the fruit - is red.",
	}
	for _, line := range kept {
		if got := Clean(title, line); got != line {
			t.Errorf("%q becomes %q", line, got)
		}
	}
}

func TestCleanOpening(t *testing.T) {
	t.Parallel()
	const story = "Six bees crossed the bridge."
	for _, opening := range []string{
		"(CNN)", "(CNN) -- ", "(Reuters) - ", "[AP] ", "(Daily Hive)", "Hong Kong (CNN)", "Naypyidaw, Myanmar (CNN)", "BAGHDAD, Iraq (CNN) -- ",
		"SAN FRANCISCO, May 29 (Reuters) – ", "New Delhi, Aug 1 (PTI) ", "NEW YORK — ", "LONDON, June 3, 2026 - ", "Berlin (dpa) - ", "QUIMPER, 8 juin (AFP) - ",
		"CUPERTINO, California--(BUSINESS WIRE)--", "Paris – ", "Published 10:04 GMT, 5 May 2026 | ", "• ", "- ", "14:05 ", "• 9:30 ", "Updated: 3 May 2026 WASHINGTON (AP) — ",
	} {
		if got := Clean("", opening+story); got != story {
			t.Errorf("%q leaves %q", opening, got)
		}
	}
	const chinese = "六只蜜蜂过了桥。"
	for _, opening := range []string{"新华社北京5月29日电（记者王小明）", "中新社上海5月29日电 ", "【东京】", "（记者张三）"} {
		if got := Clean("", opening+chinese); got != chinese {
			t.Errorf("%q leaves %q", opening, got)
		}
	}
	// A second paragraph has no dateline.
	const two = story + "\nAcme (CNN) Bees sued."
	if got := Clean("", two); got != two {
		t.Errorf("got %q", got)
	}
}

// FuzzClean holds that cleaning takes away and adds nothing, and that what is
// clean stays as it is.
func FuzzClean(f *testing.F) {
	f.Add("A title", "A title\nPARIS (AP) — One.\nRead more\n\u00a0Two. ")
	f.Add("", "Updated 10:00 1 2 3 May\n(x)(y)(z) A\n新华社5月电（")
	f.Add("\xff", "\xff\x00[a]【b】c")
	f.Fuzz(func(t *testing.T, title, text string) {
		got := Clean(title, text)
		if len(text) <= maxTextBytes {
			at := 0
			valid := strings.Map(squeezed, strings.ToValidUTF8(text, ""))
			for line := range strings.SplitSeq(got, "\n") {
				line = strings.Map(squeezed, line)
				i := strings.Index(valid[at:], line)
				if i < 0 {
					t.Fatalf("%q is not in %q", line, text)
				}
				at += i + len(line)
			}
		}
		if strings.Contains(got, "\n\n") || strings.TrimSpace(got) != got {
			t.Fatalf("%q leaves space: %q", text, got)
		}
	})
}

// squeezed leaves white space and control characters out, for strings.Map.
func squeezed(r rune) rune {
	if s := squeeze(string(r)); s == "" {
		return -1
	}
	return r
}
