package summary

import (
	"strings"
	"testing"

	"tidings/internal/news"
)

// leadsLikeBoxes are true sentences that begin like a box, or have its words.
var leadsLikeBoxes = []string{
	"Getty Images sued Stability AI on Tuesday over the use of its photos.",
	"Getty Images said on Monday that it would merge with Shutterstock.",
	"Privacy policy changes at WhatsApp drew a fine of 225 million euros on Thursday.",
	"Share on Facebook fell 3 percent on Monday after the results.",
	"Sign up numbers for the health scheme rose to 8 million on Monday.",
	"Your browser history will be sold, the lawsuit says.",
	"The hackers gained unlimited access to the ministry's servers for two months.",
	"Ofcom said something went wrong at BT's call centre on 25 June, when 14,000 emergency calls failed.",
	"The bank will process your data in Ireland, the regulator said on Monday.",
	"The video cannot be played in court, the judge ruled on Monday.",
	"Police said access denied messages were sent to 40,000 users.",
	"The ad tech firm consented to the use of cookies rules set by the EU on Monday.",
	"Loading docks at the port of Hamburg were closed on Monday after a fire.",
	"Click the fox, the zoo's star attraction, died on Monday aged 12.",
	"Copyright law was changed by parliament on Monday to cover machines.",
	"Follow-up talks in Geneva begin on Tuesday, the ministry said.",
	"The minister posted on Twitter @hans that the law will come.",
	"Meta said the fine over its privacy policy would be appealed.",
	"Amazon will earn a commission of 15 percent on each sale, the regulator said.",
	"Terms of use were changed by the company on Monday.",
	"Terms of service at the airline are unlawful, a court in Hamburg ruled.",
	"Terms and conditions of the loan were kept secret for a year.",
	"First published in 1925, the novel was banned in Boston for ten years.",
	"Written by a nurse of 24, the play won the prize on Sunday.",
	"Published by Penguin, the book sold two million copies in a week.",
	"Posted on Sunday, the video was seen by two million people.",
	"Edited by a committee, the constitution took three years.",
	"Translated by a machine, the treaty had 40 errors.",
	"Most popular of the parks is the one at Marlow, a study found.",
	"Most read of all, the story of the dog won the prize.",
	"Support for the mayor fell by a fifth on Monday.",
	"Key points of the treaty were agreed at the summit on Monday.",
	"Top stories of the year were chosen by a jury of 12 on Monday.",
	"Log in details of 3 million customers were stolen in May.",
	"Sign in books at the ministry were burned before the raid.",
	"More from the fund was paid to Marlow than to all other towns.",
	"Advertisement sales at the newspaper fell by a fifth last year.",
	"Newsletter writers earned 300 million dollars on the platform last year.",
	"Subscribe buttons were removed from the site after a court order.",
	"Additional reporting rules for banks were passed on Monday.",
	"In this story of two brothers, nobody won, the critic wrote.",
	"By continuing to bomb the city, Russia breaks the law, the UN said.",
	"Join the conversation, the minister told workers on Monday.",
	"The company had given some advertisers free articles, the inquiry found.",
	"The app was free and let people cancel at any time, but it took their money.",
	"Third-party cookies were to go by 2024, but Google kept them.",
	"The firm uses cookies to follow people, the regulator said.",
	"Access denied: the museum told wheelchair users to stay at home.",
	"The banner read page not found for two days, and the ministry apologised.",
	"Photos of the bridge show two lanes.",
	"Filed under seal on Monday, the lawsuit names four companies.",
	"Welcome to Liverpool, the banner read, and the council had it taken down.",
}

// foreignStatements are the same in other languages.
var foreignStatements = []string{
	"Anzeige gegen den Minister erstattete am Montag die Mutter des Kindes.",
	"Zum Thema Migration sagte die Ministerin am Montag, es gebe keine Einigung.",
	"Compartir coche cuesta ya menos que el autobús, según el estudio.",
	"Ver más allá de la crisis es difícil, dijo el ministro.",
}

// boxes ask the reader for something, or label something.
var boxes = []string{
	"Share on Facebook", "Share on Facebook and Twitter.", "Getty Images", "Getty Images A woman walked past the store on Monday.", "Sign up for our newsletter.", "Sign up to get breaking news delivered daily.",
	"Sign up here to see what happened.", "Your browser does not support this video.", "Privacy policy", "Privacy policy and terms of service apply.", "By continuing to use the site you agree to our privacy policy.",
	"Subscribe to the Daily Hive for full coverage.", "Follow us on Mastodon for more.", "Click the link below to see how it was done.", "Written by Ann Lee, who worked in Marlow.", "Posted by Ann Lee at 5 pm.",
	"Published by Daily Hive on Monday.", "Join thousands of readers who trusted us.", "Get unlimited access to award-winning news.", "We may earn a commission if you buy something.", "Something went wrong.",
	"Something went wrong, please try again later.", "Unlimited access for one euro.", "You can cancel at any time.", "This video cannot be played.", "Access denied.", "All rights reserved. This may not be copied.",
	"Edited by Ann Lee and Bo Ray.", "Key points", "Log in to read the full article.", "Support our work, which was praised by many.", "Enable JavaScript to watch this video.",
	"Welcome to our live blog of the vote.", "Anzeige: Schuhe für den Herbst", "Filed under Politics.", "Zum Thema: Zehn Brücken in Gefahr", "Compartir en Facebook.", "Ver más noticias de Madrid.",
}

func TestStatementsStay(t *testing.T) {
	t.Parallel()
	for _, s := range leadsLikeBoxes {
		if got := Clean("", s); got != s || isBoilerplate(s) {
			t.Errorf("is of the story: %q leaves %q", s, got)
		}
		// On the page of a story it is read by whoever asks for its beginning.
		d := Read(news.SummaryRequest{Text: s + "\n" + marlow, MaxWords: 200})
		if whole := d.opening(); len(whole) == 0 || d.sentences[whole[0]].text != s {
			t.Errorf("is taken from its story: %q", s)
		}
	}
	for _, s := range foreignStatements {
		if got := Clean("", s); got != s || isBoilerplate(s) {
			t.Errorf("is of the story: %q leaves %q", s, got)
		}
	}
	for _, s := range boxes {
		if Clean("", s) != "" && !isBoilerplate(s) {
			t.Errorf("is a box: %q", s)
		}
	}
}

// TestWallsAreFound holds that what news may say counts as a wall's where the page says
// much of it.
func TestWallsAreFound(t *testing.T) {
	t.Parallel()
	const page = "Bridge users gained unlimited access to the site.\nSome had free articles in the month of May.\nThe page not found was the page of the bridge."
	if got := summarize(t, news.SummaryRequest{Text: page, Lead: badLead}); got.Method != news.FeedText {
		t.Errorf("%+v", got)
	}
	d := Read(news.SummaryRequest{Text: strings.Split(page, "\n")[0] + "\n" + marlow, MaxWords: 200})
	if whole := d.opening(); len(whole) != 5 {
		t.Errorf("%d sentences of 5", len(whole))
	}
}
