package replay_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/gracy-go/gracy/internal/figure"
	"github.com/gracy-go/gracy/replay"
)

func TestFiguresOfATape(t *testing.T) {
	tape := open(t, filepath.Join(t.TempDir(), "t.json"), replay.Options{})
	want(t, tape.Wrap(codes(200)), api+"/a", 200, "1")
	closeTape(t, tape)
	if got := tape.Figures(); !slices.Equal(got, []figure.Figure{
		{Kind: figure.TapeMissed, Value: 1}, {Kind: figure.TapeWithheld}, {Kind: figure.TapeFailed}, {Kind: figure.TapePending},
	}) {
		t.Errorf("got %+v", got)
	}
	var none *replay.Tape
	if got := none.Figures(); len(got) != 4 || got[0].Value != 0 {
		t.Errorf("no tape: %+v", got)
	}
}
