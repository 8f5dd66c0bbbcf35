package feeds

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestPlainText(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, html, text, image string }{
		{"plain", "Just text.", "Just text.", ""},
		{"paragraphs", "<p>One.</p>\n\n<p>Two\nlines.</p>", "One.\nTwo lines.", ""},
		{"breaks", "One<br>Two<br/><br />Three", "One\nTwo\nThree", ""},
		{"inline", "A <b>bold</b> and <a href='x'>linked</a>, word.", "A bold and linked, word.", ""},
		{"inside a word", "un<b>believ</b>able", "unbelievable", ""},
		{"entities", "Q&amp;A &mdash; &#8217;tis &#x27;so&#39; &amp;lt;b&amp;gt;", "Q&A — ’tis 'so' &lt;b&gt;", ""},
		{"bare ampersands", "AT&T & <i>R&D</i>", "AT&T & R&D", ""},
		{"no tags, empty lines", "One\nline.\n\nTwo &amp; three.", "One line.\nTwo & three.", ""},
		{"scripts", "a<script>var x = '<p>no</p>';</script>b<style>p{}</style>c", "abc", ""},
		{"script that never ends", "a<script>alert(1)", "a", ""},
		{"comments", "a<!-- <p>no</p> -->b", "ab", ""},
		{"less than", "if a < b && c > d <p>then", "if a < b && c > d\nthen", ""},
		{"quotes in attributes", `<a title="a > b" href='#'>x</a>`, "x", ""},
		{"a quote that never closes", `<a title="a>x</a> y`, "x y", ""},
		{"cut off in a tag", "text <a href='", "text", ""},
		{"lists and tables", "<ul><li>One<li>Two</ul><table><tr><td>a</td><td>b</td></tr></table>", "One\nTwo\na b", ""},
		{"spaces", "a&nbsp;&nbsp;b\u2003c\u200bd", "a b cd", ""},
		{"direction overrides", "a\u202eb\u2066c", "abc", ""},
		{"a Windows apostrophe", "don\u0092t", "don’t", ""},
		{"picture", `<p><img src="https://example.org/a.jpg"> Text</p>`, "Text", "https://example.org/a.jpg"},
		{"pixel first", `<img src="https://t.example.org/p.gif" width="1" height="1"><img alt=x src=/a.png>`, "", "/a.png"},
		{"lazy picture", `<img src="data:image/gif;base64,xx" data-src="/a.png">`, "", "/a.png"},
	} {
		text, image := plainText(tt.html, 1000)
		if text != tt.text || image != tt.image {
			t.Errorf("%s: plainText(%q) = %q, %q, want %q, %q", tt.name, tt.html, text, image, tt.text, tt.image)
		}
	}
}

func TestPlainTextStopsAtItsLimit(t *testing.T) {
	t.Parallel()
	for _, s := range []string{strings.Repeat("ä", 1000), strings.Repeat("<p>ä</p>", 1000), strings.Repeat("&auml;", 1000)} {
		text, _ := plainText(s, 101)
		if len(text) > 101 || len(text) < 90 || !utf8.ValidString(text) {
			t.Errorf("plainText of %.10q… is %d bytes: %q", s, len(text), text)
		}
	}
}
