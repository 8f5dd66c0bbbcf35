package outlets

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"image"
	"image/png"
	"math"
	"math/rand/v2"
	"sync"
)

// Sizes in pixels.
const (
	pictureWidth  = 640
	pictureHeight = 360
	iconSize      = 96
)

// pictures draws the outlets' pictures and keeps the last few as PNG. Drawing
// one takes some milliseconds, and every reader asks for the newest.
type pictures struct {
	mu   sync.Mutex
	kept map[string][]byte
	keys []string // of kept, oldest first
}

const maxPictures = 32

func newPictures() *pictures { return &pictures{kept: map[string][]byte{}} }

// article returns the picture of an article, the same one each time.
func (p *pictures) article(a *article) ([]byte, error) {
	key := a.outlet.name + "/" + a.slug
	return p.get(key, func() image.Image {
		return draw(pictureWidth, pictureHeight, compose(a.outlet.art, a.hue, seed(key)))
	})
}

// icon returns the outlet's icon.
func (p *pictures) icon(o *outlet) ([]byte, error) {
	return p.get(o.name, func() image.Image {
		return draw(iconSize, iconSize, composeIcon(o.art, o.hue))
	})
}

func (p *pictures) get(key string, paint func() image.Image) ([]byte, error) {
	p.mu.Lock()
	body, ok := p.kept[key]
	p.mu.Unlock()
	if ok {
		return body, nil
	}
	var b bytes.Buffer
	if err := png.Encode(&b, paint()); err != nil {
		return nil, fmt.Errorf("draw the picture of %s: %w", key, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.kept[key]; !ok {
		if len(p.keys) == maxPictures {
			delete(p.kept, p.keys[0])
			p.keys = p.keys[1:]
		}
		p.kept[key] = b.Bytes()
		p.keys = append(p.keys, key)
	}
	return b.Bytes(), nil
}

func seed(key string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(key))
	return h.Sum64()
}

// layer is one shape of a picture, in one colour.
type layer struct {
	colour  rgb
	opacity float64
	shape
}

// shape is an outline as a distance, negative inside, so that edges can be drawn
// smoothly, and the box outside of which there is nothing of it. Lengths are in
// pixels of a picture 360 high.
type shape struct {
	distance       func(x, y float64) float64
	x0, y0, x1, y1 float64
}

type rgb struct{ r, g, b float64 } // each from 0 to 1

// draw paints the layers over one another. The picture shows 360 units of
// height, whatever its size.
func draw(width, height int, layers []layer) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	scale := float64(pictureHeight) / float64(height)
	for _, l := range layers {
		top, bottom := max(int(l.y0/scale)-1, 0), min(int(l.y1/scale)+2, height)
		left, right := max(int(l.x0/scale)-1, 0), min(int(l.x1/scale)+2, width)
		for py := top; py < bottom; py++ {
			for px := left; px < right; px++ {
				x, y := (float64(px)+.5)*scale, (float64(py)+.5)*scale
				cover := min(max(.5-l.distance(x, y)/scale, 0), 1) * l.opacity
				if cover == 0 {
					continue
				}
				p := img.Pix[img.PixOffset(px, py):]
				p[0] = blend(p[0], l.colour.r, cover)
				p[1] = blend(p[1], l.colour.g, cover)
				p[2] = blend(p[2], l.colour.b, cover)
				p[3] = 255
			}
		}
	}
	return img
}

func blend(under uint8, over, cover float64) uint8 {
	return uint8(float64(under)*(1-cover) + 255*over*cover + .5)
}

// arts are the kinds of picture that an outlet may like.
var arts = []string{"tiles", "discs", "hills", "rings", "bars"}

// compose returns the layers of a 640 by 360 picture.
func compose(art string, hue int, seed uint64) []layer {
	r := rand.New(rand.NewPCG(seed, 0))
	colours := palette(hue, r)
	switch art {
	case "tiles":
		return tiles(colours, r)
	case "hills":
		return hills(colours, r)
	case "rings":
		return rings(colours, r)
	case "bars":
		return bars(colours, r)
	}
	return discs(colours, r)
}

// palette returns five colours from dark to light that go together: the hue, a
// neighbour of it, and one from across.
func palette(hue int, r *rand.Rand) [5]rgb {
	h := float64(hue)
	near := h + 25 + 20*r.Float64()
	far := h + 150 + 60*r.Float64()
	return [5]rgb{
		oklch(.30, .08, h),
		oklch(.48, .13, h),
		oklch(.66, .14, near),
		oklch(.78, .13, far),
		oklch(.94, .03, near),
	}
}

// oklch turns lightness, chroma and hue in degrees into sRGB. In this space
// equal steps look equal, so every hue gives a picture of the same weight.
// The numbers are those of Björn Ottosson's "A perceptual color space for image
// processing" (2020).
func oklch(l, c, hue float64) rgb {
	sin, cos := math.Sincos(hue * math.Pi / 180)
	a, b := c*cos, c*sin
	cube := func(v float64) float64 { return v * v * v }
	long := cube(l + .3963377774*a + .2158037573*b)
	medium := cube(l - .1055613458*a - .0638541728*b)
	short := cube(l - .0894841775*a - 1.2914855480*b)
	return rgb{
		gamma(4.0767416621*long - 3.3077115913*medium + .2309699292*short),
		gamma(-1.2684380046*long + 2.6097574011*medium - .3413193965*short),
		gamma(-.0041960863*long - .7034186147*medium + 1.7076147010*short),
	}
}

func gamma(v float64) float64 {
	v = min(max(v, 0), 1)
	if v <= .0031308 {
		return 12.92 * v
	}
	return 1.055*math.Pow(v, 1/2.4) - .055
}
