#!/usr/bin/env bash
# net/http of Go 1.26.8 and Go 1.27.3, over HTTP/2 without TLS. The server uses the Framer of
# golang.org/x/net 0.59.0.
#
# Behavior: a server does the work of a POST and then ends its stream with RST_STREAM. If the code
# is PROTOCOL_ERROR, Go 1.26.8 sends the POST again by itself, without an idempotency key and
# without saying so: the caller sees a 200, and the work is done twice. With any other code except
# REFUSED_STREAM the caller gets an error, and in Go 1.27.3 also with PROTOCOL_ERROR.
#
# The guess it contradicts: that net/http resends what is not idempotent only if the server cannot
# have seen it (RFC 9113, section 8.7: REFUSED_STREAM, and streams above the last one of a GOAWAY),
# and that a new release of Go does not change how often a POST arrives.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export GOWORK=off GOFLAGS=-mod=mod
cat > main.go <<'GO'
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"

	"golang.org/x/net/http2"
)

// serve does the work of each request, and ends the first stream with a code.
func serve(c net.Conn, code http2.ErrCode, worked *atomic.Int64) {
	defer c.Close()
	if _, err := io.ReadFull(c, make([]byte, len(http2.ClientPreface))); err != nil {
		return
	}
	f := http2.NewFramer(c, c)
	_ = f.WriteSettings()
	for {
		frame, err := f.ReadFrame()
		if err != nil {
			return
		}
		switch frame := frame.(type) {
		case *http2.SettingsFrame:
			if !frame.IsAck() {
				_ = f.WriteSettingsAck()
			}
		case *http2.DataFrame:
			if !frame.StreamEnded() {
				continue
			}
			if worked.Add(1) == 1 {
				_ = f.WriteRSTStream(frame.StreamID, code)
				continue
			}
			// :status 200, from the static table of HPACK (RFC 7541, appendix A).
			_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: frame.StreamID, BlockFragment: []byte{0x88}, EndHeaders: true, EndStream: true})
		}
	}
}

func main() {
	for _, code := range []http2.ErrCode{http2.ErrCodeProtocol, http2.ErrCodeInternal, http2.ErrCodeCancel} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			panic(err)
		}
		var worked atomic.Int64
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				go serve(c, code, &worked)
			}
		}()
		t := &http.Transport{Protocols: new(http.Protocols)}
		t.Protocols.SetUnencryptedHTTP2(true)
		resp, err := (&http.Client{Transport: t}).Post("http://"+l.Addr().String()+"/pay", "text/plain", strings.NewReader("pay"))
		what := "an error"
		if err == nil {
			what = resp.Status
			resp.Body.Close()
		}
		fmt.Printf("%s, %s: %s, worked %d times\n", runtime.Version(), code, what, worked.Load())
		t.CloseIdleConnections()
		l.Close()
	}
}
GO
cat > seen <<'SEEN'
go1.26.8, PROTOCOL_ERROR: 200 OK, worked 2 times
go1.26.8, INTERNAL_ERROR: an error, worked 1 times
go1.26.8, CANCEL: an error, worked 1 times
go1.27.3, PROTOCOL_ERROR: an error, worked 1 times
go1.27.3, INTERNAL_ERROR: an error, worked 1 times
go1.27.3, CANCEL: an error, worked 1 times
SEEN
{ go mod init resent && go get golang.org/x/net@v0.59.0; } >/dev/null 2>&1 || exit 2
for v in go1.26.8 go1.27.3; do
	GOTOOLCHAIN=$v timeout 300 go build -o "$v" . >/dev/null 2>&1 || exit 2
done
for v in go1.26.8 go1.27.3; do timeout 60 "./$v"; done | tee out
diff seen out
