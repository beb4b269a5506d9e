package interop

import (
	"errors"
	"os"
	"testing"
)

func TestReadingEndsWhereItsCallerEnds(t *testing.T) {
	n := 0
	for _, err := range Read("testdata/govcr4.yaml", "") {
		if n++; err != nil || n == 3 {
			break
		}
	}
	if n != 3 {
		t.Errorf("read %d", n)
	}
}

func TestReadingFailsWithAnError(t *testing.T) {
	for path, f := range map[string]Format{"testdata/none": GoVCR, "testdata/nothing": "", "testdata/nock.json": "x", "testdata/vcrpy.yaml": HAR, "testdata/playwright.har": GoVCR} {
		n, err := endOf(Read(path, f))
		_, ok := errors.AsType[*FormatError](err)
		if n != 0 || err == nil || ok == errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s as %q: got %d, %v", path, f, n, err)
		}
	}
}
