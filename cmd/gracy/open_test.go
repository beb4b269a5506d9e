package main

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A tape in a database is used as a file is. The servers are those of .ci/run.
func TestTapesInDatabases(t *testing.T) {
	for kind, variable := range map[string]string{"postgres": "DATABASE_URL", "mongodb": "MONGODB_URI"} {
		t.Run(kind, func(t *testing.T) {
			server := os.Getenv("GRACY_" + strings.ToUpper(kind))
			if server == "" {
				t.Skipf("no server: set GRACY_%s, or run .ci/%s.sh go test", strings.ToUpper(kind), kind)
			}
			b := make([]byte, 8)
			_, _ = rand.Read(b)
			tape := kind + ":gracy_test_" + hex.EncodeToString(b)
			if kind == "mongodb" {
				u, err := url.Parse(server)
				if err != nil {
					t.Fatal(err)
				}
				u.Path = "/gracy_command"
				server = u.String()
			}
			t.Setenv(variable, server)
			file, back := filepath.Join("testdata", "tape.json"), filepath.Join(t.TempDir(), "back.json")
			var out, errs bytes.Buffer
			step := func(want int, says string, args ...string) {
				t.Helper()
				out.Reset()
				errs.Reset()
				if code := run(t.Context(), append([]string{"tape"}, args...), &out, &errs); code != want || !strings.Contains(out.String()+errs.String(), says) {
					t.Fatalf("%v: exit code %d, %s%s, want %d and %q", args, code, out.String(), errs.String(), want, says)
				}
			}
			step(exitFailed, "no such tape", "ls", tape)
			step(0, "3 exchanges", "convert", file, tape)
			step(exitFailed, "the target has recordings", "convert", file, tape)
			step(exitUsage, "not a bbolt tape", "compact", tape)
			step(0, "GET", "ls", tape)
			step(0, "", "diff", file, tape)
			step(0, "3 exchanges", "convert", tape, back)
			step(0, "", "diff", file, back)
			step(0, "3", "prune", tape, "--before", "1h")
			step(0, "", "ls", tape)
			if out.Len() > 0 {
				t.Errorf("after prune there is %s", out.String())
			}
			if _, err := os.Stat(tape); err == nil {
				t.Error("a file with the name of the tape was made")
			}
		})
	}
}

func TestATapeInADatabaseThatNobodyNamed(t *testing.T) {
	t.Setenv("MONGODB_URI", "")
	var errs bytes.Buffer
	if code := run(t.Context(), []string{"tape", "ls", "mongodb:a"}, &bytes.Buffer{}, &errs); code != exitFailed || !strings.Contains(errs.String(), "MONGODB_URI") {
		t.Errorf("exit code %d, %s", code, errs.String())
	}
}
