// Package codings opens the content codings br and zstd for a tape, so that secrets in such bodies
// are masked and their exchanges recorded:
//
//	tape, err := replay.Open("api.tape", replay.Options{Codings: codings.All()})
//
// It is a module of its own because of its dependencies. There is no override, and nothing to
// configure.
package codings

import "github.com/gracy-go/gracy/replay"

// All returns the codings of this package.
func All() []replay.Coding { return []replay.Coding{Brotli(), Zstd()} }
