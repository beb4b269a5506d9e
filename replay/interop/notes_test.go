package interop

import "testing"

func TestEachFormatOfOthersHasNotes(t *testing.T) {
	for _, f := range []Format{GoVCR, VCRPy, RubyVCR, Betamax, Nock, Polly, HAR} {
		if len(notes(f)) == 0 {
			t.Errorf("%s has none", f)
		}
	}
	if len(notes(JSON)) > 0 {
		t.Error("what is lossless has notes")
	}
}
