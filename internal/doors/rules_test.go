package doors

// module is the path of the root package; the table below is relative to it.
const module = "github.com/gracy-go/gracy"

// The five modules that go.mod requires. It requires no other directly. The model is what the
// Prometheus library uses for its metrics: whoever writes a metric of their own needs it.
const (
	retryable  = "github.com/hashicorp/go-retryablehttp"
	limiter    = "github.com/sethvargo/go-limiter"
	bbolt      = "go.etcd.io/bbolt"
	prometheus = "github.com/prometheus/client_golang"
	model      = "github.com/prometheus/client_model"
)

// A door says what a package may import, itself or through others. It also holds for
// the packages in folders below it that have no door of their own.
type door struct {
	// ours are packages of this module. "internal/..." includes the folders below.
	ours []string
	// foreign are the other modules whose packages it may import itself.
	foreign []string
	// many marks a package that combines the others and may import all.
	many bool
}

// leaf is what a feature package may import of this module.
var leaf = []string{"transport", "transport/verdict", "layer", "layer/bodies", "redact", "internal/..."}

// roots is what transport and layer, on which all others build, may import of this
// module.
var roots = []string{"layer/bodies", "redact", "internal/ascii", "internal/brief", "internal/ctxerr", "internal/declare", "internal/ending", "internal/hint", "internal/mediatype", "internal/route", "internal/setting", "internal/safetext", "internal/stack", "internal/traced"}

// doors has one row per package. A package without a row, and without one for a
// folder above it, fails the test. "." is the root package.
var doors = map[string]door{
	".":                 {ours: append([]string{"transport", "transport/verdict", "layer"}, roots...)},
	"redact":            {ours: []string{"internal/mediatype", "internal/safetext"}},
	"transport/verdict": {ours: []string{"internal/ascii", "internal/ctxerr", "internal/declare", "internal/hint", "internal/setting"}},
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
	"internal": {ours: leaf}, // the packages in the folder

	// The feature packages: each has one concern, and none imports another.
	"auth":        {ours: leaf},
	"concurrency": {ours: leaf},
	"hook":        {ours: leaf},
	"logging":     {ours: leaf},
	"metrics":     {ours: leaf, foreign: []string{prometheus, model}},
	"replay":      {ours: leaf},
	"retry":       {ours: leaf, foreign: []string{retryable}},
	"throttle":    {ours: append([]string{"throttle/internal/..."}, leaf...), foreign: []string{limiter}},
	"timeout":     {ours: leaf},

	// The packages inside throttle: pure, and known only to it. The admission names the type of a
	// store, which it never calls.
	"throttle/exact":              {ours: []string{"internal/bounded", "throttle/internal/meter"}, foreign: []string{limiter}},
	"throttle/internal/admission": {ours: []string{"internal/...", "throttle/internal/..."}, foreign: []string{limiter}},
	"throttle/internal/meter":     {},
	"throttle/internal/pauses":    {ours: []string{"internal/bounded"}},
	"throttle/internal/storetest": {foreign: []string{limiter}},

	// What the author of a storage needs, and the two storages that replay.Open knows.
	"replay/store":      {},
	"replay/storetest":  {ours: []string{"replay/internal/indexed", "replay/store"}},
	"replay/store/bolt": {ours: []string{"replay/store", "replay/store/internal/..."}, foreign: []string{bbolt}},
	"replay/store/text": {ours: []string{"internal/mediatype", "internal/visits", "replay/store", "replay/store/internal/..."}},

	// The tape of a test, for the tests of users.
	"replay/replaytest": {ours: append([]string{"replay", "replay/internal/...", "replay/store/..."}, leaf...), foreign: []string{bbolt}},

	"replay/internal/indexed":    {ours: []string{"replay/store"}},
	"replay/internal/kinds":      {},
	"replay/internal/rows":       {ours: []string{"replay/internal/indexed", "replay/store"}},
	"replay/internal/sharedtest": {ours: append([]string{"replay", "replay/internal/...", "replay/store/..."}, leaf...)}, // it opens tapes
	"replay/internal/tapetest":   {ours: []string{"replay/store"}},

	// These work with any *http.Client and import no layer.
	"parse": {ours: leaf},
	"page":  {ours: leaf},

	"routes": {}, // data
	"report": {ours: append([]string{"metrics"}, leaf...)},
	"cmd":    {many: true}, // the packages in the folder
}

// light says which packages a small chain uses, and what it must not link.
var light = struct{ uses, without []string }{
	uses:    []string{".", "retry", "throttle"},
	without: []string{prometheus, "github.com/prometheus", bbolt},
}
