package replay_test

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/internal/kinds"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// eavesdropper is a base that keeps what passes through it unmasked, as another recorder would.
type eavesdropper struct {
	base http.RoundTripper
	list []*store.Exchange
}

func (r *eavesdropper) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
		req = req.Clone(req.Context())
		req.Body = io.NopCloser(bytes.NewReader(body))
	}
	x := &store.Exchange{
		Start: time.Now(), Complete: true, Attempt: 1,
		Request: store.Request{Method: req.Method, URL: req.URL.String(), Header: req.Header.Clone(), Body: body},
	}
	resp, err := r.base.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	x.Response = &store.Response{
		Status: resp.Status, StatusCode: resp.StatusCode, Proto: resp.Proto, Header: resp.Header.Clone(), Trailer: resp.Trailer.Clone(),
		Body: content, NoBody: resp.Body == http.NoBody, ContentLength: resp.ContentLength,
		TransferEncoding: resp.TransferEncoding, Uncompressed: resp.Uncompressed, Close: resp.Close,
	}
	if resp.Body != http.NoBody {
		resp.Body = io.NopCloser(bytes.NewReader(content))
	}
	r.list = append(r.list, x)
	return resp, nil
}

// An added exchange equals a recorded one in every field, for the 25 kinds and more.
func TestAddIsAsRecording(t *testing.T) {
	all := append(kinds.Review(), kinds.More()...)
	byPath := make(map[string]kinds.Kind)
	for _, k := range all {
		byPath[k.Path()] = k
	}
	count := make(map[string]int)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		count[r.URL.Path]++
		byPath[r.URL.Path].Serve(w, r, count[r.URL.Path])
	}))
	defer srv.Close()
	secret := redact.Rules{Literals: []string{"LITERALsecret99"}}
	opts := replay.Options{Mode: replay.ModeRecord, Redact: secret}
	dir := t.TempDir()
	recorded, taken := open(t, filepath.Join(dir, "recorded"), opts), open(t, filepath.Join(dir, "added"), opts)
	base := &eavesdropper{base: http.DefaultTransport}
	rt := recorded.Wrap(base)
	for _, k := range all {
		if !k.Plain() {
			continue
		}
		for range max(k.Times, 1) {
			req := k.Request(t, srv.URL)
			req.Header.Set("Authorization", "Bearer LITERALsecret99")
			req.Header.Set("X-Note", "with LITERALsecret99 in it")
			send(t, rt, req)
		}
	}
	before := make([]store.Exchange, len(base.list))
	for i, x := range base.list {
		before[i] = *x
		tapetest.Must(t, taken.Add(x))
	}
	for i, x := range base.list {
		if !reflect.DeepEqual(*x, before[i]) {
			t.Errorf("Add has changed %s", x.Request.URL)
		}
	}
	tapetest.Must(t, recorded.Flush(t.Context()))
	tapetest.Must(t, taken.Flush(t.Context()))
	want, got := listOf(t, recorded), listOf(t, taken)
	if len(want) != len(got) || len(want) < 30 {
		t.Fatalf("%d exchanges are added, %d recorded", len(got), len(want))
	}
	for i, w := range want {
		for _, x := range []*store.Exchange{w, got[i]} {
			x.ID, x.Key, x.Start, x.FirstByte, x.Total, x.Attempt, x.Route = 0, store.Key{}, time.Time{}, 0, 0, 0, "" // what only a recorded call has
			x.Identity, x.Secrets, x.Response.Pieces = nil, nil, nil                                                  // depends on the key of the tape, or on time
			for i, cookie := range x.Response.Header["Set-Cookie"] {
				x.Response.Header["Set-Cookie"][i], _, _ = strings.Cut(cookie, "REDACTED.")
			}
		}
		if !reflect.DeepEqual(w, got[i]) {
			t.Errorf("%s: added\n\t%+v\n\t%+v, recorded\n\t%+v\n\t%+v", w.Request.URL, got[i].Request, got[i].Response, w.Request, w.Response)
		}
	}
	closeTape(t, taken)
	if b, err := os.ReadFile(filepath.Join(dir, "added")); err != nil || bytes.Contains(b, []byte("LITERALsecret99")) {
		t.Errorf("the secret is on the tape, %v", err)
	}
	again := open(t, filepath.Join(dir, "added"), replay.Options{Mode: replay.ModeReplay, Redact: secret})
	for i, k := range all[:25] {
		req := k.Request(t, srv.URL)
		req.Header.Set("X-Note", "of another day")
		resp, err := again.Wrap(noNetwork(t)).RoundTrip(req)
		if err != nil {
			t.Errorf("kind %d is not replayed: %v", i, err)
			continue
		}
		_ = resp.Body.Close()
	}
}

// listOf returns copies of the exchanges on a tape.
func listOf(t *testing.T, tape *replay.Tape) (list []*store.Exchange) {
	t.Helper()
	for x, err := range tape.Exchanges() {
		tapetest.Must(t, err)
		y := *x
		if x.Response != nil {
			r := *x.Response
			r.Header = r.Header.Clone()
			y.Response = &r
		}
		list = append(list, &y)
	}
	return list
}

func foreign(url, body string, start time.Time) *store.Exchange {
	return &store.Exchange{
		Request: store.Request{Method: "GET", URL: url}, Start: start, Complete: true,
		Response: &store.Response{StatusCode: 200, Status: "200 OK", Proto: "HTTP/1.1", Body: []byte(body), ContentLength: int64(len(body))},
	}
}

// Exchanges are ordered by Start. One whose Start is not later than that of the one before follows
// the order of the calls to Add, since other recorders replay in file order.
func TestAddKeepsTheOrder(t *testing.T) {
	day := time.Date(2020, 5, 1, 12, 0, 0, 0, time.UTC)
	path := filepath.Join(t.TempDir(), "tape")
	tape := open(t, path, replay.Options{Mode: replay.ModeRecord})
	for i, start := range []time.Time{day, day, day.Add(time.Hour), day.Add(-time.Hour), {}, time.Now().Add(time.Hour)} {
		tapetest.Must(t, tape.Add(foreign(api+"/a", string(rune('1'+i)), start)))
	}
	closeTape(t, tape)
	// A later session whose times are already on the tape.
	tape = open(t, path, replay.Options{Mode: replay.ModeRecord})
	for i, start := range []time.Time{day, day.Add(time.Hour)} {
		tapetest.Must(t, tape.Add(foreign(api+"/b", string(rune('1'+i)), start)))
	}
	closeTape(t, tape)
	tape = openReplay(t, path)
	for url, want := range map[string]string{"/a": "123456", "/b": "12"} {
		var got strings.Builder
		for range want {
			_, body := get(t, tape.Wrap(noNetwork(t)), api+url)
			got.WriteString(body)
		}
		if got.String() != want {
			t.Errorf("%s replays %s, want %s", url, got.String(), want)
		}
	}
	all := listOf(t, tape)
	if len(all) != 8 || !slices.IsSortedFunc(all, func(a, b *store.Exchange) int { return cmp.Compare(a.ID, b.ID) }) {
		t.Errorf("%d exchanges are there, want all of both sessions", len(all))
	}
	if d := all[0].ID.Time().Sub(day); d < 0 || d > time.Second {
		t.Errorf("the ID of the first is of %v, want the time of its Start", all[0].ID.Time())
	}
}

func TestWhatAddDoesNotTake(t *testing.T) {
	now := time.Now()
	tape := open(t, filepath.Join(t.TempDir(), "tape"), replay.Options{
		Mode: replay.ModeRecord, MaxBody: 10, DiscardBad: true, PassThrough: []string{"passed.test"},
		BeforeRecord: func(x *store.Exchange) bool { return !strings.HasSuffix(x.Request.URL, "/hook") },
	})
	fault := foreign(api+"/fault", "", now)
	fault.Response, fault.Fault = nil, &store.Fault{Text: "no route to host"}
	bad := foreign(api+"/bad", "", now)
	bad.Response.StatusCode = 500
	for _, x := range []*store.Exchange{fault, bad, foreign(api+"/hook", "x", now), foreign("https://passed.test/", "x", now)} {
		if err := tape.Add(x); err != nil {
			t.Errorf("Add of %s: %v, want it left out without an error", x.Request.URL, err)
		}
	}
	if err := tape.Add(foreign(api+"/long?key=s3cr3t", "12345678901", now)); !isTooLong(err) || strings.Contains(err.Error(), "s3cr3t") {
		t.Errorf("a long body is %v, want an http.MaxBytesError that names no secret", err)
	}
	apart := foreign(api+"/apart", "", now)
	apart.SetMissingBody(2 << 20)
	if err := tape.Add(apart); err == nil {
		t.Error("an exchange is taken without its body, which cannot be replayed")
	}
	empty := foreign(api+"/", "", now)
	empty.Response = nil
	if err := tape.Add(empty); err == nil {
		t.Error("an exchange without an outcome is taken")
	}
	if err := tape.Add(foreign("http://h/%zz?key=s3cr3t", "", now)); err == nil || strings.Contains(err.Error(), "s3cr3t") {
		t.Errorf("a URL that cannot be parsed is %v, want an error without it", err)
	}
	if s := tape.Stats(); s.Skipped != 5 || s.TooLong != 1 {
		t.Errorf("%d were skipped, %d too long, want 5 and 1", s.Skipped, s.TooLong)
	}
	if list := listOf(t, tape); len(list) != 0 {
		t.Errorf("%d are on the tape, want none", len(list))
	}
	closeTape(t, tape)
	if err := tape.Add(foreign(api+"/", "", now)); !errors.Is(err, replay.ErrClosed) {
		t.Errorf("after Close: %v, want ErrClosed", err)
	}
	var off *replay.Tape
	tapetest.Must(t, off.Add(foreign(api+"/", "", now)))
}

func isTooLong(err error) bool {
	_, ok := errors.AsType[*http.MaxBytesError](err)
	return ok
}

func TestAddNeedsATapeThatRecords(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tape")
	closeTape(t, open(t, path, replay.Options{Mode: replay.ModeRecord}))
	if err := openReplay(t, path).Add(foreign(api+"/", "", time.Now())); !errors.Is(err, store.ErrReadOnly) {
		t.Errorf("in ModeReplay: %v, want store.ErrReadOnly", err)
	}
}

// A request body over MaxRequest is kept as its sum alone, also when it is added again in that
// form.
func TestAddOfALongRequest(t *testing.T) {
	tape := open(t, filepath.Join(t.TempDir(), "tape"), replay.Options{Mode: replay.ModeSmart, Reuse: true, MaxRequest: 8})
	x := foreign(api+"/up", "done", time.Now())
	x.Request.Method, x.Request.Body = "PUT", []byte("more than eight bytes")
	tapetest.Must(t, tape.Add(x))
	tapetest.Must(t, tape.Flush(t.Context()))
	if r := listOf(t, tape)[0].Request; r.Body != nil || len(r.BodySum) != 32 || r.BodySize != 21 {
		t.Errorf("%d bytes, a sum of %d and the size %d are kept, want the sum alone of 21 bytes", len(r.Body), len(r.BodySum), r.BodySize)
	}
	again := *listOf(t, tape)[0]
	again.Response = foreign("", "once more", time.Now()).Response
	tapetest.Must(t, tape.Add(&again))
	rt := tape.Wrap(noNetwork(t))
	for _, want := range []string{"done", "once more"} {
		if _, got := send(t, rt, request(t, "PUT", api+"/up", "more than eight bytes")); got != want {
			t.Errorf("a long request is replayed with %q, want %q", got, want)
		}
	}
}
