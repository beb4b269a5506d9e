// Package indexed gives a storage of tapes the index that it does not have: keys and
// IDs in memory, made by a scan when the tape is opened.
package indexed
