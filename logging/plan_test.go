package logging_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/logging"
)

func TestAnUnknownPlaceholderPanicsInNew(t *testing.T) {
	r := fmt.Sprint(rttest.PanicOf(func() {
		logging.New(logging.Config{Logger: slog.Default(), Request: logging.Message(slog.LevelInfo, "{STATUS} before there is one")})
	}))
	if !strings.Contains(r, "{STATUS}") || !strings.HasPrefix(r, "logging: ") {
		t.Errorf("panic %q", r)
	}
}
