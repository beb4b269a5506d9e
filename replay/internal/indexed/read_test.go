package indexed_test

import (
	"iter"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/indexed"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// vanishing is a storage that deletes an exchange just before it is read.
type vanishing struct {
	tapetest.Memory
	gone store.ID
}

func (v *vanishing) Scan(after store.ID) iter.Seq2[*store.Exchange, error] {
	if after+1 == v.gone {
		_ = v.Delete(v.gone)
	}
	return v.Memory.Scan(after)
}

func TestFindGoesOnBehindWhatIsGone(t *testing.T) {
	v := &vanishing{}
	s := indexed.Of(v)
	tapetest.Must(t, s.Append([]store.Entry{entry(1, 0), entry(2, 0)}))
	v.gone = 1
	if x, err := s.Find(entry(0, 0).Key, 0); err != nil || x == nil || x.ID != 2 {
		t.Errorf("Find gives %v, %v, want the next one of the key", x, err)
	}
}

// A lookup does not wait for an Append, and does not find what it has not stored yet.
func TestFindBesideAnAppend(t *testing.T) {
	began, goOn := make(chan struct{}), make(chan struct{})
	slow := &waiting{began: began, goOn: goOn}
	s := indexed.Of(slow)
	tapetest.Must(t, s.Append([]store.Entry{entry(1, 0)}))
	slow.waits = true
	done := make(chan error)
	go func() { done <- s.Append([]store.Entry{entry(2, 0)}) }()
	<-began
	if x, err := s.Find(entry(0, 0).Key, 0); err != nil || x == nil || x.ID != 1 {
		t.Errorf("beside an Append, Find gives %v, %v, want the first", x, err)
	}
	if x, err := s.Find(entry(0, 0).Key, 1); err != nil || x != nil {
		t.Errorf("beside an Append, Find gives %v, %v, want nothing: it is not stored yet", x, err)
	}
	close(goOn)
	tapetest.Must(t, <-done)
}

// waiting is a storage whose Append can be made to wait.
type waiting struct {
	tapetest.Memory
	waits       bool
	began, goOn chan struct{}
}

func (w *waiting) Append(batch []store.Entry) error {
	if w.waits {
		close(w.began)
		<-w.goOn
	}
	return w.Memory.Append(batch)
}
