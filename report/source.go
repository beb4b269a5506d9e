package report

import (
	"reflect"

	"github.com/gracy-go/gracy/metrics"
)

// A Source is something to report on, such as a [*metrics.Recorder].
type Source interface {
	Snapshot() metrics.Snapshot
}

// present leaves out the sources that are nil or nil pointers, such as a recorder that was never
// made.
func present(sources []Source) (list []Source) {
	for _, s := range sources {
		if v := reflect.ValueOf(s); v.IsValid() && (v.Kind() != reflect.Pointer || !v.IsNil()) {
			list = append(list, s)
		}
	}
	return list
}

// read merges the snapshots of the sources.
func read(sources []Source) metrics.Snapshot {
	var all []metrics.Snapshot
	for _, s := range present(sources) {
		all = append(all, s.Snapshot())
	}
	return metrics.Merge(all...)
}
