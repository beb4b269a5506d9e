package interop

import (
	"errors"
	"io"
	"testing"
)

func TestAFormatErrorSaysWhere(t *testing.T) {
	err := asFormatError(HAR, 7, "it cannot be read", io.ErrUnexpectedEOF)
	if err.Error() != "interop: har: exchange 7: it cannot be read" || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
	err = asFormatError(Nock, 2, "another", &FormatError{Reason: "this", Item: 1})
	if err.Error() != "interop: nock: exchange 1: this" {
		t.Errorf("got %v", err)
	}
	if err := asFormatError(Nock, 2, "another", tooLarge("this")); !errors.Is(err, ErrTooLarge) || err.Error() != "interop: nock: exchange 2: this" {
		t.Errorf("got %v", err)
	}
}
