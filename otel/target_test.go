package otel

import (
	"net/http"
	"strconv"
	"testing"

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
