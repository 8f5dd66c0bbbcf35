package summary

import "testing"

// TestCredits holds that what stands around a story is not taken for a part of it.
func TestCredits(t *testing.T) {
	t.Parallel()
	const story = "The bridge of Marlow is closed from Monday, the council said."
	for _, line := range []string{
		"Jane Doe is a senior reporter covering city politics for the Herald.",
		"An earlier version of this article misstated the mayor's age.",
		"Follow the Herald on WhatsApp for news as it happens.",
		"Add Herald News as a preferred source on Google.",
		"In the picture above, the bridge is seen from the town.",
		"The old harbour bridge, seen here in 2019, is 120 years old.",
		"A pedestrian crosses the bridge in Marlow, March 3, 2024. REUTERS/Jane Doe/File Photo",
		"A woman walks over the bridge of Marlow on Monday. (AP Photo/Jane Doe)",
		"A woman walks over the bridge of Marlow on Monday. (AP Photo/Jane van der Doe, File)",
		"The bridge of Marlow. File photo",
		"The bridge of Marlow is closed. (Jane Doe/Getty Images)",
		"Associated Press writers Jane Doe in Paris and John Smith in Rome contributed.",
		"Ms. Doe reported from Berlin, and Mr. Smith from Paris.",
		"This report by the Canadian Press was first published June 3, 2024.",
		"The opinions expressed in this article are those of the writer and not of the Herald.",
		"Comentários com textos ininteligíveis ou que não estejam em português não serão aprovados pelo moderador.",
		"This shop has been compensated by a marketing firm and its advertiser.",
	} {
		d := Clean("", line+"\n"+story)
		if d != story && !isBoilerplate(line) {
			t.Errorf("%q stays", line)
		}
	}
	for _, s := range []string{
		"Jane Doe is a reporter for the Herald who was arrested on Monday.",
		"Cases of measles were reported from Berlin and Paris on Monday.",
		"Both parties to the fund contributed 20 million dollars.",
		"Follow-up talks on the bridge were held on Monday.",
		"The victims are journalists, police said, and two of them are hurt.",
		"The ship was last seen here on Monday, its owner said.",
		"The mayor leads by two points, a Bloomberg/Morning Consult poll shows.",
		"The mayor leads by two points, according to a poll by Bloomberg/Morning Consult.",
		"The man was not the one whom police knew from a file photo.",
	} {
		if Clean("", s) != s || isBoilerplate(s) {
			t.Errorf("%q is taken away", s)
		}
	}
}
