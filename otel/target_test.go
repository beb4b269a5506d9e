package otel

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"unsafe"

	nometric "go.opentelemetry.io/otel/metric/noop"
	notrace "go.opentelemetry.io/otel/trace/noop"

	"github.com/gracy-go/gracy/redact"
)

func TestAddressOf(t *testing.T) {
	for _, test := range []struct {
		scheme, host, address string
		port                  int
	}{
		{"https", "API.test", "API.test", 443},
		{"HTTP", "api.test", "api.test", 80},
		{"http", "api.test:8080", "api.test", 8080},
		{"http", "[::1]:8080", "::1", 8080},
		{"https", "[::1]", "::1", 443},
		{"http", "api.test:99999", "api.test", 80},
		{"unix", "api.test", "api.test", 0},
		{"http", "", "", 80},
	} {
		if address, port := addressOf(test.scheme, test.host); address != test.address || port != test.port {
			t.Errorf("%s://%s: %q %d, want %q %d", test.scheme, test.host, address, port, test.address, test.port)
		}
	}
}

func TestMethodOf(t *testing.T) {
	for method, want := range map[string]string{"": "GET", "QUERY": "QUERY", http.MethodPatch: "PATCH", "get": "_OTHER", "PURGE": "_OTHER"} {
		if got, known := methodOf(method); got != want || known != (want != other) {
			t.Errorf("%q: %q %v, want %q", method, got, known, want)
		}
	}
}

func nothing() *Telemetry {
	return New(Config{
		TracerProvider: notrace.NewTracerProvider(), MeterProvider: nometric.NewMeterProvider(),
		Redactor: redact.New(redact.Rules{Literals: []string{"tenant-4711"}}),
	})
}

func TestANameIsLowInCardinality(t *testing.T) {
	tel := nothing()
	for want, k := range map[string]targetKey{
		"GET":              {"", "http", "api.test", ""},
		"POST /pokemon":    {"POST", "http", "api.test", "/pokemon"},
		"HTTP /cache/{id}": {"PURGE", "http", "api.test", "/cache/{id}"},
	} {
		if got := tel.newTarget(k).name; got != want {
			t.Errorf("%+v: name %q, want %q", k, got, want)
		}
	}
}

func TestARegisteredSecretIsNoAddress(t *testing.T) {
	to := nothing().newTarget(targetKey{"GET", "https", "tenant-4711.api.test", "/"})
	if got := to.labels[1].Value.AsString(); got != "REDACTED.api.test" {
		t.Errorf("server.address %q", got)
	}
}

func TestAHostIsInLowerCase(t *testing.T) {
	to := nothing().newTarget(targetKey{"GET", "https", "API.test", "/"})
	if got := to.labels[1].Value.AsString(); got != "api.test" {
		t.Errorf("server.address %q", got)
	}
}

// Ten thousand hosts and routes have two hundred addresses in metrics, and a bounded memory.
func TestHostsAreBounded(t *testing.T) {
	tel := nothing()
	labels := map[string]bool{}
	for i := range 10_000 {
		k := targetKey{"GET", "https", "t" + strconv.Itoa(i) + ".test", "/a"}
		to := tel.newTarget(k)
		tel.targets.keep(k, to)
		labels[to.labels[1].Value.AsString()] = true
		if last := to.labels[len(to.labels)-1]; i >= mostHosts && last.Key == "server.port" {
			t.Fatalf("host %d, which is not distinguished, has the port %s", i, last.Value.String())
		}
	}
	if len(labels) != mostHosts+1 || !labels[other] || len(tel.targets.kept) != mostTargets {
		t.Errorf("%d addresses, %d targets", len(labels), len(tel.targets.kept))
	}
}

// Whoever chooses the URL of a webhook chooses how long its host is, which must not be kept for ever.
func TestALongTargetIsNotKept(t *testing.T) {
	tel := nothing()
	long := strings.Repeat("a", 1<<16)
	for _, k := range []targetKey{{"GET", "http", long, "/"}, {long, "http", "api.test", "/"}, {"GET", long, "api.test", "/"}, {"GET", "http", "api.test", "/" + long}} {
		if to := tel.target(k); to.name == "" || len(tel.targets.kept) != 0 {
			t.Errorf("%d targets are kept, want none; the name has %d bytes", len(tel.targets.kept), len(to.name))
		}
	}
	if tel.target(targetKey{"GET", "http", "api.test", "/"}); len(tel.targets.kept) != 1 {
		t.Errorf("%d targets are kept, want that of a usual length", len(tel.targets.kept))
	}
}

// A host is a part of the whole URL, which may be long and hold a secret: what is kept is its own.
func TestATargetKeepsNoURL(t *testing.T) {
	tel := nothing()
	whole := "GET http api.test /route?query"
	method, scheme, host, route := whole[:3], whole[4:8], whole[9:17], whole[18:24]
	tel.target(targetKey{method, scheme, host, "/" + strings.Repeat("a", 1<<16)})
	to := tel.target(targetKey{method, scheme, host, route})
	within := func(s string) bool {
		from, at := uintptr(unsafe.Pointer(unsafe.StringData(whole))), uintptr(unsafe.Pointer(unsafe.StringData(s)))
		return at >= from && at < from+uintptr(len(whole))
	}
	for k := range tel.targets.kept {
		if within(k.method) || within(k.scheme) || within(k.host) || within(k.route) {
			t.Errorf("the key %+v is a part of the URL", k)
		}
	}
	for address := range tel.hosts.kept {
		if within(address) {
			t.Errorf("the address %s is a part of the URL", address)
		}
	}
	for _, label := range to.labels {
		if within(label.Value.AsString()) {
			t.Errorf("the label %s is a part of the URL", label.Key)
		}
	}
	if !within(host) {
		t.Error("the control: the host is not a part of the URL")
	}
}
