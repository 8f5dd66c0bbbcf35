//go:build race

package main

// underRace tells tests that work hard that the race detector, which makes the
// database ten times slower, is watching.
const underRace = true
