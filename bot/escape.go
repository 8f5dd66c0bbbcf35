package bot

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"golang.org/x/net/idna"
)

const (
	maxInput = 8 << 10 // bytes of a stranger's text that are looked at; far beyond what any message can hold
	maxMarks = 4       // combining marks on one letter; more is a prank that spills over the lines around it
)

// plain returns a stranger's text as a single line of visible characters: valid
// UTF-8, white space collapsed, no control or bidirectional characters and no
// invisible ones, so that what a reader sees is what there is.
func plain(s string) string {
	if len(s) > maxInput {
		s = s[:maxInput]
	}
	var b strings.Builder
	b.Grow(len(s))
	space, marks := false, 0
	for _, r := range strings.ToValidUTF8(s, "") {
		switch {
		case unicode.IsSpace(r) || unicode.In(r, unicode.Z):
			space = true
			continue
		case invisible(r):
			continue
		case unicode.In(r, unicode.Mn, unicode.Me):
			if marks++; marks > maxMarks {
				continue
			}
		default:
			marks = 0
		}
		if space && b.Len() > 0 {
			b.WriteByte(' ')
		}
		space = false
		b.WriteRune(r)
	}
	return b.String()
}

func invisible(r rune) bool {
	const joiner, nonJoiner = '\u200d', '\u200c' // emoji and several scripts need them
	if r == joiner || r == nonJoiner {
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point,
		unicode.Noncharacter_Code_Point) || r == '\u2800'
}

// width is a text's length as Discord may count it: in UTF-16 units, which are
// never fewer than characters.
func width(s string) int {
	n := 0
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}

func runeWidth(r rune) int {
	if r > 0xffff {
		return 2
	}
	return 1
}

// escape makes a line of plain text inert in Discord's markdown: nothing in it
// formats, links, mentions, or opens a list, a heading or a quote.
func escape(line string) string {
	var b strings.Builder
	b.Grow(len(line) + 8)
	for i, r := range line {
		rest := line[i+utf8.RuneLen(r):]
		switch {
		case strings.ContainsRune("\\*_~`|<>[]", r),
			r == ':' && strings.HasPrefix(rest, "//"), // an address links itself
			i == 0 && strings.ContainsRune("#-+", r),
			r == '.' && allDigits(line[:i]):
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '@':
			b.WriteString("@\u200b")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// escapedWidth is the most that a character takes once escape has seen it.
func escapedWidth(r rune) int {
	if strings.ContainsRune("\\*_~`|<>[]:#-+.@", r) {
		return 2
	}
	return runeWidth(r)
}

func allDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// markdown returns a stranger's text, inert and at most limit wide.
func markdown(s string, limit int) string {
	return escape(truncate(plain(s), limit, escapedWidth))
}

// label returns a stranger's text for a place where Discord reads no markdown,
// such as a choice or an author's name, at most limit wide.
func label(s string, limit int) string {
	return truncate(plain(s), limit, runeWidth)
}

// code returns a stranger's text in a code span, at most limit wide.
func code(s string, limit int) string {
	return "`" + label(strings.ReplaceAll(s, "`", "'"), limit-2) + "`"
}

// truncate cuts a text that is wider than limit at the end of a word, or where
// the word is too long for that between two characters as a reader sees them,
// and says so with an ellipsis.
func truncate(s string, limit int, widthOf func(rune) int) string {
	total := 0
	for _, r := range s {
		total += widthOf(r)
	}
	if total <= limit {
		return s
	}
	if limit < 1 {
		return ""
	}
	used, end, word := 1, 0, 0 // the ellipsis is 1 wide
	clusters := graphemes.FromString(s)
	for clusters.Next() {
		for _, r := range clusters.Value() {
			used += widthOf(r)
		}
		if used > limit {
			break
		}
		if clusters.Value() == " " {
			word = end
		}
		end = clusters.End()
	}
	if s[end:] == "" || s[end] == ' ' {
		word = end
	}
	if word > end/2 {
		end = word
	}
	return strings.TrimRight(s[:end], " ,;:–—-") + "…"
}

// Limits of an address's length: an embed's, and a button's.
const (
	maxURL       = 2048
	maxButtonURL = 512
)

// safeURL returns an address as one that Discord takes and that can stand in a
// masked link, or "" where it is no absolute http(s) address, hides its host
// behind a user name, or is longer than limit.
func safeURL(raw string, limit int) string {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.User != nil || u.Opaque != "" {
		return ""
	}
	host := u.Hostname()
	if !strings.Contains(host, ":") { // no IPv6 address
		if host, err = hosts.ToASCII(host); err != nil || host == "" {
			return ""
		}
		if port := u.Port(); port != "" {
			host += ":" + port
		}
		u.Host = host
	}
	if strings.Trim(u.Host, hostCharacters) != "" {
		return ""
	}
	s := percentEncode(u.String())
	if len(s) > limit {
		return ""
	}
	return s
}

// hosts turns a host's name into what the network calls it, and refuses what
// could not be looked up.
var hosts = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.VerifyDNSLength(true))

const hostCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]"

// percentEncode encodes whatever may not stand in an address, together with
// what would end a masked link.
func percentEncode(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	b.Grow(len(s))
	brackets := strings.Contains(s, "://[") // an IPv6 host keeps its brackets
	for i := 0; i < len(s); i++ {
		c := s[i]
		bad := c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>\\^`{|}()*_~", c) >= 0
		switch {
		case (c == '[' || c == ']') && brackets && !strings.Contains(s[:i], "]"):
		case c == '[' || c == ']':
			bad = true
		case c == '%':
			bad = i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2])
		}
		if bad {
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

var (
	scheme  = regexp.MustCompile(`(?i)\b[a-z][a-z0-9+.-]*:[/\\]{2}`)
	address = regexp.MustCompile(`^(?i:[a-z][a-z0-9+.-]*://|www\.)?([\pL\pN_-]+([.。．｡][\pL\pN_-]+)*[.。．｡]\pL[\pL\pN-]+)([:/?#]\S*)?$`)
)

// linkText returns the words under which a link to target may stand. Words that
// look like an address of their own would promise another destination than the
// link has.
func linkText(title, target string) string {
	title = plain(title)
	host := hostOf(target)
	if m := address.FindStringSubmatch(title); m != nil && !sameHost(m[1], host) {
		title = ""
	}
	title = strings.TrimSpace(scheme.ReplaceAllString(title, ""))
	switch {
	case title != "":
		return title
	case host != "":
		return "A story at " + host
	}
	return "A story without a title"
}

func sameHost(a, b string) bool {
	return strings.EqualFold(strings.TrimPrefix(strings.ToLower(a), "www."), b)
}

// hostOf returns an address's host for a reader, without a leading "www.".
func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(u.Hostname(), "www.")
}

// link returns a masked link, or only the words where there is no address to
// link to. The words take at most limit, the address at most urlLimit. Brackets
// become parentheses: where a link's words end, Discord decides without regard
// to escapes.
func link(title, target string, limit, urlLimit int) string {
	text := markdown(strings.NewReplacer("[", "(", "]", ")").Replace(linkText(title, target)), limit)
	if target = safeURL(target, urlLimit); target == "" {
		return text
	}
	return "[" + text + "](" + target + ")"
}
