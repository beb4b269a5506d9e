package replaytest_test

import (
	"flag"
	"slices"
	"testing"
)

func TestOffLeavesTheTapeAlone(t *testing.T) {
	record(t)
	t.Setenv("GRACY_TAPE", "off")
	var got []string
	if f := run("TestPoll", poll(t, 2, &got)); f.failed || !slices.Equal(got, []string{"1", "2"}) || len(files(t)) > 0 {
		t.Errorf("got %q, files %q: %s", got, files(t), f.text())
	}
}

func TestUpdateOfTheTestBinaryRecords(t *testing.T) {
	record(t)
	t.Setenv("GRACY_TAPE", "")
	var got []string
	if f := run("TestPoll", poll(t, 1, &got)); !f.failed || flag.Lookup("update") != nil {
		t.Fatal("recorded without a flag, or the package has one")
	}
	defer func(was *flag.FlagSet) { flag.CommandLine = was }(flag.CommandLine)
	flag.CommandLine = flag.NewFlagSet("test", flag.ContinueOnError)
	update := flag.Bool("update", true, "")
	if f := run("TestPoll", poll(t, 1, &got)); f.failed || len(files(t)) != 1 {
		t.Errorf("with -update: files %q: %s", files(t), f.text())
	}
	*update = false
	if f := run("TestPoll", poll(t, 1, &got)); f.failed || got[len(got)-1] != "1" {
		t.Errorf("with the flag unset: %q: %s", got, f.text())
	}
	t.Setenv("GRACY_TAPE", "replay")
	*update = true
	if f := run("TestPoll", poll(t, 2, &got)); !f.failed {
		t.Error("the environment does not come before the flag")
	}
}
