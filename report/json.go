package report

import (
	"encoding/json"
	"io"
)

// JSON writes the merged [metrics.Snapshot] of the sources, indented, with everything that was
// counted. Reading it back gives the snapshot again. It returns the error of the writer, if any.
func JSON(w io.Writer, sources ...Source) error {
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	return out.Encode(read(sources))
}
