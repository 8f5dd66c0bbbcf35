package feeds

import (
	"bytes"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/language"

	"tidings/internal/news"
)

// ParseOptions says what is known of a body beyond its bytes. The zero value is
// useful.
type ParseOptions struct {
	ContentType string // as the server sent it
	URL         string // where the body came from: relative addresses are resolved against it
	MaxBytes    int    // 0 for DefaultMaxBytes
	MaxItems    int    // 0 for DefaultMaxItems
}

// Parse reads RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, and JSON Feed 1.0 and 1.1.
// It mends what can be mended; a document that breaks off is read up to its last
// whole item. Its errors are a *news.UserError around ErrNotAFeed, ErrTooLarge,
// ErrTooComplex or ErrBroken.
func Parse(body []byte, opt ParseOptions) (doc *Document, err error) {
	if opt.MaxBytes == 0 {
		opt.MaxBytes = DefaultMaxBytes
	}
	if opt.MaxItems == 0 {
		opt.MaxItems = DefaultMaxItems
	}
	if len(body) > opt.MaxBytes {
		return nil, &news.UserError{
			Text: fmt.Sprintf("That feed is larger than %d MB, so I don't read it. Most sites also have a shorter one.", opt.MaxBytes>>20),
			Err:  ErrTooLarge,
		}
	}
	defer func() {
		// gofeed is not ours: a document that makes it panic must not end the
		// process that polls all others.
		if r := recover(); r != nil {
			doc, err = nil, broken(fmt.Errorf("panic while parsing: %v", r))
		}
	}()

	text := bytes.TrimLeft(toUTF8(body, opt.ContentType), " \t\r\n")
	if len(text) > 0 && text[0] == '{' {
		doc, err = parseJSON(text, opt)
	} else {
		doc, err = parseXML(text, opt)
	}
	if err != nil {
		return nil, err
	}
	doc.settle(opt.MaxItems)
	doc.Hub = hubOf(doc.Hub.URL, firstOf(doc.self, opt.URL))
	return doc, nil
}

func broken(err error) error {
	return &news.UserError{
		Text: "That feed is broken: nothing in it can be read. Its publisher has to mend it.",
		Err:  fmt.Errorf("%w: %w", ErrBroken, err),
	}
}

func parseXML(text []byte, opt ParseOptions) (*Document, error) {
	at, format, page := findRoot(text)
	if format == formatNone {
		return nil, notAFeed(page)
	}
	text = expandEntities(text[:at], text[at:], opt.MaxBytes)
	f, err := scanXML(text, format, 0, opt.MaxItems)
	if err != nil {
		return nil, err
	}
	if f.dropped > 0 && oldestFirst(len(f.items), f.rawDate) {
		if f, err = scanXML(text, format, f.dropped, opt.MaxItems); err != nil {
			return nil, err
		}
	}
	r := newReader(f, opt)
	if err := r.read(); err != nil {
		return nil, broken(err)
	}
	r.doc.Truncated, r.doc.cutOff = f.truncated || r.lost > 0, f.truncated
	return &r.doc, nil
}

// findRoot finds the start tag of a feed's root element, behind any prolog,
// comment or junk, and reports whether what it saw looks like a web page.
func findRoot(b []byte) (at int, f format, page bool) {
	const patience = 200 // tags of junk, such as a script's error message in HTML
	for i, tags := 0, 0; tags < patience; {
		lt := bytes.IndexByte(b[i:], '<')
		if lt < 0 || i+lt+1 >= len(b) {
			return 0, formatNone, page
		}
		i += lt
		switch c := b[i+1]; {
		case c == '!':
			page = page || isHTMLType(b[i:])
			end, whole := afterDeclaration(b, i)
			if !whole {
				tags += 20 // looking for its end was work
			}
			i = end
		case isNameStart(c):
			j := i + 1
			for j < len(b) && isNameByte(b[j]) {
				j++
			}
			switch localName(string(b[i+1 : j])) {
			case "rss", "rdf":
				return i, formatRSS, page
			case "feed":
				// A page may have an element of that name.
				if !page || namesAtom(b[i:]) {
					return i, formatAtom, page
				}
			case "html", "head", "body":
				page = true
			}
			tags++
			i = j
		default:
			i++
		}
	}
	return 0, formatNone, page
}

// isHTMLType reports whether b begins with the document type of a web page.
func isHTMLType(b []byte) bool {
	const mark = "<!doctype html"
	return len(b) > len(mark) && strings.EqualFold(string(b[:len(mark)]), mark) && !isNameByte(b[len(mark)])
}

// namesAtom reports whether the tag at the start of b declares Atom's namespace.
func namesAtom(b []byte) bool {
	const longest = 4096 // of a root's tag that counts
	b, _, _ = bytes.Cut(b[:min(len(b), longest)], []byte(">"))
	return bytes.Contains(b, []byte(atomSpace)) || bytes.Contains(b, []byte(oldAtomSpace))
}

// afterDeclaration steps over a comment or a document type, with its internal
// subset. One that never ends is stepped into, so that the root is still found.
func afterDeclaration(b []byte, i int) (end int, whole bool) {
	if bytes.HasPrefix(b[i:], []byte("<!--")) {
		if n := bytes.Index(b[i+4:], []byte("-->")); n >= 0 {
			return i + n + 7, true
		}
		return i + 4, false
	}
	gt := bytes.IndexByte(b[i:], '>')
	if gt < 0 {
		return i + 2, false
	}
	if open := bytes.IndexByte(b[i:i+gt], '['); open >= 0 {
		n := bytes.Index(b[i+open:], []byte("]>"))
		if n < 0 {
			return i + gt + 1, false
		}
		return i + open + n + 2, true
	}
	return i + gt + 1, true
}

// expandEntities replaces the general entities that a document type defines, in one
// pass. Entities within entities, external ones, and ones with markup in them are left
// alone, and the text does not grow beyond max: those are ways to exhaust a
// reader, and feeds use none of them.
func expandEntities(prolog, text []byte, max int) []byte {
	values := entityValues(prolog)
	if len(values) == 0 {
		return text
	}
	room := max - len(text)
	var out []byte // nil while nothing was replaced
	for copied, at := 0, 0; ; {
		n := bytes.IndexByte(text[at:], '&')
		if n < 0 {
			if out == nil {
				return text
			}
			return append(out, text[copied:]...)
		}
		at += n + 1
		end := bytes.IndexByte(text[at:min(len(text), at+longestEntity+1)], ';')
		if end < 0 {
			continue
		}
		value, ok := values[string(text[at:at+end])]
		more := len(value) - end - len("&;")
		if !ok || more > room {
			continue
		}
		room -= more
		if out == nil {
			out = make([]byte, 0, len(text))
		}
		out = append(append(out, text[copied:at-1]...), value...)
		at += end + 1
		copied = at
	}
}

// longestEntity is the longest name of an entity that is looked for, in bytes.
const longestEntity = 64

// entityValues reads the entities that a document type defines as plain text. Of two
// with one name the first counts (XML 1.0, section 4.2).
func entityValues(prolog []byte) map[string][]byte {
	const most = 50
	values := map[string][]byte{}
	for range most {
		_, rest, ok := bytes.Cut(prolog, []byte("<!ENTITY"))
		if !ok {
			break
		}
		prolog = rest
		declaration, _, _ := bytes.Cut(rest, []byte(">"))
		name, value, ok := bytes.Cut(bytes.TrimSpace(declaration), []byte(" "))
		value = bytes.TrimSpace(value)
		if !ok || len(name) > longestEntity || len(value) < 2 || value[0] != '"' && value[0] != '\'' || value[len(value)-1] != value[0] {
			continue
		}
		value = value[1 : len(value)-1]
		if len(value) > 1000 || bytes.ContainsAny(value, "<%") || bytes.Count(value, []byte("&")) > bytes.Count(value, []byte("&#")) {
			continue
		}
		if _, ok := values[string(name)]; !ok {
			values[string(name)] = value
		}
	}
	return values
}

// oldestFirst reports whether the dates of n items rise from the first to the last;
// at gives the i-th one's. It compares items half a document apart, and the majority
// of such pairs decides: neither a post that is pinned to the top turns the order, nor
// days that each begin with the morning. Of a long document it asks a hundred pairs.
func oldestFirst(n int, at func(i int) time.Time) bool {
	const sample = 100
	rising, half := 0, (n+1)/2
	for i := 0; i+half < n; i += max(1, half/sample) {
		if a, b := at(i), at(i+half); !a.IsZero() && !b.IsZero() {
			rising += b.Compare(a)
		}
	}
	return rising > 0
}

// settle brings the items into their order and drops exact repetitions.
func (d *Document) settle(maxItems int) {
	if len(d.Items) > maxItems {
		if oldestFirst(len(d.Items), func(i int) time.Time { return d.Items[i].when() }) {
			d.Items = d.Items[len(d.Items)-maxItems:]
		} else {
			d.Items = d.Items[:maxItems]
		}
	}
	if risingDates(d.Items) {
		slices.Reverse(d.Items)
	}
	d.dropRepetitions()
}

// risingDates reports whether every item is dated and none is older than the one
// before it, and the last is newer than the first.
func risingDates(items []Item) bool {
	if len(items) < 2 || !items[0].when().Before(items[len(items)-1].when()) {
		return false
	}
	for i, it := range items {
		if it.when().IsZero() || i > 0 && it.when().Before(items[i-1].when()) {
			return false
		}
	}
	return true
}

// languageTag returns the BCP 47 form of what a feed says its language is, ""
// when that is none.
func languageTag(s string) string {
	s = strings.TrimSpace(strings.ReplaceAll(s, "_", "-"))
	if s == "" || len(s) > 35 {
		return ""
	}
	t, err := language.Parse(s)
	if err != nil || t == language.Und {
		return ""
	}
	return t.String()
}

// maxWebAddress is the longest address that is taken out of a document, in bytes, before
// and after it is resolved and escaped.
const maxWebAddress = 4096

// webAddress resolves an address and returns it when it is one of the web, ""
// otherwise. Where a browser opens what is not well-formed, it is mended.
func webAddress(base *url.URL, raw string) string {
	raw = strings.TrimSpace(raw)
	if inner, ok := strings.CutPrefix(raw, "<![CDATA["); ok { // it was escaped as well
		raw = strings.TrimSpace(strings.TrimSuffix(inner, "]]>"))
	}
	if raw == "" || len(raw) > maxWebAddress {
		return ""
	}
	raw = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' || r == '\t' {
			return -1
		}
		return r
	}, raw)
	if strings.IndexByte(raw, ' ') >= 0 {
		raw = strings.ReplaceAll(spacelessHost(raw), " ", "%20")
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		raw = mendedAddress(raw)
		if u, err = url.Parse(raw); err != nil {
			return ""
		}
	}
	if !u.IsAbs() {
		if base == nil {
			return ""
		}
		resolved := base.ResolveReference(u)
		if webHost(resolved) == "" {
			return ""
		}
		// Read again, because the parser takes hosts without a scheme that it refuses
		// behind one, as "//::", and leaves spaces in the query of a base.
		return webAddress(nil, resolved.String())
	}
	if u.Scheme != "http" && u.Scheme != "https" || webHost(u) == "" || len(raw) > maxWebAddress {
		return ""
	}
	return raw // as written: identities hang on it
}

// webHost returns the host of an address without its port, "" for none. One with a space
// or a percent sign, which the parser takes where they are escaped, or name a zone of this
// machine, is none.
func webHost(u *url.URL) string {
	host := u.Hostname()
	if strings.ContainsFunc(host, func(r rune) bool { return r == '%' || unicode.IsSpace(r) }) {
		return ""
	}
	return host
}

// mendedAddress puts right what leaves an address without a host, or makes the parser
// refuse it: a host that lacks the scheme before it, or one of the slashes, and
// percent signs behind the host that escape nothing. Anything else it returns as it is.
func mendedAddress(raw string) string {
	scheme, rest, ok := strings.Cut(raw, ":")
	scheme = strings.ToLower(scheme)
	switch ok = ok && (scheme == "http" || scheme == "https"); {
	case !ok && strings.HasPrefix(raw, "//"):
		return "//" + mendedPercents(raw[2:])
	case !ok && len(raw) > 4 && strings.EqualFold(raw[:4], "www.") && isDotted(hostPart(raw[4:])):
		return "https://" + mendedPercents(raw)
	case !ok:
		return mendedPercents("/" + raw)[1:]
	case strings.HasPrefix(rest, "//") && !strings.HasPrefix(rest, "///"):
		return scheme + "://" + mendedPercents(rest[2:])
	}
	bare := strings.TrimLeft(rest, "/")
	if bare == rest || !isDotted(hostPart(bare)) {
		return raw
	}
	return scheme + "://" + mendedPercents(bare)
}

// mendedPercents escapes the percent signs behind the host with which s begins that
// two hexadecimal digits do not follow.
func mendedPercents(s string) string {
	host := hostPart(s)
	var b strings.Builder
	b.WriteString(host)
	for i := len(host); i < len(s); i++ {
		b.WriteByte(s[i])
		if s[i] == '%' && !(i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2])) {
			b.WriteString("25")
		}
	}
	return b.String()
}

// hostPart returns what stands before the path, the query and the fragment.
func hostPart(s string) string {
	if end := strings.IndexAny(s, "/?#"); end >= 0 {
		return s[:end]
	}
	return s
}

// isDotted reports whether a dot divides the name, as in one that hosts have.
func isDotted(name string) bool {
	before, after, ok := strings.Cut(name, ".")
	return ok && before != "" && after != ""
}

// spacelessHost takes the spaces away around an address's host.
func spacelessHost(raw string) string {
	scheme, rest, ok := strings.Cut(raw, "://")
	if !ok {
		return raw
	}
	host := hostPart(rest)
	return scheme + "://" + strings.Trim(host, " ") + rest[len(host):]
}
