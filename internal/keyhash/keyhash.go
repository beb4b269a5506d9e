// Package keyhash hashes the keys by which users distinguish requests: a tenant, a user name, often
// a credential. Only the hash is kept and shown. It is keyed with a random seed, so the key cannot
// be guessed from it. All hashes have the same size.
package keyhash

import (
	"hash/maphash"
	"strconv"
)

// A Seed keys the hashes. Make one with [New].
type Seed struct{ seed maphash.Seed }

// New returns a random seed.
func New() Seed { return Seed{maphash.MakeSeed()} }

// Of returns the hash of a key.
func (s Seed) Of(key string) uint64 { return maphash.String(s.seed, key) }

// Name returns the text of a hash. It is long enough to distinguish keys in a log.
func Name(hash uint64) string { return "#" + strconv.FormatUint(hash>>32, 16) }
