package bot

import (
	"net/url"
	"strings"
	"unicode"

	"github.com/bwmarrin/discordgo"
)

// maxLinks is how many of a message's links are read.
const maxLinks = 3

// messageLinks are the addresses that a message links to, each once, in the order
// in which a reader meets them: those of its text, and those of the pages that it
// shows; the same of a message that it forwards.
func messageLinks(m *discordgo.Message) []string {
	if m == nil {
		return nil
	}
	var found linkSet
	found.addMessage(m)
	for _, s := range m.MessageSnapshots {
		if s.Message != nil {
			found.addMessage(s.Message)
		}
	}
	return found.links
}

// linkSet holds addresses that Discord would link to, each once.
type linkSet struct {
	links []string
	seen  map[string]bool
}

func (s *linkSet) addMessage(m *discordgo.Message) {
	for _, raw := range textLinks(m.Content) {
		s.add(raw)
	}
	for _, e := range m.Embeds {
		if e != nil {
			s.add(e.URL)
		}
	}
}

// add takes an address unless it is none, or leads where another does: Discord
// itself shows the page behind a link of the text as an embed.
func (s *linkSet) add(raw string) {
	address := safeURL(raw, maxURL)
	if address == "" {
		return
	}
	key := address
	if u, err := url.Parse(address); err == nil {
		u.Scheme, u.Host, u.Fragment = "", strings.ToLower(u.Host), ""
		key = strings.TrimSuffix(u.String(), "/")
	}
	if s.seen[key] {
		return
	}
	if s.seen == nil {
		s.seen = make(map[string]bool)
	}
	s.seen[key] = true
	s.links = append(s.links, address)
}

// textLinks finds the http(s) addresses in a message's text, as they are written:
// alone, <in angle brackets>, which keep Discord from showing the page, or in a
// [masked link](https://…). Only the first maxInput bytes are looked at.
func textLinks(text string) []string {
	if len(text) > maxInput {
		text = text[:maxInput]
	}
	text = strings.ToValidUTF8(text, " ")
	var found []string
	for len(text) > 0 {
		start, length := linkStart(text)
		if start < 0 {
			break
		}
		end := start + length + addressEnd(text[start+length:])
		if raw := strings.TrimRight(text[start:end], afterAddress); len(raw) > length {
			found = append(found, raw)
		}
		text = text[end:]
	}
	return found
}

// linkStart returns where the first address begins, -1 for nowhere, and how long
// its scheme is.
func linkStart(text string) (start, length int) {
	for at := 0; ; {
		i := strings.Index(text[at:], "://")
		if i < 0 {
			return -1, 0
		}
		at += i
		for _, scheme := range []string{"https", "http"} {
			if begin := at - len(scheme); begin >= 0 && strings.EqualFold(text[begin:at], scheme) {
				return begin, len(scheme) + len("://")
			}
		}
		at += len("://")
	}
}

// afterAddress are what follows an address in a sentence, or formats it, and no
// part of it where it is the last.
const afterAddress = ".,:;!?'*_~…"

// notInAddress end an address, wherever they stand: those that have to be encoded in
// one, and the punctuation of scripts that put no space after it.
const notInAddress = "<>\"`|\\^{}“”‘’«»。，、：；！？（）「」『』【】《》"

// addressEnd returns how long the rest of an address is: up to a space, to what
// cannot stand in one, or to a bracket that was opened before it.
func addressEnd(text string) int {
	round, square := 0, 0
	for i, r := range text {
		switch {
		case unicode.IsSpace(r), unicode.IsControl(r), strings.ContainsRune(notInAddress, r):
			return i
		case r == '(':
			round++
		case r == ')':
			round--
		case r == '[':
			square++
		case r == ']':
			square--
		}
		if round < 0 || square < 0 {
			return i
		}
	}
	return len(text)
}
