package main

import (
	"path/filepath"
	"testing"
)

func TestAWorkerDoesWhatIsAskedOfATape(t *testing.T) {
	const n = 50
	tapes := make(openTapes)
	defer tapes.close()
	for _, ext := range []string{".tape", ".json"} {
		path := filepath.Join(t.TempDir(), "t"+ext)
		r, err := tapes.do(tapeTask{Do: toRecord, Path: path, Recordings: n})
		if err != nil || r.Calls != n || r.Wall <= 0 || r.Bytes < 520 || r.Allocs < 29 || r.Memory < 520 {
			t.Errorf("%s: recorded %+v, %v", ext, r, err)
		}
		if r, err := tapes.do(tapeTask{Do: toOpen, Path: path}); err != nil || r.Wall <= 0 {
			t.Errorf("%s: opened %+v, %v", ext, r, err)
		}
		r, err = tapes.do(tapeTask{Do: toLookUp, Path: path, Recordings: n, Lookups: 2 * n, Seed: 7})
		if err != nil || len(r.Times) != 2*n || quartilesOf(r.Times).low <= 0 || r.Allocs < 20 {
			t.Errorf("%s: looked up %d with %v allocations each, %v", ext, len(r.Times), r.Allocs, err)
		}
		if _, err := tapes.do(tapeTask{Do: toLookUp, Path: path, Recordings: 3 * n, Lookups: 10 * n, Seed: 7}); err == nil {
			t.Errorf("%s: what is not on the tape is found", ext)
		}
	}
	if _, err := tapes.do(tapeTask{Do: "what"}); err == nil {
		t.Error("an unknown task is done")
	}
}
