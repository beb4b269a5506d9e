// Package keyhash stands in for the keys by which users tell requests apart: a
// tenant, an account, often a credential. What is kept and told is a hash, keyed
// with a seed of the process, so that no key can be guessed from it and none
// takes more room than another.
package keyhash

import (
	"hash/maphash"
	"strconv"
)

// A Seed keys the hashes. Make it with [New].
type Seed struct{ seed maphash.Seed }

// New returns a seed of its own.
func New() Seed { return Seed{maphash.MakeSeed()} }

// Of returns the hash of a key.
func (s Seed) Of(key string) uint64 { return maphash.String(s.seed, key) }

// Name writes a hash for people: enough to tell keys apart in a log.
func Name(hash uint64) string { return "#" + strconv.FormatUint(hash>>32, 16) }
