package replay

import (
	"bytes"
	"crypto/sha256"
	"hash"
	"net/http"
	"strconv"
	"strings"
)

const maxChunkLine = 4 << 10 // the longest line with the size and the signature of a chunk

// chunks extracts the payload of a body in signed chunks. Each chunk is "size;signature" and data.
// An empty chunk precedes the trailer. chunks is fed as the body is read.
type chunks struct {
	to   func([]byte) // receives the payload
	line []byte       // the start of a line
	data int64        // the bytes of the chunk that are still to come
	end  bool         // the empty chunk was seen
	bad  bool         // the body is not in signed chunks
	gap  bool         // the line end after the data of a chunk is still to come
}

func (c *chunks) write(p []byte) {
	for len(p) > 0 && !c.bad && !c.end {
		if c.data > 0 {
			n := min(int64(len(p)), c.data)
			c.to(p[:n])
			p, c.data = p[n:], c.data-n
			c.gap = c.data == 0
			continue
		}
		i := bytes.IndexByte(p, '\n')
		if c.bad = len(c.line)+max(i, 0) > maxChunkLine; c.bad {
			return
		}
		if i < 0 {
			c.line = append(c.line, p[:min(len(p), maxChunkLine+1)]...)
			return
		}
		line := string(c.line) + string(p[:i])
		p, c.line = p[i+1:], c.line[:0]
		c.begin(line)
	}
}

// begin reads the line before a chunk, or the rest of the line after one.
func (c *chunks) begin(line string) {
	line, ok := strings.CutSuffix(line, "\r")
	if c.gap {
		c.gap, c.bad = false, !ok || line != ""
		return
	}
	size, _, _ := strings.Cut(line, ";")
	n, err := strconv.ParseInt(size, 16, 64)
	c.bad = !ok || err != nil || n < 0
	c.data, c.end = n, n == 0
}

// whole reports whether a complete body in chunks was seen.
func (c *chunks) whole() bool { return c.end && !c.bad }

// payloadOf returns the payload of a body in signed chunks, or false if it is not one.
func payloadOf(body []byte) (payload []byte, ok bool) {
	c := &chunks{to: func(p []byte) { payload = append(payload, p...) }}
	c.write(body)
	return payload, c.whole()
}

// newBodySum returns the hash of a request body that is too long to be kept.
func (m Match) newBodySum(h http.Header) hash.Hash {
	if !m.chunked(h) {
		return sha256.New()
	}
	payload := sha256.New()
	return &payloadSum{
		Hash: sha256.New(), payload: payload,
		chunks: &chunks{to: func(p []byte) { _, _ = payload.Write(p) }},
	}
}

// payloadSum is the hash of the payload of a body in signed chunks, or of the body if it is not
// one.
type payloadSum struct {
	hash.Hash

	payload hash.Hash
	chunks  *chunks
}

func (s *payloadSum) Write(p []byte) (int, error) {
	s.chunks.write(p)
	return s.Hash.Write(p)
}

func (s *payloadSum) Sum(b []byte) []byte {
	if s.chunks.whole() {
		return s.payload.Sum(b)
	}
	return s.Hash.Sum(b)
}
