package roundtriptest

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestAtEndCallsItsFunctionOnceAtTheEnd(t *testing.T) {
	calls := 0
	r := &atEnd{r: strings.NewReader("text"), do: func() { calls++ }}
	b := make([]byte, 4)
	if n, err := r.Read(b); n != 4 || err != nil || calls != 0 {
		t.Fatalf("%d bytes, %v, %d calls before the end", n, err, calls)
	}
	for range 2 {
		if _, err := r.Read(b); err != io.EOF || calls != 1 { //nolint:errorlint // io.Reader returns it bare
			t.Errorf("error %v, %d calls, want one", err, calls)
		}
	}
}

func TestTogetherReturnsTheErrorWithTheLastBytes(t *testing.T) {
	broken := errors.New("broken")
	r := &together{data: []byte("text"), err: broken}
	b := make([]byte, 3)
	if n, err := r.Read(b); n != 3 || err != nil {
		t.Errorf("%d bytes, %v", n, err)
	}
	if n, err := r.Read(b); n != 1 || !errors.Is(err, broken) {
		t.Errorf("%d bytes, %v, want the last byte with the error", n, err)
	}
	if err := iotest.TestReader(&together{data: []byte("text"), err: io.EOF}, []byte("text")); err != nil {
		t.Error(err)
	}
}

func TestUnevenReadsLessThanItsBufferHolds(t *testing.T) {
	text := strings.Repeat("0123456789", 500)
	r := &uneven{r: strings.NewReader(text)}
	b := make([]byte, 1000)
	for i := range 3 {
		if n, err := r.Read(b); n != i+1 || err != nil {
			t.Errorf("read %d: %d bytes, %v", i, n, err)
		}
	}
	if rest, err := io.ReadAll(r); err != nil || string(rest) != text[6:] {
		t.Errorf("%d bytes are left, %v, want the rest of the text", len(rest), err)
	}
	if none, err := (&uneven{r: strings.NewReader(text), n: 700}).Read(b); none != 0 || err != nil {
		t.Errorf("%d bytes, %v, want none without an error", none, err)
	}
}
