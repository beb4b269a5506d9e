package otel_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"unicode/utf8"

	"go.opentelemetry.io/otel/attribute"

	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/roundtriptest"
)

// A collector takes 4 MiB at once over gRPC, and the SDK sends 512 spans at once: one text of a
// megabyte would lose all of them.
func TestNoTextIsLong(t *testing.T) {
	const most = 4 << 10
	long := strings.Repeat("ä word ", 1<<16)
	synctest.Test(t, func(t *testing.T) {
		s := newSDK()
		rt := s.stack(roundtriptest.Script(roundtriptest.Step{Err: errors.New(long)}, roundtriptest.Step{Body: "a page"}))
		host := "http://" + strings.Repeat("a", 1<<16) + ".test"
		_, _ = do(t, rt, request(t.Context(), t, "GET", host+"/?q="+strings.Repeat("a", 1<<16)))
		ctx := transport.With(transport.WithRoute(t.Context(), strings.Repeat("/part", 1<<14)+"/{id}"), transport.Expect{Check: func(*http.Response) error { return errors.New(long) }})
		_, _ = do(t, rt, request(ctx, t, strings.Repeat("A", 1<<16), host))
		check := func(what, text string) {
			t.Helper()
			if len(text) > most || !utf8.ValidString(text) {
				t.Errorf("%s has %d bytes, want at most %d: %q...", what, len(text), most, text[:20])
			}
		}
		attributes := func(what string, list []attribute.KeyValue) {
			t.Helper()
			for _, a := range list {
				check(what+", "+string(a.Key), a.Value.String())
			}
		}
		cut := 0
		for _, span := range s.ended() {
			check("a name", strings.TrimPrefix(span.Name(), "HTTP ")) // of a template that is cut
			check("a description", span.Status().Description)
			if strings.HasPrefix(span.Status().Description, "ä word") && strings.HasSuffix(span.Status().Description, "…") {
				cut++
			}
			attributes("a span", span.Attributes())
			for _, e := range span.Events() {
				attributes("an event", e.Attributes)
			}
		}
		for _, p := range s.durations(t) {
			attributes("a duration", p.Attributes.ToSlice())
		}
		if n := len(s.ended()); n < 4 || cut == 0 {
			t.Errorf("%d spans, %d of which begin as the error does", n, cut)
		}
	})
}
