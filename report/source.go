package report

import "github.com/gracy-go/gracy/metrics"

// Source is what can be reported on; a *[metrics.Recorder] is one.
type Source interface {
	Snapshot() metrics.Snapshot
}

// read takes a snapshot of all sources. Nil ones are left out.
func read(sources []Source) metrics.Snapshot {
	var all []metrics.Snapshot
	for _, s := range sources {
		if s != nil {
			all = append(all, s.Snapshot())
		}
	}
	return metrics.Merge(all...)
}
