package lang

import "strings"

// Base returns the language of a tag: "pt" of "pt-BR".
func Base(tag string) string {
	base, _, _ := strings.Cut(tag, "-")
	return base
}

// languageNames are the names by which a model is told what to write.
var languageNames = map[string]string{
	"en": "English", "de": "German", "fr": "French", "es": "Spanish", "pt": "Portuguese", "it": "Italian", "nl": "Dutch", "ru": "Russian",
	"zh": "Chinese", "ja": "Japanese", "ko": "Korean", "pl": "Polish", "uk": "Ukrainian", "cs": "Czech", "sv": "Swedish", "da": "Danish",
	"no": "Norwegian", "nb": "Norwegian", "fi": "Finnish", "tr": "Turkish", "el": "Greek", "hu": "Hungarian", "ro": "Romanian", "ar": "Arabic",
	"he": "Hebrew", "hi": "Hindi", "vi": "Vietnamese", "th": "Thai", "id": "Indonesian", "bg": "Bulgarian", "hr": "Croatian", "lt": "Lithuanian",
}

// Name names a language for a model, with its tag where that says more: "Portuguese
// (pt-BR)", "(eo)".
func Name(tag string) string {
	name := languageNames[Base(tag)]
	if name == "" || strings.Contains(tag, "-") {
		return strings.TrimSpace(name + " (" + tag + ")")
	}
	return name
}
