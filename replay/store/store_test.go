package store_test

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/store/bolt"
	"github.com/gracy-go/gracy/replay/store/text"
)

// Ten thousand recordings into a text tape take about ten times as long as a thousand. If the file
// were rewritten for each batch, they would take a hundred times as long. The comparison with bbolt
// depends on the disk, so it is only logged.
func TestATextTapeGrowsInLinearTime(t *testing.T) {
	long.Only(t)
	run := func(open func(string) (store.IndexStore, error), n int) time.Duration {
		path := filepath.Join(t.TempDir(), "tape")
		body := fmt.Sprintf(`{"text":%q,"price":1.50}`, strings.Repeat("abcdefghij ", 45))
		start := time.Now()
		s, err := open(path)
		tapetest.Must(t, err)
		var batch []store.Entry
		for i := range n {
			x := tapetest.Exchange(store.ID(i+1), "GET", "http://h/item/"+strconv.Itoa(i), body)
			if batch = append(batch, store.Entry{Exchange: x}); len(batch) == 64 || i == n-1 {
				tapetest.Must(t, s.Append(batch))
				batch = nil
			}
		}
		tapetest.Must(t, s.Close())
		return time.Since(start)
	}
	inBolt, inText, thousand := time.Hour, time.Hour, time.Hour
	for range 4 { // the best of several, in turns, since other programs take time too
		inBolt = min(inBolt, run(bolt.Open, 10_000))
		inText = min(inText, run(text.Open, 10_000))
		thousand = min(thousand, run(text.Open, 1_000))
	}
	t.Logf("10 000: bbolt %v, text %v; 1000: text %v", inBolt, inText, thousand)
	if inText > 60*thousand {
		t.Errorf("10 000 recordings take %v, 1000 take %v", inText, thousand)
	}
}
