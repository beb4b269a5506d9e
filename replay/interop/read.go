package interop

import (
	"bytes"
	"errors"
	"io"
	"iter"
	"os"
)

// Read yields the exchanges of a file in its order, and what each has lost. With f "" it uses the
// format that [Detect] returns. Skipped exchanges are yielded as well. Read ends after an error:
// that of the file, or a [FormatError].
//
// The exchanges hold secrets as the recorder wrote them. The file is open while the
// iteration runs.
func Read(path string, f Format) iter.Seq2[*Record, error] {
	return read(path, f, defaultLimits())
}

func read(path string, f Format, lim limits) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		if f == "" {
			var err error
			if f, err = Detect(path); err != nil {
				yield(nil, err)
				return
			}
		}
		file, err := os.Open(path)
		if err != nil {
			yield(nil, err)
			return
		}
		defer file.Close()
		item := 0
		for r, err := range readFile(file, f, lim) {
			item++
			if err != nil {
				yield(nil, asFormatError(f, item, "it cannot be read", err))
				return
			}
			r.named()
			if !yield(r, nil) {
				return
			}
		}
	}
}

func readFile(file *os.File, f Format, lim limits) iter.Seq2[*Record, error] {
	var head [512]byte
	n, err := file.ReadAt(head[:], 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return failed(err)
	}
	if isZip(head[:n]) && (f == HAR || f == Polly) {
		return readZip(file, lim)
	}
	start := bytes.TrimSpace(bytes.TrimPrefix(head[:n], []byte("\ufeff")))
	return readFrom(file, f, len(start) > 0 && start[0] == '{', lim)
}

// readFrom reads a format from a stream.
func readFrom(r io.Reader, f Format, isJSON bool, lim limits) iter.Seq2[*Record, error] {
	switch f {
	case GoVCR:
		return readGoVCR(r, lim)
	case VCRPy, RubyVCR, Betamax:
		return readVCR(r, f, isJSON || f == Betamax, lim)
	case Nock:
		return readNock(r, lim)
	case HAR, Polly:
		return readHAR(r, f, noFiles{}, lim)
	case JSON:
		return readJSON(r, lim)
	}
	return failed(&FormatError{Reason: "the format is unknown"})
}

func failed(err error) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) { yield(nil, err) }
}

// each makes a record of each item.
func each[T any](items iter.Seq2[T, error], record func(T) (*Record, error)) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		for item, err := range items {
			var r *Record
			if err == nil {
				r, err = record(item)
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}
