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
var leaf = []string{"transport", "transport/verdict", "layer", "layer/bodies", "redact", "internal/..."}

// roots is what transport and layer, on which all others stand, may import of ours.
var roots = []string{"redact", "internal/brief", "internal/hint", "internal/route", "internal/setting"}

// doors has one row per package. A package without a row, and without one for a
// folder above it, fails the test. "." is the root package.
var doors = map[string]door{
	".":                 {ours: append([]string{"transport", "transport/verdict", "layer"}, roots...)},
	"redact":            {},
	"transport/verdict": {ours: []string{"internal/hint", "internal/setting"}},
	"layer": {
		ours: append([]string{"transport/verdict"}, roots...),
	},
	"layer/bodies": {},
	"transport": {
		ours: append([]string{"layer", "transport/verdict"}, roots...),
	},
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
	"replay":      {ours: leaf, foreign: []string{bbolt}},
	"retry":       {ours: leaf, foreign: []string{retryable}},
	"throttle":    {ours: append([]string{"throttle/internal/..."}, leaf...), foreign: []string{limiter}},
	"timeout":     {ours: leaf},

	// The rooms of throttle: pure, and known to it alone. The admission names the type
	// of a store, which it never calls.
	"throttle/exact":              {ours: []string{"internal/bounded", "throttle/internal/meter"}, foreign: []string{limiter}},
	"throttle/internal/admission": {ours: []string{"internal/...", "throttle/internal/..."}, foreign: []string{limiter}},
	"throttle/internal/meter":     {},
	"throttle/internal/pauses":    {},

	// For the tests of those who use or extend replay.
	"replay/replaytest": {ours: []string{"replay", "transport", "redact", "internal/..."}, mayBeMissing: true},
	"replay/storetest":  {ours: []string{"replay", "transport", "redact", "internal/..."}, mayBeMissing: true},

	// At the edge of any *http.Client; they know no layer.
	"parse": {ours: leaf},
	"page":  {ours: leaf},

	"report":   {ours: append([]string{"metrics"}, leaf...)},
	"standard": {many: true, mayBeMissing: true},
	"cmd":      {many: true, mayBeMissing: true}, // the folder
}

// light is the chain that costs nothing to link, and what it must not link.
var light = struct{ uses, without []string }{
	uses:    []string{".", "retry", "throttle"},
	without: []string{prometheus, "github.com/prometheus", bbolt},
}
