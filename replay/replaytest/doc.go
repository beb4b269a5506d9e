// Package replaytest lets a test run offline, from a tape of its own:
//
//	func TestPikachu(t *testing.T) {
//		client := replaytest.Client(t)
//		resp, err := client.Get("https://pokeapi.co/api/v2/pokemon/pikachu")
//		...
//	}
//
// The tape lies in testdata under the name of the test. Recorded it is by
//
//	GRACY_TAPE=record go test -run TestPikachu
//
// or by -update where the test binary defines that flag, and replayed ever after:
// nothing is sent, each recorded response is given once, and the test fails on a
// request that is not on the tape and on a response that nobody asked for. So a
// change in what it sends is noticed, and the tape is committed with it. What has nothing
// to do with the tape, such as a database in a container, is named by
// Options.PassThrough, and sent in every mode.
//
// [Open] returns the tape as a layer, for a client with layers of its own or an SDK:
//
//	tape := replaytest.Open(t, replaytest.Config{})
//	client := &http.Client{Transport: gracy.Chain(retry.New(retry.Policy{}), tape)}
//
// What takes a base and brings its own layers is given tape.Wrap(nil).
//
// # Modes
//
// GRACY_TAPE is one of
//
//	record   send every request; the tape is made anew
//	replay   send nothing: the default
//	off      send every request, and leave the tape alone
//
// A recording replaces the tape when the test has ended, if it passed; a test that
// failed or was skipped leaves the tape as it was. Until then it is in a file beside the tape,
// .recording-NAME, which a test that is killed leaves behind and the next recording removes. A
// test that passes and has sent nothing is given an empty tape, unless it has one.
//
// # Streams that the test leaves
//
// A client that reads a stream until it has what it wants, and then cancels or closes it, is
// recorded up to there, and given the same again. If it reads on, it gets a store.CutError.
//
// # Servers of the test
//
// The port of an httptest.Server is another in each run, so requests to a loopback
// address are recorded without it, and links to one that stand in a recorded response are
// replayed with the port of the server that is there. A test with two such servers gives
// them names: see [Config.Hosts].
//
// # The time of the recording
//
// Code that asks for what is new since yesterday asks for something else each day.
// [Tape.RecordedAt] is the day of the recording, to be given to it as its time:
//
//	rates, err := newest(ctx, client, tape.RecordedAt())
//
// # Does the API still say that?
//
// [Tape.Verify] sends the recorded requests again and says how the responses differ, for a
// test that is run now and then.
//
// # Parallel tests
//
// Each test and each subtest that opens a tape has one of its own, so they may run in
// parallel. A tape that a test opens may be used by its subtests, also parallel ones:
// it ends with the test that opened it. Where -run or -skip leaves some of them out, what
// these have recorded is not missed, and stays on a text tape that is recorded.
package replaytest
