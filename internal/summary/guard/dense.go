package guard

import (
	"fmt"
	"regexp"
	"strings"

	"tidings/internal/summary/lang"
)

// Chinese and Japanese write names without a capital. What tells one is what stands behind
// it: a verb of speech in Chinese, an address or an office in Japanese.
var (
	chineseSpeaker  = regexp.MustCompile(`(\p{Han}+)(?:表示|认为|認為|指出|坦言|透露|强调|強調|证实|證實|宣布|(?:解释|解釋|介绍|介紹|补充|補充)?[说說称稱][，：“「,:])`)
	japaneseSpeaker = regexp.MustCompile(`([\p{Han}\p{Katakana}ー]+)(?:さん|氏|容疑者|被告|選手|監督|教授|博士|社長|会長|知事|市長|町長|村長|議員|首相|大臣)`)
)

// besideSpeech are words between somebody and a verb of speech, and those that stand for
// somebody whom the sentence before has named.
var besideSpeech = strings.Fields("还 還 也 则 則 又 并 並 曾 均 都 同时 同時 随后 隨後 此前 当天 當天 明确 明確 公开 公開 进一步 進一步 一致 普遍 他 她 他们 他們 她们 她們 对此 對此 同 前 両")

// anybody are those whom a summary may name without their name, though the article does not.
var anybody = lang.NewWordSet("专家 專家 作者 记者 記者 官方 警方 法院 检方 檢方 公司 厂商 廠商 媒体 媒體 居民 网友 業者 业者 学者 學者 团队 團隊 研究 報告 报告 会社 同社 警察 社長 会長 教授 監督")

// checkUnspaced wants who speaks in a sentence of a script without spaces to be in the
// article: by the last two characters before the verb or office, which also are what
// somebody is where no name is given.
func (g *Guard) checkUnspaced(sentence string) error {
	for _, pattern := range []*regexp.Regexp{chineseSpeaker, japaneseSpeaker} {
		for _, m := range pattern.FindAllStringSubmatch(sentence, -1) {
			who := []rune(withoutBeside(m[1]))
			if len(who) < 2 {
				continue
			}
			if last := string(who[len(who)-2:]); !anybody.Has(last) && !strings.Contains(g.folded, strings.ToLower(last)) {
				return fmt.Errorf("the article does not have the name or word %q", last)
			}
		}
	}
	return nil
}

// withoutBeside takes those words away from the end.
func withoutBeside(who string) string {
	for again := true; again; {
		again = false
		for _, word := range besideSpeech {
			if rest, ok := strings.CutSuffix(who, word); ok {
				who, again = rest, true
			}
		}
	}
	return who
}
