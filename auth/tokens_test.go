package auth_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/auth"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/transport/verdict"
)

func TestATokenIsRenewedBeforeItExpires(t *testing.T) {
	for name, c := range map[string]struct {
		life, leeway time.Duration
		renewed      time.Duration // after which the second fetch starts
	}{
		"default leeway": {time.Minute, 0, 50 * time.Second},
		"leeway":         {time.Minute, 30 * time.Second, 30 * time.Second},
		"one nanosecond": {time.Minute, 1, time.Minute - 1},
		"short life":     {4 * time.Second, 0, 2 * time.Second}, // half of it, or each call would cause a fetch
		"no end":         {0, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				source := &issuer{life: c.life}
				rt := auth.New(auth.Config{Source: source, Origins: []string{site}, Leeway: c.leeway}).Wrap(rttest.Func(fine))
				wantStatus(t.Context(), t, rt, 200)
				if c.renewed == 0 {
					time.Sleep(1000 * time.Hour)
					wantStatus(t.Context(), t, rt, 200)
					if n := source.fetches.Load(); n != 1 {
						t.Errorf("%d fetches", n)
					}
					return
				}
				time.Sleep(c.renewed - 1)
				wantStatus(t.Context(), t, rt, 200)
				synctest.Wait() // a fetch for which nobody waits would have begun
				if n := source.fetches.Load(); n != 1 {
					t.Errorf("%d fetches before the time", n)
				}
				time.Sleep(time.Nanosecond)
				wantStatus(t.Context(), t, rt, 200)
				synctest.Wait()
				if n := source.fetches.Load(); n != 2 {
					t.Errorf("%d fetches at the time, want 2", n)
				}
			})
		})
	}
}

// No request waits for a slow source while the token is valid for long enough: requests in the
// first half of the leeway are sent with it, those in the second half wait for the next.
func TestATokenIsRenewedWhileRequestsGoOnWithIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := &issuer{life: time.Minute, takes: 4 * time.Second}
		a := auth.New(auth.Config{Source: source, Origins: []string{site}, Leeway: 20 * time.Second})
		var with string
		rt := a.Wrap(observeHeader("Authorization", func(h string) { with = h }))
		begin := time.Now()
		for _, c := range []struct {
			at, sent time.Duration // when the request is made, and when it is sent
			with     string
		}{
			{0, 4 * time.Second, "Bearer token-1"}, // until 64 s
			{43 * time.Second, 43 * time.Second, "Bearer token-1"},
			{45 * time.Second, 45 * time.Second, "Bearer token-1"}, // the source is called
			{48 * time.Second, 48 * time.Second, "Bearer token-1"},
			{50 * time.Second, 50 * time.Second, "Bearer token-2"},     // until 109 s
			{99*time.Second - 1, 99*time.Second - 1, "Bearer token-2"}, // the source is called
			{99 * time.Second, 103*time.Second - 1, "Bearer token-3"},
		} {
			time.Sleep(c.at - time.Since(begin))
			wantStatus(t.Context(), t, rt, 200)
			if at := time.Since(begin); at != c.sent || with != c.with {
				t.Errorf("made at %s: sent at %s with %q, want at %s with %q", c.at, at, with, c.sent, c.with)
			}
		}
		if n := source.fetches.Load(); n != 3 {
			t.Errorf("%d fetches, want 3", n)
		}
	})
}

// A token that has not expired stays in use until it does.
func TestAFailingSourceIsCalledOnceASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := &issuer{life: time.Minute, fail: failAfterFirst}
		rt := auth.Bearer(source, site).Wrap(rttest.Func(fine))
		wantStatus(t.Context(), t, rt, 200)
		time.Sleep(50 * time.Second)
		for range 99 {
			wantStatus(t.Context(), t, rt, 200)
			time.Sleep(100 * time.Millisecond)
		}
		if n := source.fetches.Load(); n < 10 || n > 12 {
			t.Errorf("%d fetches in ten seconds of failure", n)
		}
		time.Sleep(time.Second)
		before := source.fetches.Load()
		for range 100 {
			_, err := get(t.Context(), t, rt)
			e, ok := errors.AsType[*auth.Error](err)
			if !ok || e.Unauthorized || !errors.Is(err, rttest.ErrBoom) || !errors.Is(err, auth.ErrNoToken) || !errors.Is(err, verdict.ErrRejected) {
				t.Fatalf("error %v", err)
			}
		}
		if n := source.fetches.Load() - before; n != 1 {
			t.Errorf("%d fetches for 100 calls at once", n)
		}
		source.fail = nil
		time.Sleep(time.Second)
		wantStatus(t.Context(), t, rt, 200)
	})
}

// A token that expires while a request waits for the next one, in vain, is not sent.
func TestATokenThatExpiresDuringAFailingFetchIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := &issuer{life: time.Minute, fail: failAfterFirst}
		rt := auth.Bearer(source, site).Wrap(rttest.Func(fine))
		wantStatus(t.Context(), t, rt, 200)
		time.Sleep(57 * time.Second)
		source.takes = 4 * time.Second
		if _, err := get(t.Context(), t, rt); !errors.Is(err, rttest.ErrBoom) {
			t.Errorf("error %v", err)
		}
	})
}

// After a fetch that failed there is none for a 401 either, which then stands.
func TestA401AfterAFailedFetchStands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := &issuer{life: time.Minute, fail: failAfterFirst}
		s := accepting("token-1")
		rt := auth.Bearer(source, site).Wrap(s)
		wantStatus(t.Context(), t, rt, 200)
		time.Sleep(52 * time.Second)
		wantStatus(t.Context(), t, rt, 200) // its fetch fails
		synctest.Wait()
		revoked := "none"
		s.token.Store(&revoked)
		wantStatus(t.Context(), t, rt, 401)
		if n := source.fetches.Load(); n != 2 {
			t.Errorf("%d fetches, want 2", n)
		}
	})
}

// A client that sends only bodies that cannot be sent again would otherwise get 401s forever.
func TestA401ThatIsReturnedHasTheTokenRenewedForTheNextRequest(t *testing.T) {
	for name, c := range map[string]struct {
		fail    func(fetch int64) error
		status  int
		fetches int64
	}{
		"the source works": {nil, 200, 2},
		"the source fails": {func(fetch int64) error {
			if fetch > 1 {
				return rttest.ErrBoom
			}
			return nil
		}, 401, 2}, // the token may still be good: the server decides
	} {
		t.Run(name, func(t *testing.T) {
			s, source := accepting("token-2"), &issuer{fail: c.fail}
			rt := auth.Bearer(source, site).Wrap(s)
			for i, want := range []int{401, c.status, c.status} {
				over := io.MultiReader(strings.NewReader(strings.Repeat("x", 1<<20+1)))
				resp, err := rt.RoundTrip(request(t.Context(), t, http.MethodPost, site, over))
				if err != nil {
					t.Fatal(err)
				}
				rttest.Read(t, resp)
				if resp.StatusCode != want {
					t.Errorf("upload %d: %d, want %d", i+1, resp.StatusCode, want)
				}
			}
			if n := source.fetches.Load(); n != c.fetches || s.sent.Load() != 3 || s.open.Load() != 0 {
				t.Errorf("%d fetches, %d sent, %d open", n, s.sent.Load(), s.open.Load())
			}
		})
	}
}

// Uploads to a server that accepts no token cause no more fetches than other requests.
func TestReturned401sCauseOneFetchASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, source := accepting("none"), new(issuer)
		rt := auth.Bearer(source, site).Wrap(s)
		for range 100 {
			req := request(t.Context(), t, http.MethodPost, site, nil)
			req.Body = io.NopCloser(io.MultiReader(strings.NewReader(strings.Repeat("x", 1<<20+1))))
			resp, err := rt.RoundTrip(req)
			if err != nil || resp.StatusCode != 401 {
				t.Fatal(resp, err)
			}
			rttest.Read(t, resp)
			time.Sleep(100 * time.Millisecond)
		}
		if fetches, sent := source.fetches.Load(), s.sent.Load(); fetches < 10 || fetches > 12 || sent != 100 {
			t.Errorf("%d fetches, %d requests for 100 uploads in 10 s", fetches, sent)
		}
	})
}

// An endpoint that issues one token an hour says in its last second that it expires in 0 s. Packages
// for OAuth take that for a token that never expires. A 401 replaces it.
func TestATokenOfZeroSecondsIsReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		hour := func() int { return int(time.Since(begin) / time.Hour) }
		fetches, endless := 0, 0
		source := auth.SourceFunc(func(context.Context) (auth.Token, error) {
			fetches++
			token := auth.Token{Value: strconv.Itoa(hour())}
			if left := (time.Hour - time.Since(begin)%time.Hour).Truncate(time.Second); left > 0 {
				token.Expiry = time.Now().Add(left)
			} else {
				endless++
			}
			return token, nil
		})
		unauthorized := 0
		rt := auth.Bearer(source, site).Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
			if req.Header.Get("Authorization") != "Bearer "+strconv.Itoa(hour()) {
				unauthorized++
				return rttest.Respond(401, "")(req)
			}
			return fine(req)
		}))
		const hours = 5
		time.Sleep(time.Second / 4)
		for range hours*2*3600 + 1 {
			wantStatus(t.Context(), t, rt, 200)
			time.Sleep(time.Second / 2)
		}
		if endless != hours || unauthorized != hours {
			t.Errorf("%d tokens without an expiry and %d 401s in %d hours", endless, unauthorized, hours)
		}
		if fetches > 10*hours {
			t.Errorf("%d fetches in %d hours", fetches, hours)
		}
	})
}
