package parse

import (
	"strings"

	"github.com/gracy-go/gracy/internal/mediatype"
)

// A mediaError is the error of a body whose media type another function of the package reads.
type mediaError struct{ reader string }

func (e *mediaError) Error() string {
	return "wrong function for this media type: use " + e.reader
}

// unreadable returns the error for a media type that cannot be read.
func unreadable(t string) error {
	switch {
	case t == eventStream:
		return &mediaError{"Events"}
	case strings.Contains(t, "ndjson"), strings.Contains(t, "jsonl"), t == "application/json-seq":
		return &mediaError{"Lines"}
	case mediatype.Named(t) == mediatype.JSON: // asked for as events
		return &mediaError{"JSON"}
	}
	return errMedia
}
