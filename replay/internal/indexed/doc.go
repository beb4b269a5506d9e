// Package indexed gives a storage of tapes without an index one: keys and IDs in memory, made by a
// scan when the tape is opened.
package indexed
