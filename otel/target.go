package otel

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/gracy-go/gracy/internal/brief"
	"github.com/gracy-go/gracy/layer"
)

// What is kept by targets and hosts that a program names. Beyond, and where they are long, targets are
// made anew for each request, and hosts are one in metrics.
const (
	mostTargets = 1024
	mostHosts   = 200
)

// other is what the semantic conventions write for a value that is not one of those listed.
const other = "_OTHER"

// A targetKey is where requests of one kind go.
type targetKey struct{ method, scheme, host, route string }

// A target has what is equal for all requests to it: the names and attributes.
type target struct {
	name   string // of spans
	client []trace.SpanStartOption
	labels []attribute.KeyValue // of durations
	series cache[seriesKey, series]
}

// targetOf returns the target of a request.
func (t *Telemetry) targetOf(c *layer.Call, req *http.Request) *target {
	k := targetKey{method: req.Method, route: c.Route()}
	if req.URL != nil { // net/http returns an error for that
		k.scheme, k.host = req.URL.Scheme, req.URL.Host
	}
	return t.target(k)
}

func (t *Telemetry) target(k targetKey) *target {
	long := len(k.method)+len(k.scheme)+len(k.host)+len(k.route) > brief.Longest
	if !long {
		if found, ok := t.targets.find(k); ok {
			return found
		}
	}
	// Not the whole URL that they are a part of.
	k = targetKey{strings.Clone(k.method), strings.Clone(k.scheme), strings.Clone(k.host), strings.Clone(k.route)}
	made := t.newTarget(k)
	if !long {
		made, _ = t.targets.keep(k, made)
	}
	return made
}

func (t *Telemetry) newTarget(k targetKey) *target {
	method, known := methodOf(k.method)
	name, port := addressOf(k.scheme, k.host)
	address := t.config.Redactor.Text(name)
	if address == name {
		address = strings.ToLower(name) // a literal is found as it is written
	}
	address = short(address)
	attrs := []attribute.KeyValue{semconv.HTTPRequestMethodKey.String(method), semconv.ServerAddress(address)}
	if port > 0 {
		attrs = append(attrs, semconv.ServerPort(port))
	}
	labels := slices.Clone(attrs)
	if _, own := t.hosts.keep(address, struct{}{}); !own {
		labels = []attribute.KeyValue{attrs[0], semconv.ServerAddress(other)}
	}
	span := method
	if !known {
		attrs = append(attrs, semconv.HTTPRequestMethodOriginal(t.text(k.method)))
		span = "HTTP"
	}
	if k.route != "" {
		template := semconv.URLTemplate(t.text(k.route)) // a guessed route can hold a name
		attrs = append(attrs, template)
		if t.config.TemplateInMetrics {
			labels = append(labels, template)
		}
		span += " " + template.Value.AsString()
	}
	return &target{
		name:   span,
		client: []trace.SpanStartOption{trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(attrs...)},
		labels: labels,
		series: cache[seriesKey, series]{most: mostSeries},
	}
}

// methodOf returns the method as the semantic conventions write it, and whether they list it.
func methodOf(method string) (name string, known bool) {
	switch method {
	case "":
		return http.MethodGet, true
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
		http.MethodConnect, http.MethodOptions, http.MethodTrace, "QUERY":
		return method, true
	}
	return other, false
}

// addressOf returns the host name of a URL and its port, 0 if that is not known.
func addressOf(scheme, host string) (address string, port int) {
	u := url.URL{Host: host}
	address = u.Hostname()
	if n, err := strconv.ParseUint(u.Port(), 10, 16); err == nil {
		return address, int(n)
	}
	switch strings.ToLower(scheme) {
	case "http":
		return address, 80
	case "https":
		return address, 443
	}
	return address, 0
}
