package interop

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
)

// A Format is a file format.
type Format string

// The formats that can be read.
const (
	// GoVCR is a cassette of go-vcr v1 to v4, in YAML.
	GoVCR Format = "go-vcr"
	// VCRPy is a cassette of vcrpy, in YAML or JSON.
	VCRPy Format = "vcrpy"
	// RubyVCR is a cassette of Ruby's VCR, in YAML or JSON.
	RubyVCR Format = "ruby-vcr"
	// Betamax is a cassette of betamax, in JSON.
	Betamax Format = "betamax"
	// Nock is what nock.recorder.play returns with output_objects, as JSON.
	Nock Format = "nock"
	// Polly is a recording of Polly.JS, its recording.har.
	Polly Format = "polly"
	// HAR is HAR 1.2, as browsers, Playwright, mitmproxy and WriteHAR write it. In a zip, as
	// Playwright writes it, bodies may be separate files.
	HAR Format = "har"
	// JSON is what WriteJSON writes.
	JSON Format = "gracy-json"
)

// headSize is how much of a file Detect looks at.
const headSize = 64 << 10

// Detect returns the format of a file by its first 64 KiB, or a [FormatError].
func Detect(path string) (Format, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	head := make([]byte, headSize)
	n, err := io.ReadFull(file, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return "", err
	}
	if f := detect(head[:n]); f != "" {
		return f, nil
	}
	return "", &FormatError{Reason: "unknown format"}
}

// detect returns the format of a file that starts with head, or "".
func detect(head []byte) Format {
	head = bytes.TrimPrefix(head, []byte("\ufeff"))
	text := strings.TrimSpace(string(head))
	has := func(s string) bool { return strings.Contains(text, s) }
	switch {
	case isZip(head):
		return HAR
	case strings.HasPrefix(text, "["):
		if has(`"scope"`) && has(`"method"`) {
			return Nock
		}
	case strings.HasPrefix(text, "{"):
		switch {
		case strings.HasPrefix(text, `{"gracy":`):
			return JSON
		case has(`"_recordingName"`) || has(`"Polly.JS"`):
			return Polly
		case has(`"log"`):
			return HAR
		case has(`"http_interactions"`) && (has(`"recorded_with": "VCR`) || has(`"recorded_with":"VCR`)):
			return RubyVCR
		case has(`"http_interactions"`):
			return Betamax
		case has(`"interactions"`):
			return VCRPy
		}
	case hasLine(text, "http_interactions:"):
		return RubyVCR
	case hasLine(text, "interactions:"):
		// go-vcr writes the version first. vcrpy writes it last, and calls the URL uri.
		if i := strings.Index(text, "version:"); i >= 0 && i < strings.Index(text, "interactions:") || !has(" uri:") && has(" url:") {
			return GoVCR
		}
		return VCRPy
	}
	return ""
}

func isZip(head []byte) bool { return bytes.HasPrefix(head, []byte("PK\x03\x04")) }

// hasLine reports whether a line of the text starts with s.
func hasLine(text, s string) bool {
	return strings.HasPrefix(text, s) || strings.Contains(text, "\n"+s)
}

// zipReader returns the files of a zip. Its errors are those of the zip.
func zipReader(file *os.File) (*zip.Reader, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() > maxZipListed*avgZipEntry { // the list of files is held in memory
		return nil, &FormatError{Reason: "the zip is too large"}
	}
	return zip.NewReader(file, info.Size())
}
