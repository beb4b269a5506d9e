package canonical

import "bytes"

// RecordSeparator is the start of each text in a JSON sequence (RFC 7464).
const RecordSeparator = 0x1e

// formOfLines writes the canonical JSON of each line, in order. Empty lines do not count.
func formOfLines(body []byte, ignore []string) ([]byte, error) {
	var out []byte
	for line := range bytes.SplitSeq(body, []byte("\n")) {
		line = bytes.TrimSpace(bytes.TrimPrefix(line, []byte{RecordSeparator}))
		if len(line) == 0 {
			continue
		}
		text, err := formOfJSON(line, ignore)
		if err != nil {
			return nil, err
		}
		out = append(append(out, text...), '\n')
	}
	return out, nil
}
