package replay_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/transport"
)

// hangingBody yields its events, and then blocks until it is closed or its request ends.
type hangingBody struct {
	rest []event
	ctx  context.Context
	shut chan struct{}
}

func (b *hangingBody) Read(p []byte) (int, error) {
	var due <-chan time.Time
	if len(b.rest) > 0 {
		due = time.After(b.rest[0].after)
	}
	select {
	case <-due:
		n := copy(p, b.rest[0].text)
		b.rest = b.rest[1:]
		return n, nil
	case <-b.ctx.Done():
		return 0, b.ctx.Err()
	case <-b.shut:
		return 0, http.ErrBodyReadAfterClose
	}
}

func (b *hangingBody) Close() error { close(b.shut); return nil }

// endlessly responds after 300 ms with events in a body that does not end.
func endlessly(list []event) *script {
	return &script{fn: func(_ int, req *http.Request) (*http.Response, error) {
		time.Sleep(300 * time.Millisecond)
		resp := respond(req, 200, "")
		resp.Header.Set("Content-Type", "text/event-stream")
		resp.ContentLength = -1
		resp.Body = &hangingBody{list, req.Context(), make(chan struct{})}
		return resp, nil
	}}
}

// leaving is a way for a caller to leave a stream.
type leaving func(cancel context.CancelFunc, body io.ReadCloser)

func leavings() map[string]leaving {
	return map[string]leaving{
		"Close": func(_ context.CancelFunc, body io.ReadCloser) { _ = body.Close() },
		"cancel, then Close": func(cancel context.CancelFunc, body io.ReadCloser) {
			cancel()
			_ = body.Close()
		},
		"cancel during a read": func(cancel context.CancelFunc, body io.ReadCloser) {
			time.AfterFunc(40*time.Millisecond, cancel)
			_, _ = body.Read(make([]byte, 9))
			_ = body.Close()
		},
		"Close during a read": func(_ context.CancelFunc, body io.ReadCloser) {
			time.AfterFunc(40*time.Millisecond, func() { _ = body.Close() })
			_, _ = body.Read(make([]byte, 9))
		},
	}
}

// leave reads n events of a stream and then leaves it.
func leave(t *testing.T, rt http.RoundTripper, n int, how leaving) *http.Response {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	resp, err := rt.RoundTrip(request(t, "GET", api+"/stream", "").WithContext(ctx))
	if err != nil {
		t.Fatal(err)
	}
	for range n {
		if _, err := resp.Body.Read(make([]byte, 4096)); err != nil {
			t.Fatal(err)
		}
	}
	how(cancel, resp.Body)
	return resp
}

// exchanges returns the exchanges of the tape at path.
func exchanges(t *testing.T, path string) (list []*store.Exchange) {
	t.Helper()
	tape := openReplay(t, path)
	defer closeTape(t, tape)
	for x, err := range tape.Exchanges() {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, x)
	}
	return list
}

// What a caller read of a stream before it left is replayed as it came. Then the body returns an
// error that says where the recording ends. It never returns io.EOF, as if that had been all.
func TestAStreamThatItsCallerLeftIsReplayedUpToThere(t *testing.T) {
	for _, name := range stores() {
		for how, leaves := range leavings() {
			for _, mode := range []replay.Mode{replay.ModeRecord, replay.ModeSmart} {
				t.Run(name+", "+how+", "+mode.String(), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						path := filepath.Join(t.TempDir(), name)
						tape := open(t, path, replay.Options{Mode: mode})
						began := time.Now()
						const n = 3
						size := int64(len(tokens[0].text + tokens[1].text + tokens[2].text))
						resp := leave(t, tape.Wrap(endlessly(tokens[:n])), n, leaves)
						if text := layer.CallOf(resp).String(); !strings.Contains(text, fmt.Sprintf("on the tape up to byte %d, where its caller left", size)) {
							t.Errorf("the ledger does not say so: %s", text)
						}
						closeTape(t, tape)
						if s := tape.Stats(); s.Cut != 1 || s.Recorded != 1 || s.Incomplete != 0 {
							t.Errorf("%+v, want one that is cut", s)
						}

						tape = open(t, path, replay.Options{Mode: replay.ModeReplay, Speed: 1})
						got := watch(t, tape.Wrap(noNetwork(t)))
						if got.headers != 300*time.Millisecond || !slices.Equal(got.events, tokens[:n]) || got.end > 100*time.Millisecond {
							t.Errorf("replayed %+v, want %+v", got, tokens[:n])
						}
						cut, ok := errors.AsType[*store.CutError](got.err)
						if !ok || !errors.Is(got.err, store.ErrCut) || errors.Is(got.err, io.EOF) || errors.Is(got.err, context.Canceled) {
							t.Fatalf("replayed until %v, want a CutError", got.err)
						}
						if cut.Bytes != size || cut.URL != api+"/stream" || cut.Method != "GET" || name == "tape.db" && !cut.Recorded.Equal(began) {
							t.Errorf("%+v, want %d bytes of GET /stream", cut, size)
						}
						closeTape(t, tape)
					})
				})
			}
		}
	}
}

// A caller that runs into a time limit has not left: it did not have what it wanted.
func TestATimeLimitDoesNotCutARecording(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "tape.json")
		tape := open(t, path, replay.Options{})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		resp, err := tape.Wrap(endlessly(tokens)).RoundTrip(request(t, "GET", api+"/stream", "").WithContext(ctx))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(resp.Body); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("read until %v", err)
		}
		_ = resp.Body.Close()
		closeTape(t, tape)
		if s := tape.Stats(); s.Cut != 0 || s.Incomplete != 1 {
			t.Errorf("%+v, want one that is incomplete", s)
		}
		_, err = openReplay(t, path).Wrap(noNetwork(t)).RoundTrip(request(t, "GET", api+"/stream", ""))
		if miss, ok := errors.AsType[*replay.MissError](err); !ok || miss.Reason != replay.MissIncomplete {
			t.Errorf("%v, want an incomplete miss", err)
		}
	})
}

// foreignBody is a body whose error at the end of its context is that of a base of its own, as over HTTP/3.
type foreignBody struct{ *hangingBody }

func (b foreignBody) Read(p []byte) (int, error) {
	n, err := b.hangingBody.Read(p)
	if err != nil {
		err = errors.New("H3_REQUEST_CANCELLED (local)")
	}
	return n, err
}

// Whatever a body returns once its caller has ended the request, the server did not cause that, and it is no fault
// to be recorded.
func TestABodyThatNamesNoContextIsLeftToo(t *testing.T) {
	for name, c := range map[string]struct {
		ends            func(context.Context) (context.Context, context.CancelFunc)
		cut, incomplete int64
	}{
		"a cancel": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(time.Minute, cancel)
			return ctx, cancel
		}, 1, 0},
		"a deadline": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, time.Minute)
		}, 0, 1},
	} {
		for _, recorded := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "tape.json")
				tape := open(t, path, replay.Options{Errors: recorded})
				ctx, cancel := c.ends(t.Context())
				defer cancel()
				events := endlessly(tokens[:1])
				resp, err := tape.Wrap(&script{fn: func(n int, req *http.Request) (*http.Response, error) {
					resp, err := events.fn(n, req)
					resp.Body = foreignBody{resp.Body.(*hangingBody)} //nolint:forcetypeassert // made so
					return resp, err
				}}).RoundTrip(request(t, "GET", api+"/stream", "").WithContext(ctx))
				if err != nil {
					t.Fatal(err)
				}
				if b, err := io.ReadAll(resp.Body); string(b) != tokens[0].text || err == nil {
					t.Errorf("%q, %v", b, err)
				}
				_ = resp.Body.Close()
				closeTape(t, tape)
				if s := tape.Stats(); s.Cut != c.cut || s.Incomplete != c.incomplete {
					t.Errorf("%s, faults are recorded: %v: %+v, want %d cut, %d incomplete", name, recorded, s, c.cut, c.incomplete)
				}
			})
		}
	}
}

// ModeSmart cannot know whether the caller had enough or was interrupted. Since it can send, it
// sends the request again, and the new response replaces the cut one.
func TestSmartSendsWhatIsCutAnew(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), name)
				run := func(mode replay.Mode, base *script, whole bool) {
					t.Helper()
					tape := open(t, path, replay.Options{Mode: mode})
					before := base.sent.Load()
					if rt := tape.Wrap(base); whole {
						watch(t, rt)
					} else {
						leave(t, rt, 1, leavings()["Close"])
					}
					if base.sent.Load() != before+1 {
						t.Error("nothing was sent")
					}
					closeTape(t, tape)
				}
				holds := func(want ...bool) {
					t.Helper()
					var got []bool
					for _, x := range exchanges(t, path) {
						got = append(got, x.Complete)
					}
					if !slices.Equal(got, want) {
						t.Errorf("the tape holds %v, want %v: whether each is complete", got, want)
					}
				}
				run(replay.ModeSmart, endlessly(tokens), false)
				holds(false)
				run(replay.ModeSmart, endlessly(tokens), false)
				holds(false)
				run(replay.ModeSmart, streams(tokens, io.EOF), true)
				holds(true)
				run(replay.ModeRecord, endlessly(tokens), false) // replaces nothing
				holds(true, false)
				run(replay.ModeRecord, streams(tokens, io.EOF), true)
				holds(true)
			})
		})
	}
}

// Within a run, each recording of a sequence is kept, whole or cut, and replayed in its place.
func TestACutRecordingHasItsPlaceInASequence(t *testing.T) {
	for _, name := range stores() {
		for _, mode := range []replay.Mode{replay.ModeRecord, replay.ModeSmart} {
			synctest.Test(t, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), name)
				tape := open(t, path, replay.Options{Mode: mode})
				leave(t, tape.Wrap(endlessly(tokens)), 1, leavings()["Close"])
				watch(t, tape.Wrap(streams(tokens, io.EOF)))
				leave(t, tape.Wrap(endlessly(tokens)), 2, leavings()["Close"])
				closeTape(t, tape)
				for _, opts := range []replay.Options{{End: replay.EndMiss}, {Ordered: true}} {
					opts.Mode = replay.ModeReplay
					tape = open(t, path, opts)
					rt := tape.Wrap(noNetwork(t))
					var got []int
					for range 3 {
						s := watch(t, rt)
						got = append(got, len(s.events))
						if errors.Is(s.err, store.ErrCut) != (len(s.events) < len(tokens)) {
							t.Errorf("%d events, then %v", len(s.events), s.err)
						}
					}
					if want := []int{1, len(tokens), 2}; !slices.Equal(got, want) {
						t.Errorf("%s, %v: replayed %v events, want %v", name, mode, got, want)
					}
					if unused, err := tape.Unused(); len(unused) > 0 || err != nil {
						t.Errorf("unused %v, %v", unused, err)
					}
					closeTape(t, tape)
				}
			})
		}
	}
}

// On a tape in ModeSmart, a single call can override the mode to replay a cut recording, in an
// ordered tape too.
func TestACallMayReplayWhatIsCutInModeSmart(t *testing.T) {
	for _, ordered := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "tape.db")
			tape := open(t, path, replay.Options{})
			leave(t, tape.Wrap(endlessly(tokens)), 2, leavings()["Close"])
			closeTape(t, tape)
			tape = open(t, path, replay.Options{Ordered: ordered})
			defer closeTape(t, tape)
			ctx := transport.With(t.Context(), replay.ModeReplay)
			resp, err := tape.Wrap(noNetwork(t)).RoundTrip(request(t, "GET", api+"/stream", "").WithContext(ctx))
			if err != nil {
				t.Fatalf("ordered %v: %v", ordered, err)
			}
			defer resp.Body.Close()
			if b, err := io.ReadAll(resp.Body); string(b) != tokens[0].text+tokens[1].text || !errors.Is(err, store.ErrCut) {
				t.Errorf("ordered %v: %q, %v", ordered, b, err)
			}
		})
	}
}

// A hook can declare a cut body whole. DiscardBad does not count leaving as a failure.
func TestAHookMayMakeACutBodyWhole(t *testing.T) {
	for _, name := range stores() {
		synctest.Test(t, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			tape := open(t, path, replay.Options{DiscardBad: true})
			leave(t, tape.Wrap(endlessly(tokens)), 1, leavings()["Close"])
			closeTape(t, tape)
			tape = open(t, path, replay.Options{Mode: replay.ModeReplay, DiscardBad: true, BeforeReplay: func(_ *http.Request, x *store.Exchange) {
				if x.CallerLeft() {
					x.Fault = nil
				}
			}})
			want(t, tape.Wrap(noNetwork(t)), api+"/stream", 200, tokens[0].text)
		})
	}
}

// If WriteTo fails to write, the recording is incomplete, not cut: the caller did not choose to
// stop.
func TestAFailedWriteDoesNotCutARecording(t *testing.T) {
	tape := open(t, filepath.Join(t.TempDir(), "t.json"), replay.Options{})
	resp, err := tape.Wrap(&script{fn: func(_ int, req *http.Request) (*http.Response, error) {
		resp := respond(req, 200, "")
		resp.Body, resp.ContentLength = writerTo{strings.NewReader("hello")}, -1
		return resp, nil
	}}).RoundTrip(request(t, "GET", api+"/a", ""))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := resp.Body.(io.WriterTo).WriteTo(fullDisk{}); err == nil {
		t.Fatal("no error")
	}
	_ = resp.Body.Close()
	closeTape(t, tape)
	if s := tape.Stats(); s.Cut != 0 || s.Incomplete != 1 {
		t.Errorf("%+v, want one that is incomplete", s)
	}
}

// A server that sees its client leave may end the response cleanly, and a client of TLS over
// HTTP/1.1 may see that end. It does not say that the body was whole.
func TestAnEndBehindACancelIsNone(t *testing.T) {
	for name, c := range map[string]struct {
		over      func(context.Context) (context.Context, context.CancelFunc)
		length    int64
		cut, lost int64
	}{
		"a cancel": {context.WithCancel, -1, 1, 0},
		"a deadline": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, time.Second)
		}, -1, 0, 1},
		"a known length":  {context.WithCancel, 9, 0, 0},
		"nobody has left": {func(ctx context.Context) (context.Context, context.CancelFunc) { return ctx, func() {} }, -1, 0, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := c.over(t.Context())
			defer cancel()
			tape := open(t, filepath.Join(t.TempDir(), "t.json"), replay.Options{})
			resp, err := tape.Wrap(&script{fn: func(_ int, req *http.Request) (*http.Response, error) {
				resp := respond(req, 200, "")
				resp.ContentLength = c.length
				resp.Body = io.NopCloser(io.MultiReader(strings.NewReader("data: 1\n\n"), endOf{req.Context()}))
				return resp, nil
			}}).RoundTrip(request(t, "GET", api+"/stream", "").WithContext(ctx))
			if err != nil {
				t.Fatal(err)
			}
			time.AfterFunc(5*time.Second, cancel)
			if b, err := io.ReadAll(resp.Body); string(b) != "data: 1\n\n" || err != nil {
				t.Errorf("%s: live %q, %v", name, b, err)
			}
			_ = resp.Body.Close()
			closeTape(t, tape)
			if s := tape.Stats(); s.Cut != c.cut || s.Incomplete != c.lost {
				t.Errorf("%s: %+v, want %d cut, %d incomplete", name, s, c.cut, c.lost)
			}
		})
	}
}

// A layer outside the tape may end its context together with the body. That is not leaving.
func TestAContextThatEndsWithTheBodyCutsNothing(t *testing.T) {
	tape := open(t, filepath.Join(t.TempDir(), "tape.json"), replay.Options{})
	rt := (&endOfBody{}).Wrap(tape.Wrap(owner{}.Wrap(&script{fn: func(_ int, req *http.Request) (*http.Response, error) {
		resp := respond(req, 200, "data: 1\n\n")
		resp.ContentLength = -1
		return resp, nil
	}})))
	want(t, rt, api+"/x", 200, "data: 1\n\n")
	closeTape(t, tape)
	if s := tape.Stats(); s.Recorded != 1 || s.Cut+s.Incomplete != 0 {
		t.Errorf("%+v, want the response recorded whole", s)
	}
}

// endOf ends cleanly once its context is over, or after an hour.
type endOf struct{ ctx context.Context }

func (e endOf) Read([]byte) (int, error) {
	select {
	case <-e.ctx.Done():
	case <-time.After(time.Hour):
	}
	return 0, io.EOF
}

// A cut body keeps the announced length, adjusted by what masking and hooks changed. With the
// length that was read, a reader would take the part for the whole.
func TestACutBodyDoesNotHaveTheLengthThatWasRead(t *testing.T) {
	const text, masked, length = `{"access_token":"0123456789abcdef","items":[`, `{"access_token":"REDACTED","items":[`, 100_000
	broken := func(*http.Request) io.ReadCloser { return io.NopCloser(torn{strings.NewReader(text)}) }
	left := func(req *http.Request) io.ReadCloser {
		return &hangingBody{[]event{{0, text}}, req.Context(), make(chan struct{})}
	}
	edit := func(x *store.Exchange) { x.Response.Body = append(x.Response.Body, ' ') }
	for name, c := range map[string]struct {
		body         func(*http.Request) io.ReadCloser
		want         string
		before, when func(x *store.Exchange)
	}{
		"left":                                 {left, masked, nil, nil},
		"broken off":                           {broken, masked, nil, nil},
		"left, and edited":                     {left, masked + " ", edit, nil},
		"left, and edited when it is replayed": {left, masked + " ", nil, edit},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "t.db")
				opts := replay.Options{Errors: true}
				if c.before != nil {
					opts.BeforeRecord = func(x *store.Exchange) bool { c.before(x); return true }
				}
				tape := open(t, path, opts)
				leave(t, tape.Wrap(&script{fn: func(_ int, req *http.Request) (*http.Response, error) {
					resp := respond(req, 200, "")
					resp.Header.Set("Content-Type", "application/json")
					resp.Header.Set("Content-Length", strconv.Itoa(length))
					resp.ContentLength, resp.Body = length, c.body(req)
					return resp, nil
				}}), 1, func(_ context.CancelFunc, body io.ReadCloser) {
					if name == "broken off" {
						_, _ = io.ReadAll(body)
					}
					_ = body.Close()
				})
				closeTape(t, tape)

				opts = replay.Options{Mode: replay.ModeReplay}
				if c.when != nil {
					opts.BeforeReplay = func(_ *http.Request, x *store.Exchange) { c.when(x) }
				}
				tape = open(t, path, opts)
				defer closeTape(t, tape)
				resp, err := tape.Wrap(noNetwork(t)).RoundTrip(request(t, "GET", api+"/stream", ""))
				if err != nil {
					t.Fatal(err)
				}
				defer resp.Body.Close()
				b, err := io.ReadAll(resp.Body)
				if string(b) != c.want || err == nil {
					t.Errorf("replayed %q, then %v", b, err)
				}
				want := int64(length + len(c.want) - len(text))
				if got := resp.Header.Get("Content-Length"); resp.ContentLength != want || got != strconv.FormatInt(want, 10) {
					t.Errorf("the length is %d, in the header %s, want %d of which %d are there", resp.ContentLength, got, want, len(b))
				}
			})
		})
	}
}

// If a body was left inside a registered literal, the beginning of the literal is masked too.
func TestTheBeginningOfALiteralIsNotOnTheTape(t *testing.T) {
	const literal, text = "Q7x9-Lm2P-v8Zt-4Wr6", `data: {"n":1}` + "\n\ndata: "
	for _, keep := range []bool{false, true} {
		for _, n := range []int{0, 3, 4, 8, len(literal) - 1} {
			synctest.Test(t, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "t.json")
				opts := replay.Options{Redact: redact.Rules{Literals: []string{literal}}}
				if keep {
					opts.KeepSecrets = []string{"GET /stream"}
				}
				tape := open(t, path, opts)
				leave(t, tape.Wrap(endlessly([]event{{0, text + literal[:n]}})), 1, leavings()["Close"])
				err := tape.Close()
				want, withheld := text+literal[:n], keep && n > 3
				if n > 3 {
					want = text + redact.Mask
				}
				if withheld {
					if s := tape.Stats(); s.Withheld != 1 || s.Recorded != 0 || !errors.Is(err, replay.ErrSecret) {
						t.Errorf("%d bytes, kept: %v, %+v, want it withheld", n, err, s)
					}
					return
				}
				all := exchanges(t, path)
				if len(all) != 1 || err != nil {
					t.Fatalf("%d bytes, kept %v: %d exchanges are on the tape, Close: %v", n, keep, len(all), err)
				}
				if x := all[0]; string(x.Response.Body) != want || x.Masked != (n > 3) {
					t.Errorf("%d bytes, kept %v: %q is on the tape, want %q", n, keep, x.Response.Body, want)
				}
			})
		}
	}
}

// torn ends with io.ErrUnexpectedEOF.
type torn struct{ io.Reader }

func (r torn) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}
