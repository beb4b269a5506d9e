//go:build race

// Package race says whether the race detector is on. The detector allocates and slows down, so
// allocation tests and long loops need to know.
package race

// Enabled reports whether the race detector is on.
const Enabled = true
