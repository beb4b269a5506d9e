#!/usr/bin/env bash
# Has third-party recorders record one server, imports what they have written, and compares it with
# what the server sent. Then it stops the server and has Playwright replay a HAR that gracy has
# written. It needs node, npm and Chromium, and installs vcrpy, betamax and Ruby's VCR with apt if
# they are missing. See replay/interop/recorders_test.go.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export GOWORK=off GRACY_RECORDINGS GRACY_ORIGIN=origin
GRACY_RECORDINGS=$(mktemp -d)
work=$(mktemp -d)
server=
trap 'exec 9>&- || true; [[ -z $server ]] || wait "$server" || true; rm -rf "$work" "$GRACY_RECORDINGS"' EXIT

python=/usr/bin/python3 # apt installs for this one
missing=()
"$python" -c 'import vcr, betamax, requests' 2>/dev/null || missing+=(python3-vcr python3-betamax python3-requests)
ruby -e 'require "vcr"; require "webmock"' 2>/dev/null || missing+=(ruby ruby-vcr ruby-webmock)
command -v chromium >/dev/null || missing+=(chromium)
if ((${#missing[@]})); then
	export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
	apt-get update -qq
	apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi

cd "$root/replay/interop"
${GO:-go} test -c -o "$work/interop.test" .
mkfifo "$work/in"
"$work/interop.test" -test.run '^TestOrigin$' -test.timeout 20m <"$work/in" >"$work/origin.log" 2>&1 &
server=$!
exec 9>"$work/in"
for _ in $(seq 600); do
	[[ ! -s $GRACY_RECORDINGS/origin ]] || break
	sleep 0.1
done
ORIGIN=$(cat "$GRACY_RECORDINGS/origin")
export ORIGIN
# Method, path, media type and body, a line each.
export REQUESTS='GET /json
GET /gzip
GET /png
GET /cookies
GET /headers
GET /query?z=1&a=2&z=0&b=x%20y&b=x+y&empty=&flag
GET /seq
GET /seq
GET /empty
GET /etag
GET /stream
GET /utf8
GET /latin1
GET /status/404
POST /echo application/json {"a":[1,2.50],"b":"ü"}
POST /echo application/x-www-form-urlencoded a=1&b=x+y'

echo "-- go-vcr 3 and 4"
for major in 3 4; do
	version=$([[ $major == 3 ]] && echo v3.2.0 || echo v4.0.7)
	mkdir "$work/govcr$major" && cd "$work/govcr$major"
	go mod init recording >/dev/null 2>&1
	start=$([[ $major == 3 ]] && echo 'recorder.NewWithOptions(&recorder.Options{CassetteName: os.Args[1], Mode: recorder.ModeRecordOnly, RealTransport: base})' ||
		echo 'recorder.New(os.Args[1], recorder.WithMode(recorder.ModeRecordOnly), recorder.WithRealTransport(base))')
	cat >main.go <<GO
package main

import (
	"io"
	"net/http"
	"os"
	"strings"

	"gopkg.in/dnaeon/go-vcr.v$major$([[ $major == 3 ]] || echo /pkg)/recorder"
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	base := http.DefaultTransport.(*http.Transport).Clone()
	r, err := $start
	check(err)
	client := &http.Client{Transport: r}
	for _, line := range strings.Split(os.Getenv("REQUESTS"), "\n") {
		f := append(strings.SplitN(line, " ", 4), "", "")
		req, err := http.NewRequest(f[0], os.Getenv("ORIGIN")+f[1], strings.NewReader(f[3]))
		check(err)
		if f[2] != "" {
			req.Header.Set("Content-Type", f[2])
		}
		resp, err := client.Do(req)
		check(err)
		_, err = io.Copy(io.Discard, resp.Body)
		check(err)
		check(resp.Body.Close())
	}
	check(r.Stop())
}
GO
	go get "gopkg.in/dnaeon/go-vcr.v$major@$version" 2>log || { cat log >&2; exit 1; }
	go mod tidy 2>log || { cat log >&2; exit 1; }
	curl -s "$ORIGIN/start" >/dev/null
	go run . "$GRACY_RECORDINGS/govcr$major"
done

echo "-- vcrpy, betamax"
cat >"$work/record.py" <<'PYTHON'
import os
import urllib.request
import betamax
import requests
import vcr

origin, folder = os.environ["ORIGIN"], os.environ["GRACY_RECORDINGS"]
calls = [(line.split(" ", 3) + ["", ""])[:4] for line in os.environ["REQUESTS"].split("\n")]

def start():
    try:
        urllib.request.urlopen(origin + "/start")
    except urllib.error.HTTPError:
        pass

def record(session):
    for method, path, kind, body in calls:
        headers = {"Content-Type": kind} if kind else {}
        session.request(method, origin + path, data=body.encode() or None, headers=headers, allow_redirects=False).content

start()
with vcr.use_cassette(folder + "/vcrpy.yaml", record_mode="all"):
    record(requests.Session())
start()
session = requests.Session()
recorder = betamax.Betamax(session, cassette_library_dir=folder)
with recorder.use_cassette("betamax", record="all", preserve_exact_body_bytes=True):
    record(session)
PYTHON
"$python" "$work/record.py"

echo "-- Ruby's VCR"
cat >"$work/record.rb" <<'RUBY'
require "net/http"
require "vcr"
require "webmock"

VCR.configure do |c|
  c.cassette_library_dir = ENV["GRACY_RECORDINGS"]
  c.hook_into :webmock
end
VCR.use_cassette("rubyvcr", record: :all) do
  ENV["REQUESTS"].split("\n").each do |line|
    method, path, kind, body = line.split(" ", 4)
    uri = URI(ENV["ORIGIN"] + path)
    request = (method == "GET" ? Net::HTTP::Get : Net::HTTP::Post).new(uri)
    request["Content-Type"] = kind if kind
    request.body = body if body
    Net::HTTP.start(uri.host, uri.port) { |http| http.request(request) }
  end
end
RUBY
curl -s "$ORIGIN/start" >/dev/null
ruby "$work/record.rb" 2>/dev/null

echo "-- nock, Polly, Playwright"
mkdir "$work/node" && cd "$work/node"
npm install --silent --no-audit --no-fund nock@14.0.10 @pollyjs/core@6.0.6 @pollyjs/adapter-node-http@6.0.6 @pollyjs/persister-fs@6.0.6 playwright-core@1.64.1 >/dev/null
cat >calls.cjs <<'JS'
const http = require("http");
exports.calls = process.env.REQUESTS.split("\n").map((line) => {
  const [, method, path, kind, body] = line.match(/^(\S+) (\S+)(?: (\S+))?(?: (.*))?$/);
  return { method, path, kind, body };
});
exports.send = (call) =>
  new Promise((done, fail) => {
    const headers = call.body ? { "Content-Type": call.kind, "Content-Length": Buffer.byteLength(call.body) } : {};
    const req = http.request(process.env.ORIGIN + call.path, { method: call.method, headers, agent: false }, (res) => {
      res.on("data", () => {});
      res.on("end", done);
    });
    req.on("error", fail);
    req.end(call.body);
  });
JS
cat >nock.cjs <<'JS'
const nock = require("nock"), fs = require("fs"), { calls, send } = require("./calls.cjs");
(async () => {
  nock.recorder.rec({ output_objects: true, dont_print: true, enable_reqheaders_recording: true });
  for (const call of calls) await send(call);
  fs.writeFileSync(process.env.GRACY_RECORDINGS + "/nock.json", JSON.stringify(nock.recorder.play(), null, 2));
  nock.restore();
})();
JS
curl -s "$ORIGIN/start" >/dev/null
node nock.cjs
cat >polly.cjs <<'JS'
const { Polly } = require("@pollyjs/core"), Adapter = require("@pollyjs/adapter-node-http"), Persister = require("@pollyjs/persister-fs");
const fs = require("fs"), path = require("path"), { calls, send } = require("./calls.cjs");
Polly.register(Adapter);
Polly.register(Persister);
(async () => {
  const polly = new Polly("polly", { adapters: ["node-http"], persister: "fs", mode: "record", logLevel: "silent", recordFailedRequests: true, persisterOptions: { fs: { recordingsDir: "polly" } } });
  for (const call of calls) await send(call);
  await polly.stop();
  const find = (dir) => fs.readdirSync(dir, { withFileTypes: true }).flatMap((e) => (e.isDirectory() ? find(path.join(dir, e.name)) : [path.join(dir, e.name)]));
  fs.copyFileSync(find("polly").find((f) => f.endsWith(".har")), process.env.GRACY_RECORDINGS + "/polly-node.har");
})();
JS
curl -s "$ORIGIN/start" >/dev/null
node polly.cjs
cat >playwright.cjs <<'JS'
const { chromium } = require("playwright-core"), { calls, send } = require("./calls.cjs");
(async () => {
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"] });
  for (const [name, options] of [["playwright.har", { content: "embed" }], ["playwright-zip.zip", { content: "attach" }]]) {
    await send({ method: "GET", path: "/start" });
    const context = await browser.newContext({ recordHar: { path: process.env.GRACY_RECORDINGS + "/" + name, ...options } });
    const page = await context.newPage();
    await page.goto(process.env.ORIGIN + "/status/404");
    for (const call of calls)
      await page.evaluate(async (c) => {
        const r = await fetch(c.path, { method: c.method, body: c.body, headers: c.kind ? { "Content-Type": c.kind } : {}, cache: "no-store" });
        await r.arrayBuffer();
      }, call);
    await context.close();
  }
  await browser.close();
})();
JS
node playwright.cjs

echo "-- what they have written"
cd "$root/replay/interop"
"$work/interop.test" -test.run '^(TestRecordingsHoldWhatTheServerSent|TestExportOfTheOrigin)$' -test.v | grep -v '^=== '

echo "-- a HAR of ours, opened by Playwright with the server gone"
exec 9>&-
wait "$server" || { cat "$work/origin.log" >&2; exit 1; }
server=
cd "$work/node"
cat >replay.cjs <<'JS'
const { chromium } = require("playwright-core"), fs = require("fs");
const dir = process.env.GRACY_RECORDINGS, want = JSON.parse(fs.readFileSync(dir + "/export"));
(async () => {
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"] });
  const page = await (await browser.newContext()).newPage();
  await page.routeFromHAR(dir + "/export.har", { notFound: "abort" });
  await page.goto(process.env.ORIGIN + "/json");
  let failed = 0;
  for (const path of Object.keys(want)) {
    const got = await page.evaluate(async (p) => {
      const r = await fetch(p), bytes = new Uint8Array(await r.arrayBuffer());
      return { Status: r.status, Body: btoa(String.fromCharCode(...bytes)) };
    }, path).catch((e) => ({ Status: 0, Body: String(e) }));
    const same = got.Status === want[path].Status && got.Body === want[path].Body;
    console.log(same ? "same" : "DIFFERENT", path, got.Status);
    if (!same) failed++;
  }
  const missing = await page.evaluate(() => fetch("/not-recorded").then(() => "there", () => "aborted"));
  console.log("a path that is not in it:", missing);
  await browser.close();
  process.exit(failed || missing !== "aborted" ? 1 : 0);
})();
JS
node replay.cjs
