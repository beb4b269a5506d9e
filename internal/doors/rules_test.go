package doors

// module is the path of the root package; the table below is relative to it.
const module = "github.com/gracy-go/gracy"

// The four packages that the module is built on. go.mod requires no other directly.
const (
	retryable  = "github.com/hashicorp/go-retryablehttp"
	limiter    = "github.com/sethvargo/go-limiter"
	bbolt      = "go.etcd.io/bbolt"
	prometheus = "github.com/prometheus/client_golang"
)

// door says what a package may import, by itself or through others. It also holds
// for the packages in folders below it that have no door of their own.
type door struct {
	// ours are packages of this module; "internal/..." takes in the folders below.
	ours []string
	// foreign are the other modules whose packages it may import itself.
	foreign []string
	// many marks a package that puts the others together: anything goes.
	many bool
	// mayBeMissing marks a package that is planned and may not be there yet.
	mayBeMissing bool
}

// leaf is what a feature package may import of ours.
var leaf = []string{"transport", "redact", "internal/..."}

// doors has one row per package. A package without a row, and without one for a
// folder above it, fails the test. "." is the root package.
var doors = map[string]door{
	".":         {ours: []string{"transport", "redact", "internal/hint", "internal/route"}},
	"redact":    {},
	"transport": {ours: []string{"redact", "internal/hint", "internal/route"}},
	"transport/roundtriptest": {
		ours: leaf,
	},
	"internal": {ours: leaf, mayBeMissing: true}, // the folder

	// One concern each. None knows another.
	"auth":        {ours: leaf},
	"concurrency": {ours: leaf},
	"hook":        {ours: leaf},
	"logging":     {ours: leaf},
	"metrics":     {ours: leaf, foreign: []string{prometheus, "github.com/prometheus/client_model", "google.golang.org/protobuf"}},
	"replay":      {ours: leaf},
	"retry":       {ours: leaf, foreign: []string{retryable}},
	"throttle":    {ours: leaf, foreign: []string{limiter}},
	"timeout":     {ours: leaf},

	// What the author of a storage needs, and the two storages that replay.Open knows.
	"replay/store":      {},
	"replay/store/bolt": {ours: []string{"replay/store", "replay/store/internal/..."}, foreign: []string{bbolt}},
	"replay/store/text": {ours: []string{"replay/store", "replay/store/internal/..."}},

	// For the tests of those who use or extend replay.
	"replay/internal/tapetest": {ours: []string{"replay/store"}},
	"replay/replaytest":        {ours: []string{"replay", "replay/store/...", "transport", "redact", "internal/..."}, mayBeMissing: true},
	"replay/storetest":         {ours: []string{"replay", "replay/store/...", "transport", "redact", "internal/..."}, mayBeMissing: true},

	// At the edge of any *http.Client; they know no layer.
	"parse": {ours: []string{"transport", "redact", "internal/hint", "internal/route"}},
	"page":  {ours: []string{"transport", "redact", "internal/hint", "internal/route"}},

	"report":   {ours: []string{"metrics", "transport", "redact", "internal/..."}},
	"standard": {many: true, mayBeMissing: true},
	"cmd":      {many: true, mayBeMissing: true}, // the folder
}

// light is the chain that costs nothing to link, and what it must not link.
var light = struct{ uses, without []string }{
	uses:    []string{".", "retry", "throttle"},
	without: []string{prometheus, "github.com/prometheus", bbolt},
}
