package auth_test

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/auth"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport/verdict"
)

// The request that a hedge sends beside a slow one gets a 401, and is sent again. Its response is
// the outcome of the call, has a row of its own, and keeps the slot until its body ends.
func TestA401BesideASlowRequestIsFollowedByAnAttemptOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		server := accepting("new")
		var asked atomic.Bool
		base := rttest.Func(func(req *http.Request) (*http.Response, error) {
			if !asked.Swap(true) {
				<-req.Context().Done()
				return nil, req.Context().Err()
			}
			return server.RoundTrip(req)
		})
		tokens := []string{"old", "new"}
		source := auth.SourceFunc(func(context.Context) (auth.Token, error) {
			value := tokens[0]
			tokens = tokens[1:]
			return auth.Token{Value: value}, nil
		})
		slots := rttest.NewSlots(3)
		rt := rttest.Stack(base, rttest.Pass("outer"), rttest.Hedge(time.Second), slots, auth.Bearer(source, site))
		resp, err := rt.RoundTrip(request(ctx, t, http.MethodGet, site+"/", nil))
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		c := layer.CallOf(resp)
		if n := slots.Free(); n != 2 {
			t.Errorf("%d slots are free before the body is read, want 2", n)
		}
		if got := rttest.Read(t, resp); got != "fine" || slots.Free() != 3 {
			t.Errorf("body %q, %d slots free", got, slots.Free())
		}
		if a := c.Attempt(); a.Number() != 3 || a.Status() != http.StatusOK || a.Verdict() != verdict.OK {
			t.Errorf("the call ends with attempt %d, status %d, %v", a.Number(), a.Status(), a.Verdict())
		}
		rttest.WantAttempts(t, c, verdict.Canceled, verdict.Permanent, verdict.OK)
	})
}

// A hedge inside the layer returns the 401 of its second request. That is the outcome of the row of
// this request, and the next attempt has one row, whatever the first request does.
func TestA401OfAHedgeInsideTheLayer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var sent atomic.Int64
		base := rttest.Func(func(req *http.Request) (*http.Response, error) {
			switch sent.Add(1) {
			case 1:
				<-req.Context().Done()
				time.Sleep(time.Minute) // it does not notice at once
				return nil, req.Context().Err()
			case 2:
				return rttest.Response(req, http.StatusUnauthorized, ""), nil
			}
			return rttest.Response(req, http.StatusOK, ""), nil
		})
		source := auth.SourceFunc(func(context.Context) (auth.Token, error) { return auth.Token{Value: "token"}, nil })
		rt := rttest.Stack(base, rttest.Pass("outer"), auth.Bearer(source, site), rttest.Hedge(time.Second), rttest.Pass("inner"))
		resp, err := rt.RoundTrip(request(ctx, t, http.MethodGet, site+"/", nil))
		if err != nil {
			t.Fatal(err)
		}
		rttest.Read(t, resp)
		time.Sleep(time.Hour)
		rttest.WantAttempts(t, layer.CallOf(resp), verdict.Canceled, verdict.Permanent, verdict.OK)
	})
}
