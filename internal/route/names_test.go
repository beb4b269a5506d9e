package route

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/long"
)

// What people call their files, branches, indices and teams: two words and
// something. Words with rare pairs of letters are among them.
const (
	adjectives = `ancient autumn bitter blue brave bright broken calm clever cold crimson curious daily damp dark deep divine dry dusty
early eager empty famous fancy flexible floral fragrant frosty gentle gorgeous grand green happy hidden holy huge humble icy joyful jolly
kind large late lively lonely loud lucky misty modern monthly muddy new noisy odd old orange patient plain polished proud purple quarterly
quick quiet quirky rapid red restless rough round royal rusty shy silent small snowy soft solitary sparkling spring square steep sticky
still summer sunny sweet thirsty tiny twilight upward wandering weekly white wild winter wispy withered yearly yellow young zealous`
	nouns = `alpaca archive badger balance banana banner basket beacon bicycle billing bird blueprint bluejay boat bonus bridge brook budget
butterfly cake calendar camera candle carrot castle catalog cherry chicken city cloud coffee compass copper customer cyclone daisy dashboard
desk diary dolphin draft dragonfly dream dust eagle engine falcon feather fire firefly flower fog forecast forest fox frog garden glade
glitter grass guitar gypsum hamster handbook harbor haze hedgehog hill honeybee humpback hyena import index invoice island jaguar journal
kayak kitchen kiwi knight ladybird lake lantern leaf ledger library lynx machine market meadow meeting menu mirror moon morning mosquito
mountain museum night notes ocean office onboarding onion orchid order oyster paper parrot payroll pelican photo pine planet playlist polygon
pond project puffin python quail quartz rabbit rain raincoat receipt recipe report resonance river rocket roadmap rocky sample school sea
shadow shape silence skylark sky smoke snapshot snow snowflake sound sparrow star sun sunset survey swan syllabus team thunder ticket
tiger tooth tree turnip umbrella upload vacation video violet voice walnut warehouse water waterfall wave whale wildflower willow wind
window wood workshop yacht yogurt zebra zephyr`
)

// Less than half a percent of the names of each kind are taken for a token or an id, and less than
// a percent of words that are run together. If a year counted as a second alphabet, 7 to 20 % of
// the names with a number would be, and 5.8 % of all.
func TestPlainNamesAreNoTokens(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 7))
	a, b := strings.Fields(adjectives), strings.Fields(nouns)
	adj := func() string { return a[rng.IntN(len(a))] }
	noun := func() string { return b[rng.IntN(len(b))] }
	title := func(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
	year := func() string { return strconv.Itoa(1990 + rng.IntN(45)) }
	ext := func() string { return []string{".jpg", ".csv", ".json", ".parquet", ".pdf", ".tar"}[rng.IntN(6)] }
	n := 20_000
	if !long.Wanted() {
		n = 2000
	}
	lost, all := 0, 0
	for _, kind := range []struct {
		like string
		make func() string
	}{
		{"alpha", noun},
		{"team-alpha", func() string { return noun() + "-" + noun() }},
		{"orders-import.jpg", func() string { return noun() + "-" + noun() + ext() }},
		{"orders_import.jpg", func() string { return adj() + "_" + noun() + ext() }},
		{"my-index-2024", func() string { return "my-" + noun() + "-" + year() }},
		{"blue-whale-2024", func() string { return adj() + "-" + noun() + "-" + year() }},
		{"blue-whale-2024-03-01", func() string {
			return fmt.Sprintf("%s-%s-%s-%02d-%02d", adj(), noun(), year(), 1+rng.IntN(12), 1+rng.IntN(28))
		}},
		{"blue-whale-v12", func() string { return fmt.Sprintf("%s-%s-v%d", adj(), noun(), 1+rng.IntN(20)) }},
		{"the-blue-whale", func() string { return "the-" + adj() + "-" + noun() }},
		{"whale7", func() string { return noun() + strconv.Itoa(1+rng.IntN(99)) }},
		{"Blue-Whale", func() string { return title(adj()) + "-" + title(noun()) }},
		{"Blue Whale 2024", func() string { return title(adj()) + " " + title(noun()) + " " + year() }},
		{"BlueWhale", func() string { return title(adj()) + title(noun()) }},
		{"blueWhale", func() string { return adj() + title(noun()) }},
		{"BLUE_WHALE", func() string { return strings.ToUpper(adj() + "_" + noun()) }},
		{"bluewhale", func() string { return adj() + noun() }},
		{"whale.blue.whale", func() string { return noun() + "." + adj() + "." + noun() }},
	} {
		wrong := map[string]bool{}
		count := 0
		for range n {
			s := kind.make()
			switch classify(s, "", nil).name {
			case nameToken, nameID, nameHash:
				count++
				wrong[s] = true
			}
		}
		lost, all = lost+count, all+n
		t.Logf("%-22s %.2f %%", kind.like, 100*float64(count)/float64(n))
		most := 5 // in 1000
		if kind.like == "bluewhale" {
			most = 10
		}
		if count*1000 > most*n {
			t.Errorf("%s: %d of %d are taken for a token, such as %q", kind.like, count, n, keysOf(wrong))
		}
	}
	t.Logf("all: %.3f %%", 100*float64(lost)/float64(all))
	if lost*1000 > 2*all {
		t.Errorf("%d of all %d are taken for a token", lost, all)
	}
}

func keysOf(m map[string]bool) (keys []string) {
	for k := range m {
		if keys = append(keys, k); len(keys) == 4 {
			break
		}
	}
	return keys
}

// The control run of the test above: what services make of random text is not taken
// for a name. The bounds are per 100,000, near what was measured.
func TestTokensOfServicesAreNoNames(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	const digits = "0123456789"
	upper := strings.ToUpper(lower)
	groups := func(alphabet string, n, each int) func() string {
		return func() string {
			g := make([]string, n)
			for i := range g {
				g[i] = random(rng, alphabet, each)
			}
			return strings.Join(g, "-")
		}
	}
	n := 100_000
	if !long.Wanted() {
		n = 10_000
	}
	for _, kind := range []struct {
		name string
		most int
		make func() string
	}{
		{"hex 20", 0, groups("0123456789abcdef", 1, 20)},
		{"hex 40", 0, groups("0123456789abcdef", 1, 40)},
		{"base32 16", 10, groups(upper+"234567", 1, 16)},
		{"base36 16", 10, groups(lower+digits, 1, 16)},
		{"base36 25", 1, groups(lower+digits, 1, 25)},
		{"base62 16", 20, groups(base62, 1, 16)},
		{"base62 20", 10, groups(base62, 1, 20)},
		{"base62 32", 0, groups(base62, 1, 32)},
		{"base52 16", 300, groups(lower+upper, 1, 16)},
		{"letters 16", 350, groups(lower, 1, 16)},
		{"letters 20", 50, groups(lower, 1, 20)},
		{"base64url 22", 10, groups(base62+"-_", 1, 22)},
		{"base64url 43", 0, groups(base62+"-_", 1, 43)},
		{"licence key 5x5", 15, groups("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", 5, 5)},
		{"word-base62", 10, func() string { return "token-" + random(rng, base62, 20) }},
		{"word_base62", 1, func() string { return "acme_" + random(rng, base62, 24) }},
		{"letters 20 and a year", 60, func() string { return random(rng, lower, 20) + "-2024" }},
		{"letters 12 and a date", 5, func() string { return random(rng, lower, 12) + "-20240101" }},
	} {
		shown := 0
		for range n {
			if classify(kind.make(), "", nil).name == "" {
				shown++
			}
		}
		t.Logf("%-22s %d of %d are shown", kind.name, shown, n)
		if most := kind.most * n / 100_000; shown > most+kind.most/10+1 {
			t.Errorf("%s: %d of %d are shown, want at most %d", kind.name, shown, n, most)
		}
	}
}
