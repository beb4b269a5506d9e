package interop

import "testing"

func TestTheFormatIsFoundInTheHead(t *testing.T) {
	for text, want := range map[string]Format{
		"PK\x03\x04...":                                         HAR,
		"\ufeff{\"log\":{}}":                                    HAR,
		"{\n  \"log\": {\"_recordingName\": \"x\"":              Polly,
		`{"gracy":1,"request":{}}`:                              JSON,
		`[{"scope":"http://a","method":"GET"}]`:                 Nock,
		`{"http_interactions": []}`:                             Betamax,
		`{"http_interactions": [], "recorded_with": "VCR 6.0"}`: RubyVCR,
		`{"interactions": [], "version": 1}`:                    VCRPy,
		"---\nhttp_interactions:\n- request:":                   RubyVCR,
		"---\nversion: 1\ninteractions:\n":                      GoVCR,
		"interactions:\n- request:\n    uri: x":                 VCRPy,
		"interactions: []\nversion: 1\n":                        VCRPy,
		"":                                                      "",
		"[1]":                                                   "",
		"{}":                                                    "",
		"interactionsx:":                                        "",
	} {
		if got := detect([]byte(text)); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	if _, err := Detect("testdata/none"); err == nil {
		t.Error("a file that is not there has a format")
	}
}
