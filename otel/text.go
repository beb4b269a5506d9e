package otel

import "github.com/gracy-go/gracy/internal/brief"

// text returns a text that is safe to emit.
func (t *Telemetry) text(s string) string { return short(t.config.Redactor.Text(s)) }

// short returns a text, or the beginning of one that is too long: the SDK sends 512 spans at
// once, and a collector that gets more than 4 MiB over gRPC rejects them all.
func short(s string) string { return brief.Text(s, brief.Longest) }
