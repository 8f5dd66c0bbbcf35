package guard

import (
	"testing"

	"tidings/internal/summary/lang"
)

func TestContradict(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"Five people died when the bus left the road near Henley.", "Police said that seven people died on the spot.", true},
		{"Five people died when the bus left the road near Henley.", "Of those on the bus, 7 died.", true},
		{"The blast killed at least five people.", "Seven people were killed, the mayor said.", true},
		{"The blast killed five.", "The blast killed 17.", true},
		{"Five soldiers were hurt.", "Seven Afghan soldiers were hurt.", true},
		{"The storm left 26 dead.", "The storm left 27 dead.", true},
		{"Five people died and 14 people were injured.", "In all 14 people were injured.", false},
		{"Five people died and 14 people were injured.", "In all 15 people were injured.", true},
		{"Five people died.", "Five people died.", false},
		{"Five people died.", "Hospitals say that seven people were injured.", false},
		{"The blast killed five people.", "The blast injured seven people.", false},
		{"The ferry carried 214 people.", "More than 200 people were on board.", false},
		{"More than 200 people died.", "The coastguard says that 214 people died.", false},
		{"The vote was on 5 May.", "The count began on 7 May.", false},
		{"The law of 2015 people know.", "The law of 2016 people know.", false},
		{"One man said so.", "Two men said so.", false},
		{"They sell phones for 5 dollars.", "They sell phones for 7 dollars.", false},
		{"It came in fifth place.", "It came in seventh place.", false},
		{"It rose 5 percent.", "It rose 7 percent.", false},
	} {
		lex := lang.Detect(tt.a)
		a, b := CountsOf(lex, tt.a), CountsOf(lex, tt.b)
		if got := a.Contradict(b); got != tt.want {
			t.Errorf("%q and %q: %v, want %v (%+v, %+v)", tt.a, tt.b, got, tt.want, a, b)
		}
		if a.Contradict(b) != b.Contradict(a) {
			t.Errorf("%q and %q: it hangs on their order", tt.a, tt.b)
		}
	}
	if got := CountsOf(lang.Detect("桥在中国。"), "事故造成5人死亡。").Contradict(CountsOf(lang.Detect("桥在中国。"), "警方说有7人死亡。")); !got {
		t.Error("Chinese: 5 and 7 dead do not contradict")
	}
	german := lang.ByCode("de")
	if got := CountsOf(german, "Fünf Menschen starben am Montag.").Contradict(CountsOf(german, "Nach Angaben der Polizei starben sieben Menschen.")); !got {
		t.Error("German: five and seven dead do not contradict")
	}
}
