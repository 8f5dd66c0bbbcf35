//go:build race

package store_test

const withRaceDetector = true
