package feeds

import (
	"net/http"
	"strings"

	"tidings/internal/fetch"
	"tidings/internal/news"
)

// announced returns the hub of a feed that was fetched, zero for none. Link
// headers count for more than what stands in the document, as in section 4 of the
// WebSub recommendation; where nothing names the topic, it is the address that was
// fetched.
func announced(doc *Document, resp *fetch.Response) news.Hub {
	hub, topic := linkHeaders(resp.Header, resp.URL)
	return hubOf(firstOf(hub, doc.Hub.URL), firstOf(topic, doc.self, resp.URL))
}

// hubOf is a hub with a topic, or none where either is missing or no address that
// could be stored.
func hubOf(hub, topic string) news.Hub {
	if hub == "" || topic == "" || len(hub) > maxAddress || len(topic) > maxAddress {
		return news.Hub{}
	}
	return news.Hub{URL: hub, Topic: topic}
}

// linkHeaders returns the first hub and the first self that an answer's Link
// headers name (RFC 8288), "" for what they do not.
func linkHeaders(h http.Header, base string) (hub, self string) {
	const most = 50 // links that are looked at
	at := parseBase(base)
	looked := 0
	for _, value := range h.Values("Link") {
		for value != "" && looked < most {
			var target, rel string
			target, rel, value = nextLink(value)
			looked++
			for _, r := range strings.Fields(strings.ToLower(rel)) {
				switch r {
				case "hub":
					hub = firstOf(hub, webAddress(at, target))
				case "self":
					self = firstOf(self, webAddress(at, target))
				}
			}
		}
	}
	return hub, self
}

// nextLink takes the first link off a Link header's value: its target, its rel,
// and what is left. A link about another resource (with an anchor) has no rel here.
// What is malformed is stepped over.
func nextLink(s string) (target, rel, rest string) {
	_, s, ok := strings.Cut(s, "<")
	if !ok {
		return "", "", ""
	}
	target, s, ok = strings.Cut(s, ">")
	if !ok {
		return "", "", ""
	}
	anchored := false
	for {
		s = strings.TrimLeft(s, " \t")
		if s == "" || s[0] != ';' {
			break
		}
		var name, value string
		name, value, s = nextParam(s[1:])
		switch {
		case strings.EqualFold(name, "anchor"):
			anchored = true
		case strings.EqualFold(name, "rel") && rel == "": // the first counts
			rel = value
		}
	}
	if anchored {
		rel = ""
	}
	return target, rel, s
}

// nextParam takes one parameter off a link's, up to the semicolon or comma after it.
func nextParam(s string) (name, value, rest string) {
	end := strings.IndexAny(s, "=;,")
	if end < 0 {
		return strings.TrimSpace(s), "", ""
	}
	name = strings.TrimSpace(s[:end])
	if s[end] != '=' {
		return name, "", s[end:]
	}
	s = strings.TrimLeft(s[end+1:], " \t")
	if !strings.HasPrefix(s, `"`) {
		end := strings.IndexAny(s, ";,")
		if end < 0 {
			end = len(s)
		}
		return name, strings.TrimSpace(s[:end]), s[end:]
	}
	var b strings.Builder
	i := 1
	for ; i < len(s) && s[i] != '"'; i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return name, b.String(), s[min(i+1, len(s)):]
}
