package report

import "github.com/gracy-go/gracy/metrics"

// A Source is something to report on; a *[metrics.Recorder] is one.
type Source interface {
	Snapshot() metrics.Snapshot
}

// read merges the snapshots of all sources. A nil source is left out.
func read(sources []Source) metrics.Snapshot {
	var all []metrics.Snapshot
	for _, s := range sources {
		if s != nil {
			all = append(all, s.Snapshot())
		}
	}
	return metrics.Merge(all...)
}
