// Package text keeps a tape in a JSON file with readable bodies, which people
// can read, review and edit: the storage that replay.Open uses for a file whose
// name ends in .json.
//
// It is for tests and reviews: the whole tape is in memory and every batch
// writes the file anew, so use package bolt beyond some thousand exchanges. It
// takes no lock: one process writes. Fields of a later version are lost when an
// earlier one writes the file.
package text
