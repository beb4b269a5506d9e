package replay

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gracy-go/gracy/internal/canonical"
	"github.com/gracy-go/gracy/replay/store"
)

// A Noise is what a client makes anew for each request although it asks for the same thing.
// [Match].Ignore leaves it out of the comparison. Several are combined with |. The boundary of a
// multipart body and the date of a signature in a header are never compared.
type Noise uint8

// The kinds of noise. Zero is none.
const (
	// ChunkSignatures compares a body that is sent in signed chunks by its payload. Such a body
	// has the content coding aws-chunked or a header X-Amz-Content-Sha256 that begins with
	// STREAMING. Sizes and signatures of the chunks are ignored, and so is the trailer with its
	// checksum. The tape holds the payload. A body that is not in such chunks is compared
	// unchanged.
	ChunkSignatures Noise = 1 << iota
	// BlockIDs compares an upload in blocks by their content and order. It ignores the parameter
	// blockid beside comp=block and, in the XML of a request with comp=blocklist, the text of the
	// elements Latest, Committed and Uncommitted, but not their number, kind and order. Two lists
	// of the same length are the same.
	BlockIDs
	// SigningTimes compares a signed URL without the time and the validity of its signature. It
	// ignores st, se, skt and ske beside sig, and Expires beside Signature. Values of parameters
	// that begin with X-Amz- or X-Goog- are masked, and so never compared.
	SigningTimes
)

// SDKNoise is what the SDKs of object stores (S3, MinIO, Azure Blob, Cloud Storage) make anew for
// each request: all kinds of noise.
const SDKNoise = ChunkSignatures | BlockIDs | SigningTimes

// ignoredQuery returns the names of the query parameters of u that do not matter.
func (m Match) ignoredQuery(u *url.URL) []string {
	if m.Ignore&(BlockIDs|SigningTimes) == 0 || u == nil || u.RawQuery == "" {
		return m.IgnoreQuery
	}
	names := slices.Clone(m.IgnoreQuery)
	for _, p := range canonical.Pairs(nil, u.RawQuery, nil) {
		switch {
		case m.Ignore&BlockIDs != 0 && p == (canonical.Pair{Name: "comp", Value: "block"}):
			names = append(names, "blockid")
		case m.Ignore&SigningTimes != 0:
			names = append(names, timesOf(p.Name)...)
		}
	}
	return names
}

// timesOf returns the parameters with times that belong to a signature of a name.
func timesOf(signature string) []string {
	switch signature {
	case "sig":
		return []string{"st", "se", "skt", "ske"}
	case "Signature":
		return []string{"Expires"}
	}
	return nil
}

// canonicalBody hashes the body of a request by its meaning, without noise.
func (m Match) canonicalBody(d *canonical.Digest, u *url.URL, h http.Header, body []byte) {
	if m.chunked(h) {
		if payload, ok := payloadOf(body); ok {
			body = payload
		}
		h = withoutChunks(h)
	}
	if m.Ignore&BlockIDs != 0 && len(body) > 0 && u != nil && slices.Contains(canonical.Pairs(nil, u.RawQuery, nil), canonical.Pair{Name: "comp", Value: "blocklist"}) {
		if list, ok := blockList(body); ok {
			d.Put('t', "blocks")
			d.Put('b', list)
			return
		}
	}
	h = m.typed(h, body)
	canonical.Body(d, h, m.counting(h, body), m.IgnoreFields)
}

// sumOf hashes the body of a stored request.
func (m Match) sumOf(r *store.Request) [32]byte {
	var d canonical.Digest
	m.canonicalBody(&d, r.ParseURL(), r.Header, r.Body)
	return d.Sum()
}

// chunked reports whether a body is sent in signed chunks, and compared by its payload.
func (m Match) chunked(h http.Header) bool {
	return m.Ignore&ChunkSignatures != 0 &&
		(strings.HasPrefix(h.Get("X-Amz-Content-Sha256"), "STREAMING-") || slices.ContainsFunc(codings(h), ofChunks))
}

func ofChunks(coding string) bool { return strings.EqualFold(coding, "aws-chunked") }

// withoutChunks returns the header of the payload.
func withoutChunks(h http.Header) http.Header {
	kept := slices.DeleteFunc(codings(h), ofChunks)
	h = h.Clone()
	h.Del("Content-Encoding")
	if len(kept) > 0 {
		h.Set("Content-Encoding", strings.Join(kept, ", "))
	}
	return h
}
