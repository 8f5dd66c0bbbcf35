package lang

import "testing"

func TestLanguage(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Xiaomi will open a store in Denver, and it is to employ forty people.":        "en",
		"Xiaomi wird einen Laden in Denver eröffnen und dort vierzig Leute anstellen.": "de",
		"Xiaomi продаст смартфоны в США, но дата не названа, сказал глава компании.":   "ru",
		"小米将在美国销售智能手机，但没有确定日期，Hugo Barra 在会议上说。":                                       "zh",
		"シャオミは米国でスマートフォンを販売するが、日程は決まっていない。":                                            "ja",
		"샤오미는 미국에서 스마트폰을 판매할 예정이지만 날짜는 정해지지 않았다.":                                      "ko",
		"1,024 × 768":          "",
		"":                     "",
		"Xiaomi Denver Austin": "",
	} {
		if got := Language(text); got != want {
			t.Errorf("%q is in %q, want %q", text, got, want)
		}
	}
}
