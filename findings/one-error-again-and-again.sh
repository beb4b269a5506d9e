#!/usr/bin/env bash
# github.com/hashicorp/go-metrics v0.7.0: its sink for Prometheus with the defaults, under the clock
# of testing/synctest.
#
# Behavior: a counter of errors that has not been incremented for a minute is removed, and starts
# from zero at its next increment. With an error every 50 s it rises to 1728 in a day. With an error
# every 90 s it is 1 for a minute and then absent, 960 times. Prometheus takes a counter for reset if
# its value falls, which it never does here. So increase() and rate() are zero over any window, and
# an alert on errors does not fire, although each error is in four scrapes. (That is so without the
# feature flag by which Prometheus reads created timestamps.)
#
# The guess it contradicts: that a counter counts for as long as its process lives, and that an
# increase over a long window has every error that was scraped.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export GOWORK=off GOFLAGS=-mod=mod
go mod init finding >/dev/null 2>&1
cat > finding_test.go <<'GO'
package finding

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-metrics"
	sink "github.com/hashicorp/go-metrics/prometheus"
	"github.com/prometheus/client_golang/prometheus"
)

func TestDay(t *testing.T) {
	for _, every := range []time.Duration{50 * time.Second, 90 * time.Second} {
		synctest.Test(t, func(*testing.T) {
			registry := prometheus.NewRegistry()
			options := sink.DefaultPrometheusOpts
			options.Registerer = registry
			s, err := sink.NewPrometheusSinkFrom(options)
			check(err)
			config := metrics.DefaultConfig("service")
			config.EnableHostname, config.EnableRuntimeMetrics = false, false
			m, err := metrics.New(config, s)
			check(err)

			// A scrape sees the counter if it is there. increase adds up as PromQL does: what a
			// sample is more than the previous one, or all of it if it is less.
			errors, scrapes, present := 0, 0, 0
			var increase, highest float64
			last := -1.0
			scrape := func() {
				scrapes++
				families, err := registry.Gather()
				check(err)
				for _, f := range families {
					if f.GetName() != "service_errors" {
						continue
					}
					present++
					value := f.GetMetric()[0].GetCounter().GetValue()
					switch {
					case last < 0: // the first sample has no increase
					case value < last:
						increase += value
					default:
						increase += value - last
					}
					last, highest = value, max(highest, value)
				}
			}
			begin := time.Now()
			for second := range 24 * 3600 {
				time.Sleep(time.Until(begin.Add(time.Duration(second) * time.Second)))
				if time.Since(begin)%every == 0 {
					m.IncrCounter([]string{"errors"}, 1)
					errors++
				}
				if second%15 == 7 {
					scrape()
				}
			}
			fmt.Printf("an error every %v for a day: %d errors, the counter is in %d of %d scrapes and at most %v, increase %v\n",
				every, errors, present, scrapes, highest, increase)
		})
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
GO
timeout 180 go get github.com/hashicorp/go-metrics@v0.7.0 github.com/prometheus/client_golang@v1.25.0 2>install.log || { cat install.log >&2; exit 2; }
timeout 300 go test -c -o finding . || exit 2
cat > seen <<'SEEN'
an error every 50s for a day: 1728 errors, the counter is in 5760 of 5760 scrapes and at most 1728, increase 1727
an error every 1m30s for a day: 960 errors, the counter is in 3840 of 5760 scrapes and at most 1, increase 0
PASS
SEEN
timeout 60 ./finding | tee out
diff seen out
