// Package indexed adds an index to a storage of tapes that has none. The index holds keys and IDs
// in memory. A scan makes it the first time it is needed.
package indexed
