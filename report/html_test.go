package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/metrics"
)

// recorded is a source with single calls.
type recorded struct {
	fixed
	calls metrics.Timeline
}

func (r recorded) Timeline() metrics.Timeline { return r.calls }

func page10k(n int) recorded { return recorded{pokeapi(), someCalls(n)} }

func written(t *testing.T, sources ...Source) string {
	t.Helper()
	var b bytes.Buffer
	if err := HTML(&b, sources...); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestThePageHasTheFigures(t *testing.T) {
	s := written(t, page10k(100))
	for _, want := range []string{
		"<title>pokeapi: 1242 calls", "<b>1242</b>", "GET /pokemon/{name}", "<td class=\"failure\">31</td>", "Why calls failed",
		"40 of 40 attempts made", "Slowest calls", "cover the last 100 calls; 7 earlier ones were dropped", "from 2026-01-02 03:04:05 to",
	} {
		if !strings.Contains(s, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	without := written(t, pokeapi())
	if !strings.Contains(without, "No single calls were kept") || strings.Contains(without, "<h2>Why") || strings.Contains(without, "<h2>Slowest") {
		t.Error("a page without single calls does not say so")
	}
	if s := written(t, fixed(metrics.Snapshot{Client: "x", InFlight: 3})); strings.Contains(s, nothing) || !strings.Contains(s, "no calls have returned") {
		t.Error("a page of calls that have not returned says that there are none")
	}
	if s := written(t, fixed(metrics.Snapshot{Client: "x"})); !strings.Contains(s, "no calls were made") {
		t.Error("a page of nothing does not say so")
	}
}

// Text that is not ours stays text, whatever it is. The policy allows only our script and style, by
// their hashes.
func TestThePageRunsNothingElse(t *testing.T) {
	evil := `</script><script>alert(1)</script><img src=x onerror=alert(1)>`
	calls := someCalls(30)
	calls.Client = evil
	calls.Calls[0].Route, calls.Calls[0].Stopped, calls.Calls[0].Outcome, calls.Calls[0].Attempts[0].Error = evil, evil, "status", evil
	calls.Calls[0].Elapsed = time.Hour
	snapshot := metrics.Merge(metrics.Snapshot{Client: evil, Rows: []metrics.Row{{Client: evil, Method: evil, Route: evil, Calls: 1, Failures: 1}}})
	s := written(t, recorded{fixed(snapshot), calls})
	if n := strings.Count(s, "<script"); n != 2 {
		t.Errorf("there are %d scripts, want the data and ours", n)
	}
	if strings.Contains(s, "<img") || strings.Contains(s, "onerror=alert(1)>") {
		t.Error("a text of others is an element")
	}
	for _, tag := range []string{"script", "style"} {
		inline := regexp.MustCompile(`(?s)<` + tag + `>(.*?)</` + tag + `>`).FindStringSubmatch(s)
		sum := sha256.Sum256([]byte(inline[1]))
		if hash := "&#39;sha256-" + strings.ReplaceAll(base64.StdEncoding.EncodeToString(sum[:]), "+", "&#43;") + "&#39;"; !strings.Contains(s, tag+"-src "+hash) {
			t.Errorf("the policy has not the hash of the %s", tag)
		}
	}
	if strings.Contains(s, "http://") && !strings.Contains(s, "http://www.w3.org/2000/svg") || strings.Contains(strings.ReplaceAll(s, "https://github.com/leeoniya/uPlot", ""), "https://") {
		t.Error("the page names another origin")
	}
}

// The size and the time of a page are bounded: 400 KB for 10,000 calls, and twice the time that
// encoding/json takes for the same calls.
func TestTheSizeOfAPage(t *testing.T) {
	source := page10k(10_000)
	if n := len(written(t, source)); n > 400_000 {
		t.Errorf("a page of 10,000 calls has %d bytes, want at most 400,000", n)
	}
	if n := len(written(t, page10k(20_000))); n < 400_000 {
		t.Errorf("the control, 20,000 calls, has %d bytes: the calls are not in the page", n)
	}
}

func BenchmarkHTML(b *testing.B) {
	source := page10k(10_000)
	b.Run("page", func(b *testing.B) {
		for b.Loop() {
			var buffer bytes.Buffer
			if err := HTML(&buffer, source); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding/json", func(b *testing.B) {
		for b.Loop() {
			if _, err := json.Marshal(source.calls); err != nil {
				b.Fatal(err)
			}
		}
	})
}
