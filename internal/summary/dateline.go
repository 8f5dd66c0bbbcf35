package summary

import (
	"regexp"
	"strings"
	"sync"
	"unicode"

	"tidings/internal/summary/lang"
)

// datelinePlaces are cities that stories are often filed from, by which "New Delhi:" is
// told from a heading such as "Sweet life:".
var datelinePlaces = newLineSet(`new delhi|delhi|mumbai|chennai|kolkata|bengaluru|bangalore|hyderabad|ahmedabad|lucknow|patna|jaipur|bhopal|chandigarh|thiruvananthapuram|kochi|srinagar|guwahati|islamabad|karachi|lahore|dhaka|colombo|kathmandu|kabul|
washington|new york|los angeles|san francisco|chicago|boston|london|paris|berlin|brussels|geneva|vienna|rome|madrid|moscow|kyiv|kiev|istanbul|ankara|jerusalem|tel aviv|beirut|cairo|baghdad|tehran|dubai|abu dhabi|riyadh|doha|
beijing|shanghai|hong kong|taipei|tokyo|seoul|singapore|kuala lumpur|jakarta|manila|bangkok|hanoi|sydney|canberra|melbourne|wellington|nairobi|lagos|abuja|accra|johannesburg|pretoria|cape town|ottawa|toronto|mexico city|bogotá|lima|
oslo|riga|baku|gaza|amman|dakar|tunis|quito|sofia|minsk|miami|tampa|omaha|tulsa|boise|reno|
santiago|buenos aires|são paulo|brasília|rio de janeiro|united nations|hamburg|münchen|frankfurt|köln|wien|zürich|bern|bruxelles|genève|roma|milano|москва|киев|минск|санкт-петербург`)

// datelineRegions stand behind a place and a comma.
var datelineRegions = newLineSet(`united states|u.s|us|usa|uk|u.k|united kingdom|england|scotland|wales|ireland|france|germany|italy|spain|portugal|netherlands|belgium|switzerland|austria|poland|ukraine|russia|turkey|greece|sweden|norway|denmark|finland|
israel|iran|iraq|syria|lebanon|jordan|egypt|united arab emirates|uae|saudi arabia|qatar|india|pakistan|bangladesh|nepal|afghanistan|sri lanka|china|japan|south korea|taiwan|thailand|vietnam|indonesia|malaysia|philippines|australia|new zealand|
canada|mexico|brazil|argentina|chile|colombia|peru|venezuela|cuba|haiti|kenya|nigeria|ghana|ethiopia|sudan|somalia|south africa|zimbabwe|morocco|tunisia|libya|algeria|dc|d.c|ala|ariz|calif|california|colo|conn|fla|florida|ga|ill|ind|mass|md|mich|minn|
mo|n.c|n.j|n.m|n.y|nev|ohio|okla|ore|pa|s.c|tenn|texas|utah|va|wash|wis`)

// A dateline's parts.
const (
	datelinePlace  = `\p{Lu}[\p{L}'’.-]*(?:(?: | ?/ ?|, )\p{Lu}[\p{L}'’.-]*){0,5}?`
	datelineDate   = `(?:(?:le |den |il )?\d{1,2}\.?(?: de)? (\p{L}{3,10})\.?(?: (?:de )?\d{4})?|(\p{L}{3,10})\.? \d{1,2}(?:, \d{4})?)`
	datelineAgency = `(?:\p{Lu}[\p{L}.&-]*(?: \p{Lu}[\p{L}.&-]*){0,2})`
)

// datelinePatterns are the forms of datelines that names alone do not tell.
var datelinePatterns = sync.OnceValue(func() []*regexp.Regexp {
	var all []*regexp.Regexp
	for _, s := range []string{
		// "MOSCOW, June 3. /TASS/. "
		`^` + datelinePlace + `(?:[.,]? ` + datelineDate + `)?[.,]? ?/` + datelineAgency + `/[.,]?(?: ?[—–-]+)? `,
		// "РИМ, 3 июня — РИА Новости. ", "КИЕВ, 3 июн — РИА Новости, Иван Иванов. "
		`^` + datelinePlace + `[.,]? ` + datelineDate + `[.,]? ?[—–-]+ ?` + datelineAgency + `(?:, \p{Lu}\p{L}+(?: \p{Lu}\p{L}+){0,2})?\. `,
		// "Москва. 3 июня. INTERFAX.RU - "
		`^` + datelinePlace + `[.,]? ` + datelineDate + `[.,]? ` + datelineAgency + ` ?[—–-]+ `,
		// "Madrid, 3 jun (EFE).- ", "Paris, le 3 juin (AFP) - "
		`^` + datelinePlace + `[.,]? ` + datelineDate + `[.,]? ?\([\p{L} .&/-]{2,30}\)\.? ?[—–-]* `,
		// "МОСКВА, 3 июня — "
		`^` + datelinePlace + `[.,]? ` + datelineDate + `\.? ?[—–-]+ `,
		// "BERLIN taz | ", "PARIS | "
		`^\p{Lu}{3,}(?:[ /-]\p{Lu}{2,}){0,3}(?: (?:taz|dpa|afp|rtr|epd|kna|sid|ap|reuters)(?:/(?:dpa|afp|rtr|epd|kna|sid|ap|reuters))*)? \| `,
	} {
		all = append(all, regexp.MustCompile(s))
	}
	return all
})

// colonDateline is a place and a colon, dashedDateline a place of up to six words and a
// dash.
var (
	colonDateline  = regexp.MustCompile(`^(` + datelinePlace + `): `)
	dashedDateline = regexp.MustCompile(`^(` + datelinePlace + `) ?(?:—|–|--) ?`)
)

// stripAgencyDateline takes away the datelines that have a date, an agency between
// strokes, or a colon.
func stripAgencyDateline(s string) (string, bool) {
	head := s[:min(len(s), 160)]
	for _, re := range datelinePatterns() {
		m := re.FindStringSubmatchIndex(head)
		if m == nil || !beginsSentence(s[m[1]:]) {
			continue
		}
		dated, named := false, true
		for i := 2; i+1 < len(m); i += 2 {
			if m[i] >= 0 {
				dated = true
				named = named && startsMonth(head[m[i]:m[i+1]])
			}
		}
		if !dated || named {
			return s[m[1]:], true
		}
	}
	if m := colonDateline.FindStringSubmatchIndex(head); m != nil && isFiledFrom(head[m[2]:m[3]]) && beginsSentence(s[m[1]:]) && isFiled(s[m[2]:m[3]], s[m[1]:]) {
		return s[m[1]:], true
	}
	if m := dashedDateline.FindStringSubmatchIndex(head); m != nil && isPlaceAndRegion(head[m[2]:m[3]]) && beginsSentence(s[m[1]:]) {
		return s[m[1]:], true
	}
	return s, false
}

// startsMonth reports whether s is a month's name or an abbreviation of one, in any of the
// languages that dates are read in.
func startsMonth(s string) bool {
	s = strings.ToLower(s)
	if lang.Months[s] != 0 {
		return true
	}
	if len([]rune(s)) != 3 {
		return false
	}
	for name := range lang.Months {
		if strings.HasPrefix(name, s) {
			return true
		}
	}
	return false
}

// isFiledFrom reports whether what stands before a colon is where a story was filed
// from: a place in capitals, a well-known one, or one with its country.
func isFiledFrom(place string) bool {
	if datelinePlaces.Has(strings.ToLower(place)) || isPlaceAndRegion(place) {
		return true
	}
	if strings.IndexFunc(place, unicode.IsLower) >= 0 {
		return false
	}
	// Short words in capitals are names: "NASA: ".
	return !strings.ContainsAny(place, ".&") && (len(place) > 5 || strings.Contains(place, " "))
}

// isFiled reports whether a text may have been filed from the place before it. An English
// one that states nothing says what the place is: "Paris: A city in love with itself."
func isFiled(place, text string) bool {
	if len(strings.Fields(text)) <= 3 {
		return false
	}
	return strings.IndexFunc(place, unicode.IsLower) < 0 || lang.Detect(text).Code != "en" || hasVerb(strings.ToLower(firstSentence(text)))
}

// koreanDateline is what Korean agencies begin with: an outlet and an equals sign in
// brackets, and the reporter. "(서울=연합뉴스) 김철수 기자 = ", "[서울=뉴시스]김철수 기자 = ".
var koreanDateline = regexp.MustCompile(`^[(\[（［【][^()\[\]（）［］【】]{0,60}=[^()\[\]（）［］【】]{1,60}[)\]）］】] ?(?:\p{Hangul}{2,5}(?:[·, ]{1,2}\p{Hangul}{2,5}){0,3} ?기자 ?(?:[=–—-] ?)?)?`)

// stripKoreanDateline takes that away.
func stripKoreanDateline(s string) (string, bool) {
	head := s[:min(len(s), 300)]
	at := len(koreanDateline.FindString(head))
	if at == 0 || at == len(s) || !strings.ContainsFunc(head[:at], isHangul) || !isHangul(lang.RuneAt(lang.TrimOpeners(s[at:]), 0)) {
		return s, false
	}
	return s[at:], true
}

func isHangul(r rune) bool { return unicode.Is(unicode.Hangul, r) }

// isPlaceAndRegion reports whether s is a place, a comma and a country or state.
func isPlaceAndRegion(s string) bool {
	i := strings.LastIndex(s, ", ")
	return i > 0 && datelineRegions.Has(strings.TrimSuffix(strings.ToLower(s[i+2:]), "."))
}
