package replay

import (
	"crypto/rand"
	"encoding/hex"
	"strings"
)

const hashKeySize = 16

// newHashKey returns a random key for the hashes of a tape.
func newHashKey() []byte {
	key := make([]byte, hashKeySize)
	_, _ = rand.Read(key) // it never fails
	return key
}

// joinRecipe returns the recipe for a store: the fingerprint of how keys are made, and the key of
// the hashes in them.
func joinRecipe(made string, key []byte) string { return made + "." + hex.EncodeToString(key) }

// splitRecipe is the inverse of joinRecipe. The key is nil for a tape of an earlier version, which
// has no hashes.
func splitRecipe(recipe string) (made string, key []byte) {
	made, text, _ := strings.Cut(recipe, ".")
	key, err := hex.DecodeString(text)
	if err != nil || len(key) != hashKeySize {
		return made, nil
	}
	return made, key
}
