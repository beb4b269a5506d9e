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
	".":         {ours: []string{"transport", "redact", "internal/hint", "internal/route"}, mayBeMissing: true},
	"redact":    {mayBeMissing: true},
	"transport": {ours: []string{"redact", "internal/hint", "internal/route"}, mayBeMissing: true},
	"transport/roundtriptest": {
		ours: leaf, mayBeMissing: true,
	},
	"internal": {ours: leaf, mayBeMissing: true},

	// One concern each. None knows another.
	"auth":        {ours: leaf, mayBeMissing: true},
	"concurrency": {ours: leaf, mayBeMissing: true},
	"hook":        {ours: leaf, mayBeMissing: true},
	"logging":     {ours: leaf, mayBeMissing: true},
	"metrics":     {ours: leaf, foreign: []string{prometheus, "github.com/prometheus/client_model", "google.golang.org/protobuf"}, mayBeMissing: true},
	"replay":      {ours: leaf, foreign: []string{bbolt}, mayBeMissing: true},
	"retry":       {ours: leaf, foreign: []string{retryable}, mayBeMissing: true},
	"throttle":    {ours: leaf, foreign: []string{limiter}, mayBeMissing: true},
	"timeout":     {ours: leaf, mayBeMissing: true},

	// For the tests of those who use or extend replay.
	"replay/replaytest": {ours: []string{"replay", "transport", "redact", "internal/..."}, mayBeMissing: true},
	"replay/storetest":  {ours: []string{"replay", "transport", "redact", "internal/..."}, mayBeMissing: true},

	// At the edge of any *http.Client; they know no layer.
	"parse": {ours: []string{"transport", "redact", "internal/hint", "internal/route"}, mayBeMissing: true},
	"page":  {ours: []string{"transport", "redact", "internal/hint", "internal/route"}, mayBeMissing: true},

	"report":   {ours: []string{"metrics", "transport", "redact", "internal/..."}, mayBeMissing: true},
	"standard": {many: true, mayBeMissing: true},
	"cmd":      {many: true, mayBeMissing: true},
}

// light is the chain that costs nothing to link, and what it must not link.
var light = struct{ uses, without []string }{
	uses:    []string{".", "retry", "throttle"},
	without: []string{prometheus, "github.com/prometheus", bbolt},
}
