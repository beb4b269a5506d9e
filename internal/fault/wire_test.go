package fault

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func TestResetComesBeforeTheHeaders(t *testing.T) {
	s, c := serve(t, always(Reset(), text("never")))
	for _, method := range []string{"GET", "POST"} {
		req, err := http.NewRequestWithContext(t.Context(), method, s.URL, strings.NewReader("body"))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := c.Do(req)
		if err == nil {
			resp.Body.Close()
		}
		if !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("%s: %v: want a reset", method, err)
		}
	}
}

func TestEmptyAndMalformedResponsesAreErrorsOfTheClient(t *testing.T) {
	for _, c := range []struct {
		fault Fault
		want  string
	}{
		{Empty(), "EOF"},
		{Garbage(), "malformed HTTP"},
		{Raw("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"), "Content-Length"},
		{Raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), "invalid byte in chunk length"},
	} {
		s, client := serve(t, always(c.fault, text("never")))
		_, _, err := fetch(client, s.URL)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v: want %s", c.fault, err, c.want)
		}
		if errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("%v: a reset, not an orderly close", c.fault)
		}
	}
}

// body fits into 64 KiB, so that a reset discards none of it on loopback.
var body = strings.Repeat("0123456789abcdef", 2048)

func TestABodyBreaksOffAtItsByte(t *testing.T) {
	isReset := func(err error) bool { return errors.Is(err, syscall.ECONNRESET) }
	isShort := func(err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) }
	fine := func(err error) bool { return err == nil }
	for _, c := range []struct {
		fault  Fault
		length int
		sent   int
		how    func(error) bool
	}{
		{ResetAfter(0), len(body), 0, isReset},
		{ResetAfter(1), len(body), 1, isReset},
		{ResetAfter(4097), len(body), 4097, isReset},
		{ResetAfter(len(body) - 1), len(body), len(body) - 1, isReset},
		{Truncate(0), len(body), 0, isShort},
		{Truncate(100), len(body), 100, isShort},
		{Truncate(len(body) - 1), len(body), len(body) - 1, isShort},
		{Truncate(len(body)), len(body), len(body), fine}, // the control run: nothing is missing
		{Lie(5), len(body) + 5, len(body), isShort},
		{Lie(-5), len(body) - 5, len(body) - 5, fine},
		{Lie(-1 << 30), 0, 0, fine},
	} {
		t.Run(c.fault.String(), func(t *testing.T) {
			log := NewLog(0)
			s, client := serve(t, log.Wrap(always(c.fault, text(body))))
			resp, got, err := fetch(client, s.URL)
			if resp == nil {
				t.Fatalf("no headers: %v", err)
			}
			if resp.StatusCode != 200 || resp.ContentLength != int64(c.length) || resp.Header.Get("X-Inner") != "yes" {
				t.Errorf("head: %d, length %d, %v", resp.StatusCode, resp.ContentLength, resp.Header)
			}
			if got != body[:c.sent] || !c.how(err) {
				t.Errorf("%d bytes and %v: want %d", len(got), err, c.sent)
			}
			if st := log.Statuses(); st[Other][200] != 1 {
				t.Errorf("the log has %v", st)
			}
		})
	}
}

func TestAResponseToHEADHasNoBody(t *testing.T) {
	for _, f := range []Fault{Truncate(10), Lie(7), Drip(time.Nanosecond)} {
		s, c := serve(t, always(f, text(body)))
		resp, err := c.Head(s.URL)
		if err != nil {
			t.Fatalf("%v: %v", f, err)
		}
		b, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		want := len(body)
		if f.Kind() == KindLie {
			want += 7
		}
		if err != nil || len(b) != 0 || resp.ContentLength != int64(want) {
			t.Errorf("%v: %d bytes, length %d, %v", f, len(b), resp.ContentLength, err)
		}
	}
}

func TestDripWaitsBetweenBytes(t *testing.T) {
	s, c := serve(t, always(Drip(time.Nanosecond), text(body[:500])))
	if resp, got, err := fetch(c, s.URL); err != nil || got != body[:500] || resp.ContentLength != 500 {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		w := request(always(Drip(time.Minute), text("abc")), "GET", "/")
		if took := time.Since(start); took != 2*time.Minute || w.Body.String() != "abc" || !w.Flushed {
			t.Errorf("%q in %v, flushed %v", w.Body, took, w.Flushed)
		}
	})
}

func TestAnUpgradedConnectionEchoes(t *testing.T) {
	log := NewLog(0)
	s, c := serve(t, log.Wrap(always(Upgrade(), text(""))))
	req, err := http.NewRequestWithContext(t.Context(), "GET", s.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Connection", "Upgrade")
	req.Header.Set("Upgrade", "parrot/1")
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != 101 || resp.Header.Get("Upgrade") != "parrot/1" || log.Statuses()[Other][101] != 1 {
		t.Errorf("%d %v, log %v", resp.StatusCode, resp.Header, log.Statuses())
	}
	rw, ok := resp.Body.(io.ReadWriter)
	if !ok {
		t.Fatalf("body is a %T", resp.Body)
	}
	for i := range 3 {
		sent := fmt.Sprintf("line %d\n", i)
		if _, err := io.WriteString(rw, sent); err != nil {
			t.Fatal(err)
		}
		echoed, err := bufio.NewReader(io.LimitReader(rw, int64(len(sent)))).ReadString('\n')
		if err != nil || echoed != sent {
			t.Errorf("sent %q, echoed %q, %v", sent, echoed, err)
		}
	}
	// The connection is still open: Close of the server must end it.
}

func TestAnUpgradeKeepsBytesSentWithTheRequest(t *testing.T) {
	s, _ := serve(t, always(Upgrade(), text("")))
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: p\r\n\r\nearly"); err != nil {
		t.Fatal(err)
	}
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(conn)
	if err != nil || !strings.HasPrefix(string(all), "HTTP/1.1 101 ") || !strings.HasSuffix(string(all), "\r\n\r\nearly") {
		t.Errorf("%q, %v", all, err)
	}
}

func TestAFaultWithoutAConnectionRespondsWith500(t *testing.T) {
	for _, f := range []Fault{Reset(), Empty(), Garbage(), Upgrade(), ResetAfter(1), Truncate(1), Lie(1)} {
		w := request(always(f, text("x")), "GET", "/")
		if w.Code != 500 || !strings.Contains(w.Body.String(), "needs an HTTP/1 connection") {
			t.Errorf("%v: %d %q", f, w.Code, w.Body)
		}
	}
}

func TestATooLargeBodyRespondsWith500(t *testing.T) {
	huge := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		block := make([]byte, 1<<20)
		for range maxBody>>20 + 1 {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	})
	if w := request(always(Truncate(1), huge), "GET", "/"); w.Code != 500 || !strings.Contains(w.Body.String(), "too large") {
		t.Errorf("%d %.100q", w.Code, w.Body)
	}
}
