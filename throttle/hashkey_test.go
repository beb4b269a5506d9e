package throttle

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/throttle/internal/admission"
	"github.com/gracy-go/gracy/throttle/internal/storetest"
)

func byToken(req *http.Request) string { return req.Header.Get("Authorization") }

// keeper is a store that records the keys that it is asked for.
type keeper struct {
	storetest.FixedWindow
	mu   sync.Mutex // of keys
	keys map[string]int
}

func (k *keeper) Take(ctx context.Context, key string) (tokens, left, reset uint64, ok bool, err error) {
	k.mu.Lock()
	if k.keys == nil {
		k.keys = make(map[string]int)
	}
	k.keys[key]++
	k.mu.Unlock()
	return k.FixedWindow.Take(ctx, key)
}

func TestHashKey(t *testing.T) {
	secret := []byte("of the fleet")
	key, same, other := HashKey(secret, byToken), HashKey([]byte("of the fleet"), byToken), HashKey([]byte("another"), byToken)
	secret[0] = 'X' // a copy was taken
	req := request(t.Context(), "/")
	req.Header.Set("Authorization", "Bearer hush")
	if key(req) != same(req) || key(req) == other(req) || len(key(req)) != 32 {
		t.Errorf("%q, %q, %q", key(req), same(req), other(req))
	}
	store := &keeper{FixedWindow: storetest.FixedWindow{Limit: 100, Per: time.Second}}
	rt := New(Rule{Limit: 100, Store: store, Key: key}).Wrap(&server{})
	for range 3 {
		resp, err := rt.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	}
	if len(store.keys) != 1 || store.keys[key(req)] != 3 {
		t.Errorf("the store was asked for %v", store.keys)
	}
	for name, f := range map[string]func(){
		"an empty secret": func() { HashKey(nil, byToken) },
		"a nil function":  func() { HashKey(secret, nil) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Error(name, "was taken")
				}
			}()
			f()
		}()
	}
}

// A key is often a credential: nothing that is kept or shown contains it.
func TestAKeyIsShownAsAHash(t *testing.T) {
	const hush = "Bearer hush-hush"
	synctest.Test(t, func(t *testing.T) {
		events := &observer{kinds: layer.WaitBegin | layer.WaitEnd | layer.Paused}
		l := New(Rule{Limit: 1, Per: time.Minute, Key: byToken, MaxQueue: 1, Cost: costOf})
		rt := events.Wrap(l.Wrap(&server{}))
		do := func(ctx context.Context, token, path string) error {
			req := request(ctx, path)
			req.Header.Set("Authorization", token)
			resp, err := rt.RoundTrip(req)
			if err == nil {
				_ = resp.Body.Close()
			}
			return err
		}
		soon, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var wg sync.WaitGroup
		errs := map[string]error{}
		if err := do(t.Context(), hush, "/"); err != nil {
			t.Fatal(err)
		}
		errs["deadline"] = do(soon, hush, "/")
		errs["cost"] = do(t.Context(), hush, "/$")
		wg.Go(func() { _ = do(t.Context(), hush, "/") })
		synctest.Wait()
		errs["full"] = do(t.Context(), hush, "/")
		if err := do(soon, "Bearer other", "/"); err != nil {
			t.Error(err)
		}
		errs["of another"] = do(soon, "Bearer other", "/")
		wg.Wait()

		keys := map[string]string{}
		for name, err := range errs {
			e, ok := errors.AsType[*Error](err)
			if !ok {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if keys[name] = e.Key; len(e.Key) < 6 || !strings.Contains(err.Error(), "("+e.Key+")") {
				t.Errorf("%s: key %q of %v", name, e.Key, err)
			}
			if text := fmt.Sprintf("%v %+v", err, *e); strings.Contains(text, "hush") {
				t.Errorf("%s holds the key: %s", name, text)
			}
		}
		if keys["deadline"] != keys["full"] || keys["full"] != keys["cost"] || keys["full"] == keys["of another"] {
			t.Errorf("keys %v", keys)
		}
		for _, e := range events.observed {
			if strings.Contains(fmt.Sprint(e.Text, e.Err), "hush") {
				t.Errorf("an event holds the key: %s", e.Text)
			}
		}
		for _, r := range l.list() {
			text := ""
			r.core.Resources(func(s *admission.Resource) { text += fmt.Sprintf("%+v %s", *s, s.Name()) })
			if n, _ := r.core.Keys(); strings.Contains(text, "hush") || n != 2 {
				t.Errorf("kept: %s", text)
			}
		}
	})
}
