package declare

import (
	"context"
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/internal/setting"
)

// host is a rule about one host.
type host string

func (h host) About(req *http.Request, _ Router) bool { return req.URL.Host == string(h) }

// call is a call through a stack that declares something.
type call struct {
	context.Context
	set Set
}

func (c call) Value(key any) any {
	if _, ok := key.(Key); ok {
		return c
	}
	return c.Context.Value(key)
}

func (c call) Declared() Set { return c.set }
func (call) Route() string   { return "/" }

// A setting replaces what the stack declares. Each kind is independent of the others.
func TestTheSettingElseTheStackDeclares(t *testing.T) {
	var none Set
	stack := call{t.Context(), none.With(Safe{host("a.test")}).With(Safe{host("b.test")}).With(Keyed{host("k.test"), "K"})}
	for _, tc := range []struct {
		name        string
		ctx         context.Context
		host        string
		safe, keyed bool
	}{
		{"no call", t.Context(), "a.test", false, false},
		{"a stack without any", call{t.Context(), nil}, "a.test", false, false},
		{"the first of a stack", stack, "a.test", true, false},
		{"the second of a stack", stack, "b.test", true, false},
		{"the other kind", stack, "k.test", false, true},
		{"another host", stack, "c.test", false, false},
		{"a setting without a call", setting.With(t.Context(), Safe{host("c.test")}), "c.test", true, false},
		{"a setting in place of the stack", setting.With(stack, Safe{host("c.test")}), "a.test", false, false},
		{"a setting of one kind leaves the other", setting.With(stack, Safe{host("c.test")}), "k.test", false, true},
		{"a setting of the other kind", setting.With(stack, Keyed{host("a.test"), "K"}), "a.test", true, true},
	} {
		req, err := http.NewRequestWithContext(tc.ctx, http.MethodPost, "http://"+tc.host, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("K", "value")
		if safe, keyed := IsSafe(req), IsKeyed(req); safe != tc.safe || keyed != tc.keyed {
			t.Errorf("%s: safe %v, keyed %v, want %v, %v", tc.name, safe, keyed, tc.safe, tc.keyed)
		}
	}
}

// The declaration of the outermost layer comes first. A setting replaces all declarations. A
// request without any has the header of its vendor.
func TestTheFirstHeaderThatIsDeclaredTakesTheKey(t *testing.T) {
	var none Set
	stack := call{t.Context(), none.With(Keyed{host("a.test"), "Inner"}).With(Safe{host("a.test")}).With(Keyed{host("a.test"), "Outer"}).With(Keyed{host("b.test"), "Other"})}
	for _, tc := range []struct {
		name, host string
		ctx        context.Context
		want       string
	}{
		{"the outermost of two", "a.test", stack, "Outer"},
		{"another request", "b.test", stack, "Other"},
		{"nothing declared", "c.test", stack, ""},
		{"no call", "a.test", t.Context(), ""},
		{"a setting", "a.test", setting.With(stack, Keyed{host("a.test"), "Setting"}), "Setting"},
		{"a setting about another request", "a.test", setting.With(stack, Keyed{host("b.test"), "Setting"}), ""},
		{"a vendor", "paypal.com", stack, "Paypal-Request-Id"},
		{"in place of the vendor", "paypal.com", setting.With(stack, Keyed{host("paypal.com"), "Setting"}), "Setting"},
	} {
		req, err := http.NewRequestWithContext(tc.ctx, http.MethodPost, "http://"+tc.host, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := KeyHeader(req); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
		if IsKeyed(req) {
			t.Errorf("%s: a request without the header is keyed", tc.name)
		}
	}
}

// The set of an inner layer does not change when an outer layer adds to it.
func TestWithLeavesTheSetAsItIs(t *testing.T) {
	var none Set
	inner := none.With(Safe{host("a.test")})
	if outer := inner.With(Safe{host("b.test")}); len(inner) != 1 || len(outer) != 2 {
		t.Errorf("%d and %d rules, want 1 and 2", len(inner), len(outer))
	}
}

// A key may be in a header of all servers, in that of a vendor, or in a declared one. An empty key
// is none.
func TestAKeyIsFoundInEachOfItsHeaders(t *testing.T) {
	for header, want := range map[string]bool{"Idempotency-Key": true, "X-Idempotency-Key": true, "Paypal-Request-Id": true, "K": true, "X-Request-Id": false} {
		ctx := setting.With(t.Context(), Keyed{host("api.paypal.com"), "K"})
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://api.paypal.com", nil)
		if err != nil {
			t.Fatal(err)
		}
		if req.Header.Set(header, ""); HasKey(req) {
			t.Errorf("%s: an empty key is one", header)
		}
		if req.Header.Set(header, "key"); HasKey(req) != want {
			t.Errorf("%s: %v, want %v", header, !want, want)
		}
	}
}
