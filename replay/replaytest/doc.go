// Package replaytest lets a test run offline, from a tape of its own:
//
//	func TestPikachu(t *testing.T) {
//		client := replaytest.Client(t)
//		resp, err := client.Get("https://pokeapi.co/api/v2/pokemon/pikachu")
//		...
//	}
//
// The tape is a file in testdata, named after the test: testdata/TestPikachu.json, and for a subtest
// testdata/TestTable/first_case.json. All characters of a name but letters of ASCII, digits, "_", "-"
// and "." are escaped as in a URL. Record it with
//
//	GRACY_TAPE=record go test -run TestPikachu
//
// or with -update if the test binary defines that flag. From then on it is replayed: nothing is
// sent, each recorded response is given once, and the test fails on a request that is not on the
// tape and on a response that nobody asked for. So a change in what the code sends is noticed, and
// the new tape is committed with it. Options.PassThrough names what has nothing to do with the
// tape, such as a database in a container. That is sent in every mode.
//
// [Open] returns the tape as a layer, for a client with layers of its own or an SDK:
//
//	tape := replaytest.Open(t, replaytest.Config{})
//	client := &http.Client{Transport: gracy.Chain(retry.New(retry.Policy{}), tape)}
//
// Pass tape.Wrap(nil) to an SDK that takes a base transport and adds its own layers.
//
// # Modes
//
// GRACY_TAPE is one of
//
//	record   send every request; the tape is made anew
//	replay   send nothing: the default
//	off      send every request, and leave the tape alone
//
// A recording replaces the tape when the test has ended, if it passed. A test that failed, panicked
// or was skipped leaves the tape unchanged. Until then the recording is in a file beside the tape,
// .recording-NAME. A killed test leaves that file behind, and the next recording removes it. A test
// that passes and has sent nothing gets an empty tape, unless it has one.
//
// # Streams that the test leaves
//
// If a client reads a stream until it has what it wants, and then cancels or closes it, the stream
// is recorded up to there and replayed so. Reading on gives a store.CutError.
//
// # Servers of the test
//
// An httptest.Server has another port in each run, so requests to a loopback address are recorded
// without it, and links in a recorded response are replayed with the current port of the server. A
// test with two such servers gives them names: see [Config.Hosts]. Links in their responses are then
// replayed with the ports of the recording. If the test follows them, its Options.BeforeReplay
// replaces them.
//
// # The time of the recording
//
// Code that asks for what is new since yesterday asks for something else each day.
// [Tape.RecordedAt] returns the day of the recording. Pass it to such code as its time:
//
//	rates, err := newest(ctx, client, tape.RecordedAt())
//
// # Does the API still say that?
//
// [Tape.Verify] sends the recorded requests again and says how the responses differ. It is for a
// test that is run now and then.
//
// # Parallel tests
//
// Each test and each subtest that opens a tape has its own, so they may run in parallel. Subtests
// may use the tape that their test opened, also in parallel: it ends with the test that opened it.
// If -run or -skip leaves out some of them, their recordings are not reported as unused, and a text
// tape keeps them when it is recorded. A request that is then recorded less often than before fails
// the test, because what would be lost may be a recording of a subtest that was left out.
package replaytest
