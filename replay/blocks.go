package replay

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"
)

// blockList returns the kinds of the blocks in an XML block list, in order, or false if body is not
// one. Their IDs do not matter.
func blockList(body []byte) (string, bool) {
	dec := xml.NewDecoder(bytes.NewReader(body))
	var b strings.Builder
	for depth := 0; ; {
		t, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return b.String(), b.Len() > 0
		}
		if err != nil {
			return "", false
		}
		switch t := t.(type) {
		case xml.StartElement:
			depth++
			switch {
			case depth == 1 && t.Name.Local == "BlockList":
				b.WriteString("blocks")
			case depth != 2 || t.Name.Local != "Latest" && t.Name.Local != "Committed" && t.Name.Local != "Uncommitted":
				return "", false
			default:
				b.WriteString("," + strconv.Quote(t.Name.Local))
			}
		case xml.EndElement:
			depth--
		}
	}
}
