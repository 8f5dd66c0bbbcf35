package article

import (
	"bytes"
	"regexp"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
)

// metaCharset finds a declaration that stands later than the 1,024 bytes in which
// the HTML Standard looks for it, as on pages that begin with scripts.
var metaCharset = regexp.MustCompile(`(?i)<meta[^>]{1,200}charset\s*=\s*["']?\s*([a-z0-9_:.-]{2,40})`)

const declaredWithin = 64 << 10

// toUTF8 converts a page to UTF-8. Bytes that can only be UTF-8 are, whatever they
// are said to be; otherwise the byte order mark, the header, the page's own
// declaration, and Windows-1252 decide, in this order, as in a browser.
func toUTF8(page []byte, contentType string) []byte {
	page = page[:min(len(page), maxRead)]
	if looksUTF8(page) {
		return bytes.TrimPrefix(page, []byte("\ufeff"))
	}
	enc, _, certain := charset.DetermineEncoding(page, contentType)
	if !certain {
		if m := metaCharset.FindSubmatch(page[:min(len(page), declaredWithin)]); m != nil {
			if declared, _ := charset.Lookup(string(m[1])); declared != nil {
				enc = declared
			}
		}
	}
	out, err := enc.NewDecoder().Bytes(page)
	if err != nil {
		return bytes.ToValidUTF8(page, []byte("\ufffd"))
	}
	return out
}

// looksUTF8 reports whether page holds characters beyond ASCII in UTF-8, with at most
// one damaged byte for each ten of them: text in another encoding hardly ever does.
func looksUTF8(page []byte) bool {
	good, bad := 0, 0
	for i := 0; i < len(page); {
		if page[i] < utf8.RuneSelf {
			i++
			continue
		}
		_, n := utf8.DecodeRune(page[i:])
		if n == 1 {
			bad++
		} else {
			good++
		}
		i += n
	}
	return good > 10*bad
}
