package bot

import (
	"hash/fnv"
	"math"
	"strings"
)

// outletLuminance is the relative luminance of every outlet's colour: its
// contrast is then at least 3:1, which WCAG asks of graphics, on Discord's dark
// surface as on white.
const outletLuminance = 0.24

// colour derives an outlet's colour from its name: always the same, and as
// bright as every other, so that no outlet stands out.
func colour(outlet string) int {
	h := fnv.New32a()
	h.Write([]byte(strings.ToLower(outlet)))
	hue := float64(h.Sum32()%360) / 60

	low, high := 0.0, 1.0
	var r, g, b float64
	for range 20 {
		lightness := (low + high) / 2
		r, g, b = rgb(hue, 0.6, lightness)
		if luminance(r, g, b) < outletLuminance {
			low = lightness
		} else {
			high = lightness
		}
	}
	channel := func(v float64) int { return int(math.Round(v * 255)) }
	return channel(r)<<16 | channel(g)<<8 | channel(b)
}

// rgb converts from HSL, the hue in sixths of a turn.
func rgb(hue, saturation, lightness float64) (r, g, b float64) {
	c := (1 - math.Abs(2*lightness-1)) * saturation
	x := c * (1 - math.Abs(math.Mod(hue, 2)-1))
	m := lightness - c/2
	switch int(hue) {
	case 0:
		r, g = c, x
	case 1:
		r, g = x, c
	case 2:
		g, b = c, x
	case 3:
		g, b = x, c
	case 4:
		r, b = x, c
	default:
		r, b = c, x
	}
	return r + m, g + m, b + m
}

// luminance is WCAG's relative luminance.
func luminance(r, g, b float64) float64 {
	linear := func(v float64) float64 {
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}
