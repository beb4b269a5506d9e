package collector

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if left := rttest.GoroutinesLeft(); code == 0 && len(left) > 0 {
		fmt.Printf("%d goroutines left by the tests:\n%s\n", len(left), strings.Join(left, "\n\n"))
		code = 1
	}
	os.Exit(code)
}
