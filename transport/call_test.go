package transport_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"net/http"
	"os"
	"reflect"
	"regexp"
	"slices"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// A caller can read the history of a call but not change it. Before a method is added to this list,
// make sure that it only reads.
func TestCallAndAttemptOfferOnlyMethodsThatRead(t *testing.T) {
	for _, tc := range []struct {
		of   reflect.Type
		want []string
	}{
		{reflect.TypeFor[*transport.Call](), []string{
			"Arg", "Attempt", "Attempts", "Count", "Expect", "LogValue", "Offline", "Previous", "Request", "Route",
			"StopReason", "String", "Wait",
		}},
		{reflect.TypeFor[*transport.Attempt](), []string{
			"BodyEnded", "BodyTime", "Bytes", "Call", "Cause", "Elapsed", "Ended", "Err", "Notes", "Number", "RecordedTime", "Replayed",
			"Sent", "Start", "Status", "TimeToHeaders", "Verdict", "Wait", "Waited",
		}},
	} {
		var got []string
		for m := range tc.of.Methods() {
			got = append(got, m.Name)
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s has the methods %v, want %v", tc.of, got, tc.want)
		}
	}
}

// stops is a layer that gives its reason for not continuing.
var stops = &rttest.Layer{Name: "stops", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	c.SetStopReason("budget empty")
	return next.RoundTrip(req)
}}

func ExampleCall() {
	rt := rttest.Stack(rttest.Sequence(rttest.Respond(503, ""), rttest.Respond(404, "")), rttest.Retry(3), quota, stops)
	ctx := transport.WithExpect(context.Background(), transport.Expect{Status: []int{404}})
	resp, err := rttest.Try(ctx, rt)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	c := transport.CallOf(resp)
	fmt.Println(c.Request().URL, c.Route(), c.Offline())
	fmt.Println(c.Count(), "attempts, waited", c.Wait(transport.Quota), "for quota, stopped:", c.StopReason())
	fmt.Println("last attempt:", c.Attempt().Status(), c.Attempt().Verdict(), c.Expect().Accepts(404))
	// Output:
	// http://api.test/things/7 /things/{id} false
	// 2 attempts, waited 2s for quota, stopped: budget empty
	// last attempt: 404 ok true
}

func ExampleCall_String() {
	rt := rttest.Retry(3).Wrap(rttest.Sequence(rttest.Respond(503, "busy"), rttest.Fail(errors.New("connection reset")), rttest.Respond(200, "fine")))
	ctx, trace := transport.WithTrace(context.Background())
	rttest.Fetch(ctx, rt)
	took := regexp.MustCompile(`\b[\d.]+(ns|µs|ms|s)\b`) // which differs from run to run
	fmt.Println(took.ReplaceAllString(trace.Calls()[0].String(), "1ms"))
	// Output:
	// GET /things/{id}: 200 after 3 attempts in 1ms
	//   1  503       retryable  headers 1ms  body 1ms  4 B
	//   2  error     retryable  headers 1ms  (retry)  connection reset
	//   3  200       ok         headers 1ms  body 1ms  4 B  (retry)
}

func ExampleCall_LogValue() {
	resp, err := rttest.Try(context.Background(), rttest.Pass("layer").Wrap(rttest.Respond(404, "")))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	log := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || a.Key == "elapsed" { // which differ from run to run
			return slog.Attr{}
		}
		return a
	}}))
	log.Info("done", "call", transport.CallOf(resp))
	// Output: level=INFO msg=done call.method=GET call.route=/things/{id} call.status=404 call.verdict=permanent call.attempts=1
}

func ExampleCall_Previous() {
	server := rttest.Func(func(req *http.Request) (*http.Response, error) {
		if req.URL.Path == "/old" {
			return rttest.RespondHeader(301, "", "Location", "/new")(req)
		}
		return rttest.Response(req, 200, ""), nil
	})
	client := &http.Client{Transport: rttest.Pass("layer").Wrap(server)}
	req, _ := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://api.test/old", nil)
	resp, err := client.Do(req)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	for c := transport.CallOf(resp); c != nil; c = c.Previous() {
		fmt.Println(c.Route(), c.Attempt().Status())
	}
	// Output:
	// /new 200
	// /old 301
}

// A hook, or any other code inside the stack, finds the call by the context of its
// request.
func ExampleCallFrom() {
	base := rttest.Func(func(req *http.Request) (*http.Response, error) {
		fmt.Println(transport.CallFrom(req.Context()).Route())
		return rttest.Response(req, 200, ""), nil
	})
	rttest.Fetch(context.Background(), rttest.Pass("layer").Wrap(base))
	// Output: /things/{id}
}

// A client without layers has no Call, and code that reads one needs no check for nil. The test
// calls every method, including those that are added later.
func TestMethodsOfANilCallReturnZeroValues(t *testing.T) {
	resp, err := rttest.Try(t.Context(), rttest.Respond(200, ""))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	for _, of := range []any{transport.CallOf(resp), transport.AttemptOf(resp), transport.TraceFrom(t.Context())} {
		v := reflect.ValueOf(of)
		if !v.IsNil() {
			t.Fatalf("%T of a response that no layer has seen is %v, want nil", of, of)
		}
		for m, f := range v.Methods() {
			var args []reflect.Value
			for in := range f.Type().Ins() {
				args = append(args, reflect.Zero(in))
			}
			func() {
				defer func() {
					if p := recover(); p != nil {
						t.Errorf("%s of a nil %T panics: %v", m.Name, of, p)
					}
				}()
				switch got := f.Call(args)[0].Interface().(type) {
				case iter.Seq[*transport.Attempt]:
					for a := range got {
						t.Errorf("an attempt of a nil Call: %v", a)
					}
				case string:
					if want := map[bool]string{true: "<nil>"}[m.Name == "String"]; got != want {
						t.Errorf("%s of a nil %T returns %q, want %q", m.Name, of, got, want)
					}
				default:
					if g := reflect.ValueOf(got); g.IsValid() && !g.IsZero() {
						t.Errorf("%s of a nil %T returns %v, want the zero value", m.Name, of, got)
					}
				}
			}()
		}
	}
}
