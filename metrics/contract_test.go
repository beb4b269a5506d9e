package metrics_test

import (
	"testing"

	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/transport/roundtriptest"
)

func TestContract(t *testing.T) {
	roundtriptest.Run(t, metrics.New("contract").Wrap)
}
