package outlets

import (
	"math"
	"math/rand/v2"
)

func ground(c rgb) layer {
	return layer{c, 1, shape{func(float64, float64) float64 { return math.Inf(-1) }, 0, 0, pictureWidth, pictureHeight}}
}

func length(x, y float64) float64 { return math.Sqrt(x*x + y*y) }

func circle(cx, cy, radius float64) shape {
	return shape{
		func(x, y float64) float64 { return length(x-cx, y-cy) - radius },
		cx - radius, cy - radius, cx + radius, cy + radius,
	}
}

func ring(cx, cy, radius, width float64) shape {
	outer := radius + width/2
	return shape{
		func(x, y float64) float64 { return math.Abs(length(x-cx, y-cy)-radius) - width/2 },
		cx - outer, cy - outer, cx + outer, cy + outer,
	}
}

// box is a rectangle with round corners.
func box(x0, y0, x1, y1, round float64) shape {
	cx, cy, w, h := (x0+x1)/2, (y0+y1)/2, (x1-x0)/2-round, (y1-y0)/2-round
	return shape{
		func(x, y float64) float64 {
			dx, dy := math.Abs(x-cx)-w, math.Abs(y-cy)-h
			return length(max(dx, 0), max(dy, 0)) + min(max(dx, dy), 0) - round
		},
		x0, y0, x1, y1,
	}
}

// both is where two shapes overlap.
func both(a, b shape) shape {
	return shape{
		func(x, y float64) float64 { return max(a.distance(x, y), b.distance(x, y)) },
		max(a.x0, b.x0), max(a.y0, b.y0), min(a.x1, b.x1), min(a.y1, b.y1),
	}
}

// below is everything under a wavy line, which is longer than it is high.
func below(level, height, wave, phase float64) shape {
	return shape{
		func(x, y float64) float64 {
			t := x/wave + phase
			return level + height*(math.Sin(t)+.4*math.Sin(2.3*t+phase)) - y
		},
		0, level - 1.4*height, pictureWidth, pictureHeight,
	}
}

func tiles(c [5]rgb, r *rand.Rand) []layer {
	const cell = 90.0
	layers := []layer{ground(c[0])}
	for row := range 4 {
		for col := range 8 {
			x0, y0 := float64(col)*cell-40, float64(row)*cell
			square := box(x0, y0, x0+cell, y0+cell, 0)
			layers = append(layers, layer{c[r.IntN(3)], 1, square})
			top := c[1+r.IntN(4)]
			cornerX, cornerY := x0+cell*float64(r.IntN(2)), y0+cell*float64(r.IntN(2))
			switch r.IntN(5) {
			case 0, 1:
				layers = append(layers, layer{top, 1, both(square, circle(cornerX, cornerY, cell))})
			case 2:
				layers = append(layers, layer{top, 1, circle(x0+cell/2, y0+cell/2, cell*.32)})
			case 3:
				layers = append(layers, layer{top, 1, both(square, circle(x0+cell/2, cornerY, cell/2))})
			}
		}
	}
	return layers
}

func discs(c [5]rgb, r *rand.Rand) []layer {
	layers := []layer{ground(c[r.IntN(2)])}
	for i := range 7 {
		x, y := 640*r.Float64(), 360*r.Float64()
		radius := 50 + 130*r.Float64()
		layers = append(layers, layer{c[1+i%4], .75, circle(x, y, radius)})
		if r.IntN(2) == 0 {
			layers = append(layers, layer{c[4], .9, ring(x, y, radius+12, 3)})
		}
	}
	return layers
}

func hills(c [5]rgb, r *rand.Rand) []layer {
	night := r.IntN(2) == 0
	sky, sun := c[4], c[3]
	if night {
		sky, sun = c[0], c[4]
	}
	sunX, sunY, size := 120+400*r.Float64(), 70+80*r.Float64(), 32+36*r.Float64()
	layers := []layer{ground(sky), {sun, 1, circle(sunX, sunY, size)}, {sun, .35, ring(sunX, sunY, size*1.7, 2)}}
	if night {
		for range 24 {
			layers = append(layers, layer{c[4], .8, circle(640*r.Float64(), 220*r.Float64(), .8+1.4*r.Float64())})
		}
	}
	for i := range 4 {
		level := 190 + 45*float64(i) + 20*r.Float64()
		mix := c[2-min(i, 2)]
		layers = append(layers, layer{mix, .55 + .15*float64(i), below(level, 28-4*float64(i), 60+70*r.Float64(), 6*r.Float64())})
	}
	return layers
}

func rings(c [5]rgb, r *rand.Rand) []layer {
	layers := []layer{ground(c[r.IntN(2)])}
	for centre := range 2 {
		x, y := 640*r.Float64(), 360*float64(centre)
		step := 26 + 18*r.Float64()
		for i := range 9 {
			layers = append(layers, layer{c[(centre*2+i%2)+1], .85, ring(x, y, step*float64(i+1), step*(.25+.35*r.Float64()))})
		}
		layers = append(layers, layer{c[4], 1, circle(x, y, step*.45)})
	}
	return layers
}

func bars(c [5]rgb, r *rand.Rand) []layer {
	layers := []layer{ground(c[4])}
	const width = 40.0
	level := 120 + 120*r.Float64()
	for i := range 16 {
		x := float64(i) * width
		level = min(max(level+110*(r.Float64()-.5), 50), 310)
		colour := c[r.IntN(4)]
		layers = append(layers, layer{colour, 1, box(x+5, level, x+width-5, 400, 14)})
		if r.IntN(3) == 0 {
			layers = append(layers, layer{c[3], 1, circle(x+width/2, level-22, 9)})
		}
	}
	return layers
}

// composeIcon returns the layers of an outlet's icon, 360 by 360.
func composeIcon(art string, hue int) []layer {
	h := float64(hue)
	back, front, spot := oklch(.45, .13, h), oklch(.95, .03, h), oklch(.78, .13, h+180)
	layers := []layer{ground(back)}
	switch art {
	case "tiles":
		layers = append(layers,
			layer{front, 1, both(box(60, 60, 180, 300, 0), circle(180, 180, 120))},
			layer{spot, 1, box(190, 60, 300, 170, 0)},
			layer{front, 1, circle(245, 245, 55)})
	case "hills":
		layers = append(layers,
			layer{spot, 1, circle(230, 130, 55)},
			layer{front, 1, below(230, 26, 60, 1)})
	case "rings":
		layers = append(layers,
			layer{front, 1, ring(180, 180, 115, 34)},
			layer{spot, 1, circle(180, 180, 52)})
	case "bars":
		layers = append(layers,
			layer{front, 1, box(70, 150, 130, 300, 12)},
			layer{spot, 1, box(150, 60, 210, 300, 12)},
			layer{front, 1, box(230, 200, 290, 300, 12)})
	default:
		layers = append(layers,
			layer{front, 1, circle(145, 180, 90)},
			layer{spot, .85, circle(225, 180, 90)})
	}
	return layers
}
