package store

import (
	"errors"
	"io"
	"io/fs"
	"testing"
)

func TestFormatErrorText(t *testing.T) {
	for want, err := range map[string]*FormatError{
		"replay: /x: tape of an unknown schema (found 7, want 1)": {Path: "/x", Found: 7, Want: 1, Reason: "tape of an unknown schema"},
		"replay: /x: line 3: damaged":                             {Path: "/x", Line: 3, Reason: "damaged"},
		"replay: empty record":                                    {Reason: "empty record"},
		"replay: /x: not a tape: EOF":                             {Path: "/x", Reason: "not a tape", Err: io.EOF},
	} {
		if err.Error() != want || !errors.Is(err, ErrFormat) || errors.Is(err, io.EOF) != (err.Err != nil) {
			t.Errorf("got %q, want %q", err, want)
		}
	}
}

func TestReadOnlyIsAPermission(t *testing.T) {
	if !errors.Is(ErrReadOnly, fs.ErrPermission) {
		t.Error("ErrReadOnly does not match fs.ErrPermission")
	}
}
