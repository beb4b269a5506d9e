package concurrency

import (
	"strings"
	"testing"
)

func TestNewRejectsNonsense(t *testing.T) {
	for name, limits := range map[string][]Limit{
		"none": {}, "no Max": {{}}, "negative": {{Max: -1}}, "scope": {{Max: 1, Scope: 9}}, "URL": {{Max: 1, URL: "("}},
		"route": {{Max: 1, Route: "x"}}, "queue": {{Max: 1, MaxQueue: -2}}, "wait": {{Max: 1, MaxWait: -1}},
	} {
		func() {
			defer func() {
				if text, ok := recover().(string); !ok || !strings.HasPrefix(text, "concurrency: ") {
					t.Errorf("%s: panic %q", name, text)
				}
			}()
			New(limits...)
		}()
	}
}
