package outlets

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"testing"
)

func decode(t *testing.T, body []byte) image.Image {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func TestPicturesAreServed(t *testing.T) {
	t.Parallel()
	s := bundledServer(t, nil)
	story := s.Published()[0].URL
	for address, want := range map[string]image.Point{
		story + "/image.png": {X: pictureWidth, Y: pictureHeight},
		"/corewire/icon.png": {X: iconSize, Y: iconSize},
	} {
		w := get(t, s, address)
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "image/png" {
			t.Errorf("%s: %d, %s", address, w.Code, w.Header().Get("Content-Type"))
		}
		if size := decode(t, w.Body.Bytes()).Bounds().Size(); size != want {
			t.Errorf("%s is %v, want %v", address, size, want)
		}
	}
}

func TestEveryArtDrawsAPicture(t *testing.T) {
	t.Parallel()
	for _, art := range arts {
		for hue := 0; hue < 360; hue += 120 {
			colours := map[uint32]bool{}
			img := draw(160, 90, compose(art, hue, uint64(hue)))
			for y := range 90 {
				for x := range 160 {
					r, g, b, a := img.At(x, y).RGBA()
					if a != 0xffff {
						t.Fatalf("%s: not opaque at %d,%d", art, x, y)
					}
					colours[r>>8<<16|g>>8<<8|b>>8] = true
				}
			}
			if len(colours) < 4 {
				t.Errorf("%s, hue %d: %d colours", art, hue, len(colours))
			}
		}
	}
}

func TestPicturesDifferAndRepeat(t *testing.T) {
	t.Parallel()
	o := &outlet{name: "post", art: "tiles", hue: 10}
	one, two := &article{outlet: o, slug: "one", hue: 20}, &article{outlet: o, slug: "two", hue: 20}
	paint := func(a *article) []byte {
		body, err := newPictures().article(a)
		if err != nil {
			t.Fatal(err)
		}
		return body
	}
	first := paint(one)
	if !bytes.Equal(first, paint(one)) {
		t.Error("the same article has two pictures")
	}
	if bytes.Equal(first, paint(two)) {
		t.Error("two articles have the same picture")
	}
}

func TestPicturesAreKeptAFew(t *testing.T) {
	t.Parallel()
	p, painted := newPictures(), 0
	ask := func(key string) {
		if _, err := p.get(key, func() image.Image { painted++; return image.NewGray(image.Rect(0, 0, 1, 1)) }); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 3 * maxPictures {
		ask(fmt.Sprint(i))
		ask(fmt.Sprint(i)) // kept
	}
	if painted != 3*maxPictures {
		t.Errorf("painted %d times, want %d", painted, 3*maxPictures)
	}
	if len(p.kept) != maxPictures || len(p.keys) != maxPictures {
		t.Errorf("%d pictures and %d keys kept, want %d", len(p.kept), len(p.keys), maxPictures)
	}
	ask("0")
	if painted != 3*maxPictures+1 {
		t.Error("the oldest picture was still kept")
	}
}

// White is where the colour space says it is, and a known blue as well.
func TestOKLCH(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		l, c, h float64
		want    [3]uint8
	}{
		{1, 0, 0, [3]uint8{255, 255, 255}},
		{0, 0, 0, [3]uint8{0, 0, 0}},
		{.452014, .313214, 264.052, [3]uint8{0, 0, 255}},
		{.627955, .257683, 29.234, [3]uint8{255, 0, 0}},
	} {
		c := oklch(test.l, test.c, test.h)
		if got := [3]uint8{blend(0, c.r, 1), blend(0, c.g, 1), blend(0, c.b, 1)}; got != test.want {
			t.Errorf("oklch(%v %v %v) is %v, want %v", test.l, test.c, test.h, got, test.want)
		}
	}
}
