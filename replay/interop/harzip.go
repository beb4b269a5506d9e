package interop

import (
	"archive/zip"
	"io"
	"iter"
	"os"
	"strings"
)

// readZip reads the HAR in a zip. Its bodies are files in the zip.
func readZip(file *os.File, lim limits) iter.Seq2[*Record, error] {
	z, err := zipReader(file)
	if err != nil {
		return failed(asFormatError(HAR, 0, "it is not a zip", err))
	}
	info, err := file.Stat()
	if err != nil {
		return failed(err)
	}
	a := &archive{byName: make(map[string]*zip.File, len(z.File)), lim: lim, left: lim.attached + 100*info.Size()}
	var har *zip.File
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, ".har") && !strings.Contains(f.Name, "/") && har == nil {
			har = f
		}
		a.byName[f.Name] = f
	}
	if har == nil {
		return failed(&FormatError{Reason: "there is no .har in the zip"})
	}
	return func(yield func(*Record, error) bool) {
		r, err := har.Open()
		if err != nil {
			yield(nil, asFormatError(HAR, 0, "the .har in the zip cannot be read", err))
			return
		}
		defer r.Close()
		for rec, err := range readHAR(r, HAR, a, lim) {
			if !yield(rec, err) {
				return
			}
		}
	}
}

// archive has the files of a zip by name. A name is never used as a path of the file system.
type archive struct {
	byName map[string]*zip.File
	lim    limits
	left   int64 // the bytes that may still be read, since a small file may be named often
}

func (a *archive) body(name string) ([]byte, bool, error) {
	f, ok := a.byName[name]
	if !ok {
		return nil, false, nil
	}
	r, err := f.Open()
	if err != nil {
		return nil, false, &FormatError{Reason: "a body in the zip cannot be read", Err: err}
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, a.lim.body+1))
	if err != nil {
		return nil, false, &FormatError{Reason: "a body in the zip cannot be read", Err: err}
	}
	a.left -= int64(len(b))
	if int64(len(b)) > a.lim.body || a.left < 0 {
		return nil, false, tooLarge("the bodies in the zip are longer than the bound")
	}
	return b, true, nil
}
