package otel_test

import (
	"errors"
	"net/http"
	"testing"
	"testing/synctest"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/otel"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/roundtriptest"
	"github.com/gracy-go/gracy/transport/verdict"
)

func TestTheSpanOfACallClaimsNothingOfHTTP(t *testing.T) {
	s := newSDK()
	ctx, parent := s.tracing.Tracer("test").Start(t.Context(), "parent")
	rt := s.stack(roundtriptest.Script(roundtriptest.Step{}))
	if _, err := do(t, rt, request(ctx, t, "GET", "http://api.test/pokemon/1")); err != nil {
		t.Fatal(err)
	}
	call := s.kind(trace.SpanKindInternal)[0]
	for _, a := range call.Attributes() {
		if a.Key != "gracy.call.attempts" && a.Key != "gracy.call.outcome" {
			t.Errorf("the span of a call has the attribute %s", a.Key)
		}
	}
	if call.Parent().SpanID() != parent.SpanContext().SpanID() {
		t.Error("the span of a call is not inside that of its caller")
	}
	if scope := call.InstrumentationScope(); scope.Name != "github.com/gracy-go/gracy/otel" || scope.SchemaURL == "" {
		t.Errorf("scope %+v", scope)
	}
}

func TestWhatTheCallExpectsIsNoError(t *testing.T) {
	s := newSDK()
	rt := s.stack(roundtriptest.Script(statuses(404)...))
	ctx := transport.With(t.Context(), verdict.Expect{Status: []int{404}})
	if _, err := do(t, rt, request(ctx, t, "GET", "http://api.test/pokemon/1")); err != nil {
		t.Fatal(err)
	}
	same(t, "spans", s.lines("error.type", "http.response.status_code"), []string{
		"internal GET /pokemon/{id} Unset",
		"client GET /pokemon/{id} Unset http.response.status_code=404",
	})
}

func TestAFailedCheckFailsTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSDK()
		rt := s.stack(roundtriptest.Script(statuses(200, 200, 200)...))
		ctx := transport.With(t.Context(), verdict.Expect{Check: func(*http.Response) error { return errors.New("not ready") }})
		_, _ = do(t, rt, request(ctx, t, "GET", "http://api.test/"))
		same(t, "spans", s.lines("error.type", "gracy.call.attempts"), []string{
			"internal GET / Error error.type=check_failed gracy.call.attempts=3",
			"client GET / Unset", "client GET / Unset", "client GET / Unset",
		})
	})
}

func TestARejectedCallHasNoClientSpan(t *testing.T) {
	s := newSDK()
	tel := otel.New(s.config())
	rt := gracy.Around(roundtriptest.Script(), tel, rejecting{}, tel.Attempts())
	if _, err := do(t, rt, request(t.Context(), t, "GET", "http://api.test/")); !errors.Is(err, verdict.ErrRejected) {
		t.Fatal(err)
	}
	same(t, "spans", s.lines("error.type", "gracy.call.outcome"), []string{"internal GET / Error error.type=rejected gracy.call.outcome=rejected"})
	if n := s.counted(t); n != 0 {
		t.Errorf("%d durations", n)
	}
}

func TestTheLayerOfCallsWorksAlone(t *testing.T) {
	s := newSDK()
	rt := otel.New(s.config()).Wrap(roundtriptest.Script(statuses(500)...))
	if _, err := do(t, rt, request(t.Context(), t, "GET", "http://api.test/")); err != nil {
		t.Fatal(err)
	}
	same(t, "spans", s.lines("error.type"), []string{"internal GET / Error error.type=500"})
}

func TestACallInsideACallIsInsideItsSpan(t *testing.T) {
	s := newSDK()
	inner := s.stack(roundtriptest.Script(roundtriptest.Step{}))
	base := rttest.Func(func(req *http.Request) (*http.Response, error) {
		if _, err := do(t, inner, request(req.Context(), t, "POST", "http://login.test/token")); err != nil {
			return nil, err
		}
		return rttest.Response(req, 200, ""), nil
	})
	if _, err := do(t, s.stack(base), request(t.Context(), t, "GET", "http://api.test/")); err != nil {
		t.Fatal(err)
	}
	byName := map[string]sdktrace.ReadOnlySpan{}
	for _, span := range s.ended() {
		byName[span.SpanKind().String()+" "+span.Name()] = span
	}
	if len(byName) != 4 || byName["internal POST /token"].Parent().SpanID() != byName["client GET /"].SpanContext().SpanID() {
		t.Errorf("spans %v", s.lines())
	}
}
