package interop

import "testing"

func TestWhatATapeCannotTakeIsSkipped(t *testing.T) {
	for text, skipped := range map[string]bool{
		`{"gracy":1,"request":{"method":"GET"}}`:                                                                true,
		`{"gracy":1,"incomplete":true,"request":{},"response":{"code":200}}`:                                    true,
		`{"gracy":1,"request":{},"response":{"code":200}}`:                                                      false,
		`{"gracy":1,"incomplete":true,"request":{},"response":{"code":200},"fault":{"text":"x","kind":"left"}}`: false,
		"\ufeff{\"gracy\":1,\"request\":{},\"fault\":{\"text\":\"x\"}}\n\n":                                     false,
	} {
		r := all(t, JSON, text)
		if len(r) != 1 || (r[0].Skipped != "") != skipped {
			t.Errorf("%s: got %v", text, r)
		}
	}
	for _, text := range []string{"{", `{"gracy":2}`, "{}", `[]`, `{"gracy":1}x`} {
		if _, err := endOf(readText(JSON, text)); err == nil {
			t.Errorf("%s is no error", text)
		}
	}
}
