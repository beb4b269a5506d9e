package replay

import "testing"

func TestBlockList(t *testing.T) {
	for body, want := range map[string]string{
		"<BlockList></BlockList>": "blocks",
		"<?xml version='1.0'?>\n<BlockList> <Latest>a</Latest><Committed/></BlockList>": `blocks,"Latest","Committed"`,
		"<BlockList><Latest>a<Latest>b</Latest></Latest></BlockList>":                   "",
		"<BlockList><Other>a</Other></BlockList>":                                       "",
		"<BlockList><Latest>a</Latest>":                                                 "",
		"<Blocks/>":                                                                     "",
		"text":                                                                          "",
		"":                                                                              "",
	} {
		if got, ok := blockList([]byte(body)); got != want || ok != (want != "") {
			t.Errorf("%s: %q, %v, want %q", body, got, ok, want)
		}
	}
}
