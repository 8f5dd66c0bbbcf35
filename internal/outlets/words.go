package outlets

import (
	"fmt"
	"time"
)

// words are what the outlets' pages say around an article, in one language.
type words struct {
	Skip, Menu, By, Published, Updated, Share, Copy, Related, Latest, Tags,
	Comments, Email, SignUp, Accept, Advert, ReadAlso, Home, Feed, Tips,
	Sample, Picture, Reporting string
	months []string
	date   string // for fmt: day, month, year
}

func wordsIn(language string) words {
	switch language {
	case "de":
		return words{
			Skip: "Zum Inhalt springen", Menu: "Rubriken", By: "Von", Published: "Veröffentlicht", Updated: "Aktualisiert",
			Share: "Teilen", Copy: "Link kopieren", Related: "Mehr zum Thema", Latest: "Neueste Meldungen", Tags: "Schlagwörter",
			Comments: "Kommentare lesen", Email: "Ihre E-Mail-Adresse", SignUp: "Anmelden", Accept: "Einverstanden", Advert: "Anzeige",
			ReadAlso: "Lesen Sie auch", Home: "Startseite", Feed: "Feed", Tips: "Hinweise an",
			Sample:  "Geschrieben für die Demo von Tidings. Das Medium und seine Leute sind erfunden.",
			Picture: "Bild", Reporting: "Bericht",
			months: []string{"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"},
			date:   "%[1]d. %[2]s %[3]d",
		}
	case "es":
		return words{
			Skip: "Ir al contenido", Menu: "Secciones", By: "Por", Published: "Publicado", Updated: "Actualizado",
			Share: "Compartir", Copy: "Copiar enlace", Related: "Más sobre este tema", Latest: "Últimas noticias", Tags: "Etiquetas",
			Comments: "Ver los comentarios", Email: "Su correo electrónico", SignUp: "Suscribirse", Accept: "De acuerdo", Advert: "Publicidad",
			ReadAlso: "Lea también", Home: "Portada", Feed: "Canal de noticias", Tips: "Pistas a",
			Sample:  "Escrito para la demostración de Tidings. El medio y su gente son inventados.",
			Picture: "Imagen", Reporting: "Información",
			months: []string{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"},
			date:   "%[1]d de %[2]s de %[3]d",
		}
	}
	return words{
		Skip: "Skip to content", Menu: "Sections", By: "By", Published: "Published", Updated: "Updated",
		Share: "Share", Copy: "Copy link", Related: "Related", Latest: "Latest stories", Tags: "Tags",
		Comments: "Read the comments", Email: "Your e-mail address", SignUp: "Sign up", Accept: "OK", Advert: "Advertisement",
		ReadAlso: "Read also", Home: "Home", Feed: "Feed", Tips: "Tips to",
		Sample:  "Written for the Tidings demo. The outlet and its people are invented.",
		Picture: "Picture", Reporting: "Reporting",
		months: []string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
		date:   "%[2]s %[1]d, %[3]d",
	}
}

// day writes a date, and moment one with its time of day, as the language does.
func (w words) day(t time.Time) string {
	return fmt.Sprintf(w.date, t.Day(), w.months[t.Month()-1], t.Year())
}

func (w words) moment(t time.Time) string {
	return w.day(t) + ", " + t.Format("15:04") + " UTC"
}
