package interop

import (
	"encoding/json"
	"testing"
)

func TestBytesThatAreNoTextAreBase64(t *testing.T) {
	for text, want := range map[wire]string{"": `""`, "é<&>": `"é<&>"`, "\xff": `{"base64":"/w=="}`} {
		b, err := text.MarshalJSON()
		if err != nil || string(b) != want {
			t.Errorf("%q: got %s, %v", text, b, err)
		}
		var back wire
		if err := json.Unmarshal(b, &back); err != nil || back != text {
			t.Errorf("%s: got %q, %v", b, back, err)
		}
	}
}

func TestAnotherVersionIsAnError(t *testing.T) {
	if _, err := (&jsonExchange{Version: 2}).exchange(); err == nil {
		t.Error("version 2 is read")
	}
}
