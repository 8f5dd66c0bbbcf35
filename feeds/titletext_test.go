package feeds

import (
	"strings"
	"testing"
)

func TestTitleText(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ raw, want string }{
		{"  A\n title ", "A title"},
		{"A <em>stressed</em> title", "A stressed title"},
		{"One<br>Two", "One Two"},
		{"Q&amp;A", "Q&A"},
		{"Why Vec<T> is not Box<[T]>", "Why Vec<T> is not Box<[T]>"},
		{"5 < 6 and 7 > 3", "5 < 6 and 7 > 3"},
		{"<script>alert(1)</script>Safe", "Safe"},
		{"A <b>bold title", "A bold title"},
		{"Bold</b> title</p>", "Bold title"},
		{"<p>One<BR/>two", "One two"},
		{"<P>One</p><p>two</P>", "One two"},
		{"<o:p></o:p>Word", "Word"},
		{`<img src="a.png"> Picture`, "Picture"},
		{`A <a href="x" title="a > b">link`, "A link"},
		{`A cut-off <a href="https://exa`, "A cut-off"},
		{`<a title="a>x</a> y`, "x y"},
		{`safe<link rel="stylesheet" href="x"> text`, "safe text"},
		{"a <!-- <p>no</p> -->b", "a b"},
		{"<svg><b>x</b></svg>Safe", "Safe"},
		{"<title>A title</title>", "A title"},
		{`<svg a="</svg>" b="c">Text`, `<svg a="</svg>" b="c">Text`},

		// Titles about code.
		{"Why <script> tags are slow", "Why <script> tags are slow"},
		{"The <style> element, explained", "The <style> element, explained"},
		{"if x<y then", "if x<y then"},
		{"if a<b && c>d", "if a<b && c>d"},
		{"if a<b &amp;&amp; c>d &mdash; then", "if a<b && c>d — then"},
		{"if x<y use <b>bold</b>", "if x<y use bold"},
		{`if x<y print "=" and z="`, `if x<y print "=" and z="`},
		{"<title>", "<title>"},
		{"Use <iframe> no more", "Use <iframe> no more"},
		{"What's new in <select> and friends", "What's new in <select> and friends"},
		{"<Select /> for React", "<Select /> for React"},
		{"Optional<S> explained", "Optional<S> explained"},
		{"Result<I>", "Result<I>"},
		{"Map<A, B> and fn f<T: Clone>()", "Map<A, B> and fn f<T: Clone>()"},
		{"std::vector<std::string>", "std::vector<std::string>"},
		{"The <video> tag", "The <video> tag"},
		{"The <b> and <a> tags", "The <b> and <a> tags"},
		{"The <img> tag and <input type=\"date\">", "The <img> tag and <input type=\"date\">"},
		{"Where does </body> go?", "Where does </body> go?"},
		{"I </3 it", "I </3 it"},
		{"<b>Why</b> <script> tags are <i>slow</i>", "Why <script> tags are slow"},
		{"What <!DOCTYPE html> and <?php do", "What <!DOCTYPE html> and <?php do"},
		{"Why <!-- begins a comment", "Why <!-- begins a comment"},

		{strings.Repeat("ä", 600), strings.Repeat("ä", maxTitle-1) + "…"},
	} {
		if got := titleText(tt.raw); got != tt.want {
			t.Errorf("titleText(%q) = %q, want %q", tt.raw, got, tt.want)
		}
	}
	if got, want := literalTitle("The <blink> tag &amp; more"), "The <blink> tag &amp; more"; got != want {
		t.Errorf("literalTitle = %q, want %q", got, want)
	}
}
