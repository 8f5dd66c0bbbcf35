package feeds

import (
	"bytes"
	"strings"
)

// format is a family of feed formats that one of gofeed's parsers reads.
type format int

const (
	formatNone format = iota
	formatRSS         // RSS 0.9x, 1.0 and 2.0
	formatAtom        // Atom 0.3 and 1.0
)

// front is a document made fit for gofeed: well-formed as far as encoding/xml
// cares, with the things noted that gofeed drops.
type front struct {
	format    format
	body      []byte // from the root element's start tag on
	root      note
	items     []note // in document order
	truncated bool
	dropped   int // items beyond the limit that were left out
}

// note is what the scan keeps of an item, or of the document itself.
type note struct {
	start, end int    // in front.body; end is 0 while open
	about      string // rdf:about
	base       string // xml:base, as written
	lang       string // xml:lang
	text       texts
}

// texts tells how the text constructs of an Atom entry are to be read: gofeed
// decodes them and forgets what they were.
type texts struct {
	title, summary, content textKind
}

type textKind int

const (
	textHTML   textKind = iota // or not said
	textPlain                  // what looks like markup in it is not
	textBase64                 // still to be decoded
)

// open is an element that the scan has not seen the end of.
type open struct {
	name       string
	as         string // what the mended document calls it
	namespaces int    // declared in scope
	bases      int    // bytes of xml:base in scope
	from       int    // where its content begins
	out        int    // the same in the output
	seen       int    // items before it
}

// scanner walks over a document once, before gofeed does. It knows as much XML
// as it takes to find the items, to refuse what would exhaust a parser, and to
// mend what encoding/xml stumbles over. It copies nothing until it has to mend.
type scanner struct {
	src    []byte
	out    []byte // the mended document up to copied; nil while nothing was mended
	copied int

	format     format
	root       note
	items      []note
	stack      []open
	item       int // depth of the open item's element in the stack, 0 for none
	child      int // where the last whole child of the open item ended, in the output
	elements   int
	attributes int
	maxItems   int
	dropped    int
	skipFrom   int // where the item that is being left out began, -1 for none
	first      int // items before this one are left out
	seen       int // items
	stuck      int // where the document breaks off
	mends      int
	bindings   int // namespaces in scope, summed over the elements
	refs       int // & in text
	dates      int // bytes of dates
}

// scanXML prepares an XML document that begins with its root element. It keeps
// maxItems items from the given one on.
func scanXML(src []byte, f format, first, maxItems int) (*front, error) {
	s := &scanner{src: src, format: f, first: first, maxItems: maxItems, skipFrom: -1}
	whole, err := s.run()
	if err != nil {
		return nil, err
	}
	return s.finish(whole), nil
}

// run scans up to the end of the root element. It reports false when the
// document ends before that.
func (s *scanner) run() (whole bool, err error) {
	for i := 0; ; {
		lt := bytes.IndexByte(s.src[i:], '<')
		if lt < 0 {
			s.stuck = len(s.src)
			return false, nil
		}
		s.text(i, i+lt)
		i += lt
		next := byte(0)
		if i+1 < len(s.src) {
			next = s.src[i+1]
		}
		var end int
		switch {
		case next == '/':
			end, err = s.endTag(i)
		case next == '!':
			end = s.bang(i)
		case next == '?':
			if end = s.until(i, ">"); end > 0 {
				s.replace(i, end, "") // a second XML declaration would switch the charset
			}
		case isNameStart(next):
			end, err = s.startTag(i)
		default:
			s.replace(i, i+1, "&lt;")
			end = i + 1
		}
		switch {
		case err != nil:
			return false, err
		case s.mends > maxMends:
			return false, tooComplex("broken in too many places")
		case s.refs > maxReferences:
			return false, tooComplex("too many entities")
		case end < 0:
			s.stuck = i
			return false, nil
		case len(s.stack) == 0 && s.elements > 0:
			s.src = s.src[:end] // what follows the root is not ours
			return true, nil
		}
		i = end
	}
}

// until returns the offset after the next occurrence of mark at or after i, -1
// when there is none.
func (s *scanner) until(i int, mark string) int {
	n := bytes.Index(s.src[i:], []byte(mark))
	if n < 0 {
		return -1
	}
	return i + n + len(mark)
}

// bang steps over a comment, a CDATA section or a declaration.
func (s *scanner) bang(i int) int {
	rest := s.src[i:]
	switch {
	case bytes.HasPrefix(rest, []byte("<![CDATA[")):
		return s.until(i, "]]>")
	case bytes.HasPrefix(rest, []byte("<!--")):
		end := s.until(i+4, "-->")
		if end > 0 {
			s.replace(i, end, "") // what encoding/xml makes of "--" in it is an error
		}
		return end
	}
	end := s.until(i, ">")
	if end > 0 {
		s.replace(i, end, "")
	}
	return end
}

func (s *scanner) startTag(i int) (int, error) {
	t, ok := readTag(s.src, i)
	if t.end < 0 {
		return -1, nil
	}
	if t.attributes > maxAttributes {
		return 0, tooComplex("too many attributes in one tag")
	}
	if s.skipFrom < 0 {
		s.elements++
		s.attributes += t.attributes
	}
	if s.attributes > maxAllAttrs {
		return 0, tooComplex("too many attributes")
	}
	if s.elements > maxElements {
		return 0, tooComplex("too many elements")
	}
	name := t.name
	if !ok {
		name = mendedName(name)
	}
	local := localName(name)
	atItem := s.isItem(local)
	bases := t.bases
	if n := len(s.stack); n > 0 {
		bases += s.stack[n-1].bases
	}
	if t.bases > 0 && (bases > maxBase || len(s.src) > maxBaseDocument) {
		written := t
		t, _ = scanTag(s.src, i, true)
		t.end, t.selfClosed, t.baseless = written.end, written.selfClosed, true
		bases, ok = bases-t.bases, false
	}

	switch {
	case atItem && s.item > 0 && t.selfClosed:
		s.replace(i, t.end, "") // an empty item inside an item says nothing
		return t.end, nil
	case atItem && s.item > 0:
		// An item inside an item: the one before was not closed.
		if s.stack[s.item-1].name == name {
			s.closeDownTo(s.item-1, i)
		} else {
			atItem = false
		}
	case s.item > 0 && isVoid(name) && !t.selfClosed:
		// <br> and the like in unescaped HTML never close.
		s.replace(t.end-1, t.end, "/>")
		t.selfClosed = true
	}
	if atItem {
		if s.seen++; s.seen <= s.first || len(s.items) >= s.maxItems {
			s.dropped++
			s.skipFrom = i
		}
	}
	start, as := s.at(i), name // before a mended tag takes the place of this one
	switch {
	case len(s.stack) == 0 && s.format == formatAtom && strings.Contains(strings.ToLower(t.space), "atom") && !isAtomSpace(t.space):
		// A misspelled namespace would make every element a foreign one.
		baseless := t.baseless
		t, _ = scanTag(s.src, i, true)
		t.baseless = baseless
		for n := range t.list {
			if t.list[n].name == "xmlns" {
				t.list[n].value = atomSpace
			}
		}
		s.mend(t)
	case s.format == formatRSS && s.item == len(s.stack) && s.item > 0 && (local == "body" || local == "fullitem"):
		// An item's whole text by other names. As content:encoded gofeed gives it
		// as it stands, where of foreign elements it loses the order.
		as = "encoded"
		if t.selfClosed {
			s.replace(i, t.end, "")
		} else {
			s.replace(i, t.end, `<encoded xmlns="http://purl.org/rss/1.0/modules/content/">`)
		}
	case !ok:
		s.mend(t)
	}

	scope := t.namespaces
	if n := len(s.stack); n > 0 {
		scope += s.stack[n-1].namespaces
	}
	if s.skipFrom < 0 {
		s.bindings += scope
	}
	if scope > maxNamespaces || s.bindings > maxBindings {
		return 0, tooComplex("too many namespaces")
	}
	if !t.selfClosed && len(s.stack) >= maxDepth {
		return 0, tooComplex("elements nested too deeply")
	}

	depth := len(s.stack)
	switch {
	case atItem && s.skipFrom < 0:
		s.items = append(s.items, note{start: start, about: t.about, base: t.base, lang: t.lang})
	case atItem:
	case s.item > 0 && depth == s.item:
		s.noteChild(local, t)
	case s.item == 0:
		s.noteRoot(local, t)
	}
	if t.selfClosed {
		if atItem {
			s.itemEnd(t.end)
		}
		return t.end, nil
	}
	s.stack = append(s.stack, open{name, as, scope, bases, t.end, s.at(t.end), s.seen})
	if atItem {
		s.item = len(s.stack)
		s.child = 0
	}
	return t.end, nil
}

const (
	atomSpace    = "http://www.w3.org/2005/Atom"
	oldAtomSpace = "http://purl.org/atom/ns#" // of Atom 0.3
)

func isAtomSpace(s string) bool { return s == atomSpace || s == oldAtomSpace }

// noteRoot keeps the base and language of the elements above the items.
func (s *scanner) noteRoot(local string, t tag) {
	if len(s.stack) > 1 || (len(s.stack) == 1 && local != "channel") {
		return
	}
	if t.base != "" {
		s.root.base = t.base
	}
	if t.lang != "" {
		s.root.lang = t.lang
	}
	if t.about != "" {
		s.root.about = t.about
	}
}

// noteChild keeps how an entry's text is to be read.
func (s *scanner) noteChild(local string, t tag) {
	if s.format != formatAtom || s.skipFrom >= 0 {
		return
	}
	kind := textHTML
	switch {
	case t.mode == "base64":
		kind = textBase64
	case t.textType == "text" || t.textType == "text/plain":
		kind = textPlain
	}
	texts := &s.items[len(s.items)-1].text
	switch local {
	case "title":
		texts.title = kind
	case "summary":
		texts.summary = kind
	case "content":
		texts.content = kind
	}
}

func (s *scanner) endTag(i int) (int, error) {
	gt := bytes.IndexByte(s.src[i:], '>')
	if gt < 0 {
		return -1, nil
	}
	end := i + gt + 1
	raw := s.src[i+2 : end-1]
	written := string(bytes.TrimRight(raw, " \t\r\n"))
	name := mendedName(written)
	at := -1
	for d := len(s.stack) - 1; d >= 0; d-- {
		if s.stack[d].name == name {
			at = d
			break
		}
	}
	if top := len(s.stack) - 1; at < 0 && top >= 0 && strings.EqualFold(s.stack[top].name, name) {
		at = top
	}
	if at < 0 {
		s.replace(i, end, "") // closes nothing: encoding/xml would give up
		return end, nil
	}
	s.closeDownTo(at+1, i)
	s.cutDate(i)
	if s.stack[at].as != written {
		s.replace(i, end, "</"+s.stack[at].as+">")
	}
	s.pop(end)
	return end, nil
}

// closeDownTo closes the open elements from the innermost down to stack index
// at, by writing their end tags before offset i.
func (s *scanner) closeDownTo(at, i int) {
	for len(s.stack) > at {
		s.cutDate(i)
		s.replace(i, i, "</"+s.stack[len(s.stack)-1].as+">")
		s.pop(i)
	}
}

// What gofeed is given of dates: it copies what is none once for each of the hundred
// layouts that it tries.
const (
	longestDate = maxDate + 128 // bytes of one element's content, with markup around the date
	maxDates    = 1 << 20       // bytes of all; 500 items with two each have a tenth of that
	dateTag     = 32            // bytes that an empty one counts for
)

// cutDate empties the innermost element, whose content ends at offset i, if it is a date
// that is too long to be one or one too many, unless its end tag is missing and items are
// in it.
func (s *scanner) cutDate(i int) {
	top := s.stack[len(s.stack)-1]
	if s.skipFrom >= 0 || top.seen != s.seen || !isDate(localName(top.name)) {
		return
	}
	long := i-top.from > longestDate && len(bytes.TrimSpace(s.src[top.from:i])) > longestDate
	if !long {
		s.dates += min(i-top.from, longestDate) + dateTag
	}
	if !long && s.dates <= maxDates {
		return
	}
	if ahead := top.out - len(s.out); ahead >= 0 {
		s.replace(s.copied+ahead, i, "")
		return
	}
	s.mends++ // it was mended, and copied up to there
	s.out, s.copied = s.out[:top.out], i
}

// isDate reports whether gofeed parses elements of that name as dates.
func isDate(local string) bool {
	switch local {
	case "pubdate", "lastbuilddate", "published", "updated", "issued", "modified", "created":
		return true
	}
	return false
}

// pop forgets the innermost element, whose end tag ends at offset end.
func (s *scanner) pop(end int) {
	s.stack = s.stack[:len(s.stack)-1]
	switch {
	case s.item > 0 && len(s.stack) == s.item:
		s.child = s.at(end)
	case s.item > 0 && len(s.stack) < s.item:
		s.item = 0
		s.itemEnd(end)
	}
}

func (s *scanner) itemEnd(end int) {
	if from := s.skipFrom; from >= 0 {
		s.skipFrom = -1
		s.replace(from, end, "")
		return
	}
	s.items[len(s.items)-1].end = s.at(end)
}

func (s *scanner) isItem(local string) bool {
	switch s.format {
	case formatRSS:
		return local == "item"
	case formatAtom:
		return local == "entry"
	}
	return false
}

// replace puts text in the place of src[from:to]. Calls come in rising order; of an
// item that is being left out, nothing is mended.
func (s *scanner) replace(from, to int, text string) {
	if s.skipFrom >= 0 && from >= s.skipFrom {
		return
	}
	s.mends++
	s.out = append(s.out, s.src[s.copied:from]...)
	s.out = append(s.out, text...)
	s.copied = to
}

// mend puts a tag as encoding/xml accepts it in the place of t. Each reference that
// is taken out of its attributes counts, as it does in text.
func (s *scanner) mend(t tag) {
	text, taken := t.mended()
	s.replace(t.start, t.end, text)
	if s.skipFrom < 0 {
		s.mends += taken
	}
}

// at translates an offset of src into one of the mended document.
func (s *scanner) at(i int) int { return len(s.out) + i - s.copied }

// text mends character data: "]]>" outside a CDATA section, and references to
// characters that XML forbids, which encoding/xml gives up on.
func (s *scanner) text(from, to int) {
	part := s.src[from:to]
	if s.skipFrom < 0 {
		s.refs += bytes.Count(part, []byte("&"))
	}
	if bytes.Contains(part, []byte("]]>")) {
		for at := 0; s.mends <= maxMends; {
			n := bytes.Index(part[at:], []byte("]]>"))
			if n < 0 {
				break
			}
			at += n + 3
			s.reference(from, from+at-1)
			s.replace(from+at-1, from+at, "&gt;")
			from, part, at = from+at, part[at:], 0
		}
	}
	s.reference(from, to)
}

// reference takes out the forbidden character references of src[from:to].
func (s *scanner) reference(from, to int) {
	for s.mends <= maxMends {
		start, end := forbiddenReference(s.src[from:to])
		if start < 0 {
			return
		}
		s.replace(from+start, from+end, " ")
		from += end
	}
}

// finish closes what is open. An item that was cut off is left out, unless it is
// the only one: then it keeps the children that were whole.
func (s *scanner) finish(whole bool) *front {
	f := &front{format: s.format, root: s.root, dropped: s.dropped, truncated: !whole}
	switch {
	case whole:
		s.flush(len(s.src))
	case s.skipFrom >= 0:
		s.flush(s.skipFrom)
		s.stack = s.stack[:max(s.item-1, 0)]
	case s.item > 0:
		last := &s.items[len(s.items)-1]
		s.flush(s.stuck)
		if len(s.items) == 1 && s.child > 0 {
			s.out = s.out[:s.child]
			s.stack = s.stack[:s.item]
			last.end = s.child
		} else {
			s.out = s.out[:last.start]
			s.stack = s.stack[:s.item-1]
			s.items = s.items[:len(s.items)-1]
		}
	default:
		if len(s.stack) > 0 {
			s.cutDate(s.stuck)
		}
		s.flush(s.stuck)
	}
	for d := len(s.stack) - 1; d >= 0; d-- {
		s.out = append(s.out, "</"+s.stack[d].as+">"...)
	}
	if s.out == nil {
		s.out = s.src
	}
	f.body, f.items = s.out, s.items
	return f
}

// flush copies the source up to offset end, if a copy is being made at all or is
// about to be.
func (s *scanner) flush(end int) {
	if s.out == nil && end == len(s.src) && len(s.stack) == 0 {
		return
	}
	if end > s.copied {
		s.out = append(s.out, s.src[s.copied:end]...)
		s.copied = end
	}
}
