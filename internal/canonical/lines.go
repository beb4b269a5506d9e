package replay

import "bytes"

// recordSeparator is the start of each text in a JSON sequence (RFC 7464).
const recordSeparator = 0x1e

// canonicalLines writes the canonical JSON of each line, in order. Empty lines do not count.
func canonicalLines(body []byte, ignore []string) ([]byte, error) {
	var out []byte
	for line := range bytes.SplitSeq(body, []byte("\n")) {
		line = bytes.TrimSpace(bytes.TrimPrefix(line, []byte{recordSeparator}))
		if len(line) == 0 {
			continue
		}
		text, err := canonicalJSON(line, ignore)
		if err != nil {
			return nil, err
		}
		out = append(append(out, text...), '\n')
	}
	return out, nil
}
