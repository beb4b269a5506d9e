#!/usr/bin/env bash
# go-vcr v4.0.8 (gopkg.in/dnaeon/go-vcr.v4): streams of events in ModeRecordOnly, and in
# ModePassthrough for comparison.
#
# Behavior: a server sends an event a second. While it is recorded, its client gets no response
# before the last one: if there are four, all come after 3 s. If the stream does not end, the client
# gets nothing, not even a status, until its deadline, and nothing is recorded, though five events
# came. If the stream breaks off after the third event, the client gets an error in place of a 200
# with three events, and nothing is recorded. A response is read to its end before anybody sees it.
#
# The guess it contradicts: that a recorder that looks on changes nothing for those who talk, so that
# a client that works without it works with it; and that whatever a client can get from a server can
# be recorded, also a broken response.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export GOWORK=off GOFLAGS=-mod=mod
go mod init finding >/dev/null 2>&1
cat > main.go <<'GO'
package main

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"gopkg.in/dnaeon/go-vcr.v4/pkg/recorder"
)

func main() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for n := 1; ; n++ {
			fmt.Fprintf(w, "data: %d\n\n", n)
			http.NewResponseController(w).Flush()
			switch {
			case n == 3 && r.URL.Path == "/breaks":
				panic(http.ErrAbortHandler)
			case n == 4 && r.URL.Path == "/ends":
				return
			}
			select {
			case <-time.After(time.Second):
			case <-r.Context().Done():
				return
			}
		}
	}))
	for _, path := range []string{"/ends", "/breaks", "/endless"} {
		show("passed on", recorder.ModePassthrough, server.URL, path)
		show("recorded", recorder.ModeRecordOnly, server.URL, path)
	}
}

func show(name string, mode recorder.Mode, server, path string) {
	file := name + path[1:]
	r, err := recorder.New(file, recorder.WithMode(mode))
	check(err)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, server+path, nil)
	check(err)
	outcome := "no response"
	begin := time.Now()
	if resp, err := (&http.Client{Transport: r}).Do(req); err == nil {
		outcome = resp.Status
		if time.Since(begin) > 2500*time.Millisecond {
			outcome += " after more than 2 s"
		}
		events := 0
		lines := bufio.NewScanner(resp.Body)
		for (path != "/endless" || events < 5) && lines.Scan() {
			if strings.HasPrefix(lines.Text(), "data: ") {
				events++
			}
		}
		outcome += fmt.Sprintf(", %d events, an error: %v", events, lines.Err() != nil)
		check(resp.Body.Close())
	}
	check(r.Stop())
	tape, _ := os.ReadFile(file + ".yaml") // there is none in ModePassthrough
	fmt.Printf("%s, %s: %s; on the tape: %d\n", path, name, outcome, strings.Count(string(tape), "- id:"))
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
GO
timeout 180 go get gopkg.in/dnaeon/go-vcr.v4@v4.0.8 2>install.log || { cat install.log >&2; exit 2; }
timeout 300 go build -o finding . || exit 2
cat > seen <<'SEEN'
/ends, passed on: 200 OK, 4 events, an error: false; on the tape: 0
/ends, recorded: 200 OK after more than 2 s, 4 events, an error: false; on the tape: 1
/breaks, passed on: 200 OK, 3 events, an error: true; on the tape: 0
/breaks, recorded: no response; on the tape: 0
/endless, passed on: 200 OK, 5 events, an error: false; on the tape: 0
/endless, recorded: no response; on the tape: 0
SEEN
timeout 120 ./finding | tee out
diff seen out
