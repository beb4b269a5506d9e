package collector

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/provider/yamlprovider"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/otlphttpexporter"
	"go.opentelemetry.io/collector/otelcol"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/batchprocessor"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/otlpreceiver"
	"go.opentelemetry.io/collector/service/telemetry/otelconftelemetry"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

// patience is far longer than anything here takes, even on a busy machine.
const patience = 90 * time.Second

// config has batches so small that a run takes several.
const config = `
receivers:
  otlp:
    protocols:
      http: {endpoint: %q}
      grpc: {endpoint: %q}
processors:
  batch: {timeout: 20ms, send_batch_size: 8, send_batch_max_size: 8}
exporters:
  otlp_http: {endpoint: %q}
service:
  telemetry:
    metrics: {level: none}
    logs: {level: warn}
  pipelines:
    traces: {receivers: [otlp], processors: [batch], exporters: [otlp_http]}
    metrics: {receivers: [otlp], processors: [batch], exporters: [otlp_http]}
`

// A process is a running OpenTelemetry Collector.
type process struct {
	http, grpc string // host and port
	stop       func() error
	complaints *observer.ObservedLogs // its log entries of the level warning and above
}

// start starts a collector that exports to a URL.
func start(t *testing.T, to string) *process {
	t.Helper()
	var failed error
	for range 5 { // another process may take a port meanwhile
		p, err := try(t, to)
		if err == nil {
			t.Cleanup(func() { _ = p.stop() })
			return p
		}
		failed = err
	}
	t.Fatalf("the collector does not start: %v", failed)
	return nil
}

func try(t *testing.T, to string) (*process, error) {
	t.Helper()
	core, logs := observer.New(zapcore.WarnLevel)
	p := &process{http: freePort(t), grpc: freePort(t), complaints: logs}
	c, err := otelcol.NewCollector(otelcol.CollectorSettings{
		Factories: factories,
		BuildInfo: component.NewDefaultBuildInfo(),
		ConfigProviderSettings: otelcol.ConfigProviderSettings{ResolverSettings: confmap.ResolverSettings{
			URIs:              []string{"yaml:" + fmt.Sprintf(config, p.http, p.grpc, to)},
			ProviderFactories: []confmap.ProviderFactory{yamlprovider.NewFactory()},
		}},
		DisableGracefulShutdown: true, // signals are left to the test
		SkipSettingGRPCLogger:   true,
		LoggingOptions:          []zap.Option{zap.WrapCore(func(zapcore.Core) zapcore.Core { return core })},
	})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Run(context.WithoutCancel(t.Context())) }()
	p.stop = sync.OnceValue(func() error {
		c.Shutdown()
		return <-ended
	})
	for deadline := time.Now().Add(patience); c.GetState() != otelcol.StateRunning; time.Sleep(5 * time.Millisecond) {
		select {
		case err := <-ended:
			return nil, errors.Join(err, errors.New("it has ended"))
		default:
		}
		if time.Now().After(deadline) {
			return nil, errors.Join(p.stop(), errors.New("it takes too long"))
		}
	}
	return p, nil
}

// end stops the collector, which first exports what it has. It fails the test if the collector has
// logged a warning or an error.
func (p *process) end(t *testing.T) {
	t.Helper()
	if err := p.stop(); err != nil {
		t.Errorf("the collector ends with: %v", err)
	}
	for _, entry := range p.complaints.All() {
		t.Errorf("the collector logs: %s %s %v", entry.Level, entry.Message, entry.ContextMap())
	}
}

func factories() (f otelcol.Factories, err error) {
	var errs [3]error
	f.Receivers, errs[0] = otelcol.MakeFactoryMap[receiver.Factory](otlpreceiver.NewFactory())
	f.Processors, errs[1] = otelcol.MakeFactoryMap[processor.Factory](batchprocessor.NewFactory())
	f.Exporters, errs[2] = otelcol.MakeFactoryMap[exporter.Factory](otlphttpexporter.NewFactory())
	f.Telemetry = otelconftelemetry.NewFactory()
	return f, errors.Join(errs[:]...)
}

// freePort returns an address on loopback at which nobody listens.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
