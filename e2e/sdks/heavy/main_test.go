package heavy

import (
	"os"
	"testing"

	"github.com/gracy-go/gracy/e2e/sdks/harness"
)

func TestMain(m *testing.M) {
	// opensearch-go polls its nodes every few seconds, and a call may take that long on a busy
	// machine. This turns polling off.
	if err := os.Setenv("OPENSEARCH_GO_NODE_STATS_INTERVAL", "-1s"); err != nil {
		panic(err)
	}
	os.Exit(harness.Main(m, "../../../docs/sdks.md", "heavy", sdks()))
}

// sdks returns the SDKs that take minutes to build.
func sdks() []*harness.SDK {
	return []*harness.SDK{
		algoliaGo(),
		anthropicGo(),
		awsS3(),
		azureBlob(),
		cloudflareGo(),
		datadogGo(),
		elasticsearchGo(),
		gitlabGo(),
		googleGenai(),
		googleStorage(),
		kubernetesGo(),
		openaiGo(),
		opensearchGo(),
		twilioGo(),
		vaultAPI(),
	}
}

func TestOneFaultIsOneFurtherRequest(t *testing.T) { harness.OneFault(t, sdks()) }
func TestAttemptsAddUp(t *testing.T)               { harness.Product(t, sdks()) }
func TestStreamsAreLive(t *testing.T)              { harness.Live(t, sdks()) }
func TestTapesReplayWithoutANetwork(t *testing.T)  { harness.Tape(t, sdks()) }
func TestObjectsAreAHandfulOfRoutes(t *testing.T)  { harness.Series(t, sdks()) }
func TestWhatTheyDoAlone(t *testing.T)             { harness.Alone(t, sdks()) }

// All bodies of 1,000 uploads are whole. Up to 23 % of them were once empty.
func TestUploadsToAzureAreWhole(t *testing.T) { harness.Resends(t, azureBlob(), 500) }
