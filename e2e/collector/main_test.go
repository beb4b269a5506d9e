package collector

import (
	"os"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
)

func TestMain(m *testing.M) { os.Exit(rttest.Main(m)) }
