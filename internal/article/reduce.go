package article

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Limits on what is parsed. On 181 news pages the largest has 250 KB, 3,100 tags and
// 140 meta elements after what carries no text is left out.
const (
	maxRead   = 8 << 20   // bytes looked at
	maxHTML   = 1 << 20   // bytes parsed
	maxTags   = 10_000    // start and end tags parsed
	maxMeta   = 500       // meta elements parsed
	maxTag    = 32 << 10  // bytes of a tag with its attributes; larger ones carry data
	maxRun    = 128 << 10 // bytes of text between two tags
	maxJSONLD = 128 << 10

	// maxCost bounds the sum, over all paragraphs, of the bytes before each: the
	// extractor builds the text anew for every paragraph.
	maxCost = 128 << 20
)

// reduce leaves out of a page what costs and carries no text: scripts, styles,
// comments and inline formatting. It stops at the limits, at the end of a tag or a
// word's character, so that a page's cost is bounded whatever it holds.
//
// Inline formatting goes because a parser must repeat it for each paragraph that it
// is left open over, which makes a gigabyte of nodes from a megabyte of tags.
func reduce(page []byte) []byte {
	page = page[:min(len(page), maxRead)]
	z := html.NewTokenizer(bytes.NewReader(page))
	out := bytes.NewBuffer(make([]byte, 0, min(len(page), maxHTML)))
	tags, metas, cost := 0, 0, 0
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return out.Bytes()
		}
		raw := z.Raw()
		switch kind {
		case html.CommentToken:
			continue
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			name, hasAttr := z.TagName()
			tag := atom.Lookup(name)
			if isFormatting(tag) {
				continue
			}
			if kind == html.StartTagToken && (tag == atom.Script || tag == atom.Style) {
				if tag == atom.Style || !isJSONLD(z, hasAttr) {
					skipRaw(z)
					continue
				}
			}
			if len(raw) > maxTag {
				continue
			}
			if tag == atom.Meta {
				if metas++; metas > maxMeta {
					continue
				}
			}
			tags++
			if tag == atom.P {
				cost += out.Len()
			}
			if tags > maxTags || cost > maxCost {
				return out.Bytes()
			}
		case html.TextToken:
			if room := min(maxRun, maxHTML-out.Len()); len(raw) > room {
				raw = bytes.ToValidUTF8(raw[:room], nil)
			}
		}
		if out.Len()+len(raw) > maxHTML {
			return out.Bytes()
		}
		out.Write(raw)
	}
}

// skipRaw passes over the text of a script or style and its end tag.
func skipRaw(z *html.Tokenizer) {
	for {
		switch z.Next() {
		case html.ErrorToken, html.EndTagToken:
			return
		}
	}
}

// isJSONLD reports whether the script tag that z is at holds metadata.
func isJSONLD(z *html.Tokenizer, hasAttr bool) bool {
	for hasAttr {
		var key, value []byte
		key, value, hasAttr = z.TagAttr()
		if string(key) == "type" && strings.EqualFold(strings.TrimSpace(string(value)), "application/ld+json") {
			return true
		}
	}
	return false
}

// isFormatting reports whether tag is one of the formatting elements of the HTML
// Standard (section 13.2.4.3), but for a and code, which the extractor looks at.
func isFormatting(tag atom.Atom) bool {
	switch tag {
	case atom.B, atom.Big, atom.Em, atom.Font, atom.I, atom.Nobr, atom.S, atom.Small,
		atom.Strike, atom.Strong, atom.Tt, atom.U:
		return true
	}
	return false
}
