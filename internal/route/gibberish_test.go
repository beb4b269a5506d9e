package route

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/long"
)

const (
	base62 = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	lower  = "abcdefghijklmnopqrstuvwxyz"
)

func random(rng *rand.Rand, alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[rng.IntN(len(alphabet))]
	}
	return string(b)
}

// Random secrets of the usual alphabets must not be taken for names. The bound is
// the number of tokens shown per million; letters alone are the hardest.
func TestRandomTextIsNotAName(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	n := 100_000
	if !long.Wanted() {
		n = 10_000
	}
	for _, c := range []struct {
		name, alphabet string
		length, most   int
	}{
		{"hex 32", "0123456789abcdef", 32, 0},
		{"base32 20", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 20, 10},
		{"base32 26", "abcdefghijklmnopqrstuvwxyz234567", 26, 0},
		{"base62 16", base62, 16, 300},
		{"base62 24", base62, 24, 5},
		{"base62 32", base62, 32, 0},
		{"base64url 20", base62 + "-_", 20, 100},
		{"base64url 43", base62 + "-_", 43, 0},
		{"letters 24", lower, 24, 100},
		{"letters 32", lower, 32, 10},
	} {
		shown := 0
		var last string
		for range n {
			s := random(rng, c.alphabet, c.length)
			if classify(s, "", nil).name == "" {
				shown++
				last = s
			}
		}
		t.Logf("%s: %d of %d shown (%s)", c.name, shown, n, last)
		if shown*(1_000_000/n) > c.most {
			t.Errorf("%s: %d of %d shown, want at most %d per million", c.name, shown, n, c.most)
		}
	}
}

// The control run of the test above, which code that takes everything for random
// would pass.
func TestWordsAreNames(t *testing.T) {
	text := `abilities accounts activities addresses administrators alerts announcements applications approvals archives articles
assessments assignments attachments attributes audiences authentication authorization automations availability backups balances
baskets bookings branches businesses calendars campaigns candidates cancellations capabilities categories certificates challenges
channels characteristics charges checkouts collaborators collections comments commits communications companies comparisons
components configuration configurations connections consultations contributors conversations countries coupons credentials
customers dashboards databases departments deployments descriptions destinations devices diagnostics discounts discussions
distributions documentation documents domains downloads environments evaluations evolution-chain exceptions experiments
extensions favorites followers frameworks functions generations governance hierarchies holidays identifiers implementations
incidents indicators infrastructure ingredients instances institutions integrations interactions invoices issues keywords
labels languages leaderboards libraries licenses locations maintenance manufacturers measurements memberships merchants
messages milestones mobile-devices neighborhoods notifications observations opportunities organizations participants
partnerships passengers payment_intents payment_methods performance permissions personalization playlists policies
prescriptions principals products professionals projects properties publications purchases quantities questionnaires
reactions recommendations reconciliations recurring-charges registrations relationships releases repositories requirements
reservations resources restaurants revisions schedules screenshots searches sequences settings shareholders shipments
specifications standards stargazers statements statistics storefronts streams subscribers subscriptions suggestions summaries
synchronizations technologies temperatures templates territories testimonials thresholds timelines transactions transfers
translations transportation universities vaccinations validations vehicles verification vulnerabilities warehouses workflows
listOpenTickets GetUserByIdentifier CreateSubscriptionSchedule BatchUpdateDocuments DescribeInstanceTypeOfferings
bulbasaur ivysaur venusaur charmander charmeleon charizard squirtle wartortle blastoise caterpie metapod butterfree weedle
kakuna beedrill pidgey pidgeotto pidgeot rattata raticate spearow fearow ekans arbok pikachu raichu sandshrew sandslash
nidoran-f nidorina nidoqueen clefairy clefable vulpix ninetales jigglypuff wigglytuff vileplume mr-mime exeggutor hitmonchan
kangaskhan farfetchd wo-chien chien-pao ting-lu baxcalibur tsareena dudunsparce tinkaton`
	words := strings.Fields(text)
	lost := 0
	for _, w := range words {
		if got := classify(w, "", nil).key(); got != w {
			t.Logf("%s -> %s", w, got)
			lost++
		}
	}
	if lost*100 > 2*len(words) {
		t.Errorf("%d of %d names were taken for something else", lost, len(words))
	}
}
