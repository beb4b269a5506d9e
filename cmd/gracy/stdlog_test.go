package main

import (
	"log"
	"strings"
	"testing"
)

func TestStdlog(t *testing.T) {
	var b strings.Builder
	l := log.New(stdlog{&b}, "", 0)
	l.Printf("Unsolicited response received on idle HTTP channel starting with %q; err=%v", `{"password":"hunter2hunter2"}`, nil)
	l.Print("http: of https://api.test/?token=abcdef0123456789abcd \x1b[31m\nit says more")
	const want = "Unsolicited response received on idle HTTP channel\nhttp: of https://api.test/?token=REDACTED  it says more\n"
	if b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
	if _, err := (stdlog{fullDisk{}}).Write([]byte("line\n")); err == nil {
		t.Error("a line that cannot be written is no error")
	}
}
