//go:build race

// Package race says whether the race detector is on: it allocates and slows
// down, so that allocation tests and long loops have to know.
package race

// Enabled reports whether the race detector is on.
const Enabled = true
