package sdks

import (
	"os"
	"testing"

	"github.com/gracy-go/gracy/e2e/sdks/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m, "../../docs/sdks.md", "light", sdks())) }

// sdks returns the SDKs that are quick to build.
func sdks() []*harness.SDK {
	return []*harness.SDK{
		goGithub(),
		godoSDK(),
		hcloudGo(),
		meilisearchGo(),
		minioGo(),
		sashabaranov(),
		sentryGo(),
		slackGo(),
		stripeGo(),
	}
}

func TestOneFaultIsOneFurtherRequest(t *testing.T) { harness.OneFault(t, sdks()) }
func TestAttemptsAddUp(t *testing.T)               { harness.Product(t, sdks()) }
func TestStreamsAreLive(t *testing.T)              { harness.Live(t, sdks()) }
func TestTapesReplayWithoutANetwork(t *testing.T)  { harness.Tape(t, sdks()) }
func TestObjectsAreAHandfulOfRoutes(t *testing.T)  { harness.Series(t, sdks()) }
func TestWhatTheyDoAlone(t *testing.T)             { harness.Alone(t, sdks()) }
