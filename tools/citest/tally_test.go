package main

import (
	"strings"
	"testing"
)

// stream returns lines of go test -json.
func stream(lines ...string) string { return strings.Join(lines, "\n") + "\n" }

var (
	passing = stream(
		`{"Action":"start","Package":"p"}`,
		`{"Action":"run","Package":"p","Test":"TestA"}`,
		`{"Action":"output","Package":"p","Test":"TestA","Output":"=== RUN   TestA\n"}`,
		`{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:1: chatter\n"}`,
		`{"Action":"pass","Package":"p","Test":"TestA"}`,
		`{"Action":"output","Package":"p","Output":"PASS\n"}`,
		`{"Action":"output","Package":"p","Output":"ok  \tp\t0.1s\n"}`,
		`{"Action":"pass","Package":"p"}`)
	skipping = stream(
		`{"Action":"output","Package":"q","Test":"TestB/sub","Output":"=== RUN   TestB/sub\n"}`,
		`{"Action":"output","Package":"q","Test":"TestB/sub","Output":"    b_test.go:9: no browser\n"}`,
		`{"Action":"output","Package":"q","Test":"TestB/sub","Output":"--- SKIP: TestB/sub (0.00s)\n"}`,
		`{"Action":"skip","Package":"q","Test":"TestB/sub"}`,
		`{"Action":"pass","Package":"q"}`)
	failing = stream(
		`{"Action":"output","Package":"r","Test":"TestC","Output":"    c_test.go:3: got 1, want 2\n"}`,
		`{"Action":"fail","Package":"r","Test":"TestC"}`,
		`{"Action":"output","Package":"r","Output":"FAIL\tr\t0.1s\n"}`,
		`{"Action":"fail","Package":"r"}`)
	panicking = stream(
		`{"Action":"output","Package":"s","Test":"TestD","Output":"panic: in the air\n"}`,
		`{"Action":"output","Package":"s","Output":"FAIL\ts\t0.1s\n"}`,
		`{"Action":"fail","Package":"s"}`)
	unbuilt = stream(
		`{"ImportPath":"u","Action":"build-output","Output":"u.go:1: syntax error\n"}`,
		`{"ImportPath":"u","Action":"build-fail"}`,
		`{"Action":"output","Package":"u","Output":"FAIL\tu [build failed]\n"}`,
		`{"Action":"fail","Package":"u","FailedBuild":"u"}`)
	empty = stream(
		`{"Action":"output","Package":"v","Output":"?   \tv\t[no test files]\n"}`,
		`{"Action":"skip","Package":"v"}`)
)

func TestTheTallyOfEvents(t *testing.T) {
	tests := []struct {
		name    string
		events  string
		allowed string
		code    int
		want    []string
		not     []string
	}{
		{
			name: "pass", events: passing, code: 0,
			want: []string{"ok  \tp\t0.1s\n1 passed, 0 failed, 0 skipped\n"}, not: []string{"chatter", "PASS"},
		},
		{
			name: "skip that is not allowed", events: passing + skipping, code: 1,
			want: []string{"skipped, NOT allowed: q TestB/sub: b_test.go:9: no browser\n1 passed, 0 failed, 1 skipped\n"},
		},
		{
			name: "skip that is allowed", events: passing + skipping, allowed: "q TestB/.* # needs a browser", code: 0,
			want: []string{"skipped, allowed (needs a browser): q TestB/sub", "1 passed, 0 failed, 1 skipped\n"},
		},
		{
			name: "an expression must match the whole name", events: passing + skipping, allowed: "q TestB # needs a browser", code: 1,
			want: []string{"NOT allowed"},
		},
		{
			name: "fail", events: passing + failing, code: 1,
			want: []string{"got 1, want 2", "FAIL\tr", "1 passed, 1 failed, 0 skipped\n"},
		},
		{
			name: "a panic shows its output and counts", events: passing + panicking, code: 1,
			want: []string{"panic: in the air\nFAIL\ts", "1 passed, 1 failed, 0 skipped\n"},
		},
		{
			name: "a broken build counts", events: passing + unbuilt, code: 1,
			want: []string{"u.go:1: syntax error", "1 passed, 1 failed, 0 skipped\n"},
		},
		{
			name: "no test ran", events: empty, code: 1,
			want: []string{"[no test files]", "citest: no test ran\n0 passed, 0 failed, 0 skipped\n"},
		},
		{
			name: "skips alone are no tests", events: skipping, allowed: ".* # all", code: 1,
			want: []string{"citest: no test ran"},
		},
		{
			name: "a line that is not an event is passed on", events: "warning: odd\n" + passing, code: 0,
			want: []string{"warning: odd\n"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			allowed, err := parseAllowed(test.allowed, "")
			if err != nil {
				t.Fatal(err)
			}
			var out strings.Builder
			result := newTally(&out)
			if err := result.read(strings.NewReader(test.events)); err != nil {
				t.Fatal(err)
			}
			if code := result.close(allowed); code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
			for _, want := range test.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("output lacks %q:\n%s", want, out.String())
				}
			}
			for _, not := range test.not {
				if strings.Contains(out.String(), not) {
					t.Errorf("output has %q:\n%s", not, out.String())
				}
			}
		})
	}
}
