// The pictures of a report: calls and latency over time, and each call on a canvas. What is
// drawn comes from the element "data", and from the stream that data-live names, if any.
(function () {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const body = document.body, dark = window.matchMedia("(prefers-color-scheme: dark)"), forced = window.matchMedia("(forced-colors: active)");

  // ---- reading the columns that packed.go writes

  const numbers = (text) => (text ? text.split(" ").map((w) => parseInt(w, 36)) : []);
  const column = (c) => {
    if (typeof c === "string") return numbers(c);
    const list = [], runs = numbers(c.runs), gaps = numbers(c.gaps);
    for (let k = 0; k + 1 < runs.length; k += 2) for (let m = runs[k + 1]; m > 0; m--) list.push(runs[k]);
    for (let k = 0; k + 1 < gaps.length; k += 2) {
      for (let m = gaps[k]; m > 0; m--) list.push(0);
      list.push(gaps[k + 1]);
    }
    while (list.length < (c.n || 0)) list.push(0);
    return list;
  };

  // micro reads a time to the microsecond, which Date.parse does not.
  const micro = (text) => Math.floor(Date.parse(text) / 1000) * 1e6 + Math.round(Number("0" + (/\.\d+/.exec(text) || [".0"])[0]) * 1e6);

  // unpack returns the calls, times in microseconds since the epoch, by their start.
  function unpack(timelines) {
    const calls = [], several = new Set((timelines || []).map((t) => t.client)).size > 1;
    for (const t of timelines || []) {
      const k = {}, r = {}, name = t.names;
      for (const key in t.calls) k[key] = column(t.calls[key]);
      for (const key in t.attempts) r[key] = column(t.attempts[key]);
      let at = micro(t.from), row = 0;
      for (let i = 0; i < k.start.length; i++) {
        at += k.start[i];
        const c = { start: at, elapsed: k.elapsed[i], end: at + k.elapsed[i], route: (several ? t.client + " " : "") + name[k.name[i]],
          outcome: name[k.outcome[i]], made: k.unseen[i] + k.attempts[i], stopped: name[k.stopped[i]], attempts: [] };
        for (let place = 1, last = row + k.attempts[i]; row < last; row++, place++) {
          const waits = [r.queue[row], r.quota[row], r.pause[row], r.backoff[row]];
          const waited = waits[0] + waits[1] + waits[2] + waits[3];
          const a = { number: r.number[row] + place, after: r.after[row], waits: waits, waited: waited,
            headers: Math.max((row + 1 < last ? r.after[row + 1] : k.elapsed[i]) - r.after[row] - waited - r.spare[row], 0), body: r.body[row], bytes: r.bytes[row],
            status: r.status[row], cause: r.cause[row] ? name[r.cause[row]] : place === 1 ? "first" : "retry", verdict: name[r.verdict[row]],
            sent: (r.flags[row] & 1) !== 0, replayed: (r.flags[row] & 2) !== 0, error: name[r.error[row]], notes: name[r.notes[row]] };
          c.attempts.push(a);
          c.end = Math.max(c.end, at + a.after + waited + a.headers + a.body);
        }
        calls.push(c);
      }
    }
    return calls.sort((a, b) => a.start - b.start);
  }

  // ---- words

  // time writes a duration as format.go does, to the digit.
  function time(us) {
    if (us === 0) return "0s";
    if (us < 1000) return Math.round(us) + "µs";
    const digits = (x) => { const scale = x < 9.995 ? 100 : x < 99.95 ? 10 : 1; return String(Math.round(x * scale) / scale); };
    if (us < 999500) return digits(us / 1e3) + "ms";
    if (us < 59950000) return digits(us / 1e6) + "s";
    const two = (n) => String(n).padStart(2, "0"), s = Math.round(us / 1e6), m = Math.round(us / 6e7);
    return us < 3599500000 ? Math.floor(s / 60) + "m" + two(s % 60) + "s" : Math.floor(m / 60) + "h" + two(m % 60) + "m";
  }
  const moment = (us) => new Date(us / 1000).toISOString().slice(0, 23).replace("T", " ");
  const clock = (us) => (moment(all[0]).slice(0, 10) === moment(all[1]).slice(0, 10) ? moment(us).slice(11) : moment(us));

  function ledger(c) {
    const lines = [clock(c.start) + "  " + c.route + ": " + c.outcome + (c.made > 1 ? " after " + c.made + " attempts" : "") + " in " + time(c.elapsed)];
    for (const a of c.attempts) {
      let line = "  " + a.number + "  " + (a.status || "error") + " " + a.verdict;
      ["queue", "quota", "pause", "backoff"].forEach((w, i) => { if (a.waits[i]) line += "  " + w + " " + time(a.waits[i]); });
      line += "  headers " + time(a.headers);
      if (a.body) line += "  body " + time(a.body);
      if (a.bytes) line += "  " + a.bytes + " B";
      if (a.cause !== "first") line += "  (" + a.cause + ")";
      if (a.replayed) line += "  replayed";
      if (a.error) line += "  " + a.error;
      if (a.notes) line += "  [" + a.notes + "]";
      lines.push(line);
    }
    if (c.stopped) lines.push("  stopped: " + c.stopped);
    return lines.join("\n");
  }

  // ---- state

  let calls = [], lanes = [], rows = [], from = 0, to = 1, all = [0, 1], chosen = -1, charts = [], drag = null, printing = false;
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();

  function extent() {
    let a = Infinity, b = -Infinity;
    for (const c of calls) { if (c.start < a) a = c.start; if (c.end > b) b = c.end; }
    if (!(b > a)) { a = a === Infinity ? 0 : a; b = a + 1000; }
    const edge = (b - a) * 0.01;
    return [a - edge, b + edge];
  }

  // place gives each call a row: one block of rows for each route, in which calls do not overlap, up
  // to 30; what would need more shares them.
  function place() {
    const by = new Map();
    calls.forEach((c, i) => { if (!by.has(c.route)) by.set(c.route, []); by.get(c.route).push(i); });
    const routes = [...by.keys()].sort((a, b) => by.get(b).length - by.get(a).length || (a < b ? -1 : 1));
    rows = []; lanes = new Array(calls.length);
    let top = 0;
    for (const route of routes) {
      const ends = [];
      for (const i of by.get(route)) {
        let lane = ends.findIndex((e) => e <= calls[i].start);
        if (lane < 0) lane = ends.length < 30 ? ends.length : ends.indexOf(Math.min(...ends));
        ends[lane] = calls[i].end;
        lanes[i] = top + 1 + lane;
      }
      rows.push({ route: route, top: top, count: by.get(route).length });
      top += 1 + ends.length;
    }
    rows.height = top;
  }

  // ---- the canvas

  const LINE = 14, BAR = 10, AXIS = 20, SEEN = 512;
  let patterns = {};

  function hatch(g, name) {
    if (patterns[name]) return patterns[name];
    const p = document.createElement("canvas"), d = window.devicePixelRatio || 1, n = Math.round(5 * d);
    p.width = p.height = n;
    const pg = p.getContext("2d");
    pg.strokeStyle = colour(name); pg.lineWidth = 1.5 * d;
    pg.beginPath();
    for (const o of [-n, 0, n]) { pg.moveTo(o, n); pg.lineTo(o + n, 0); }
    pg.stroke();
    patterns[name] = g.createPattern(p, "repeat");
    return patterns[name];
  }

  function draw() {
    const box = $("timeline"), canvas = box.firstElementChild, d = window.devicePixelRatio || 1;
    // The canvas is as high as what is seen of it, whatever is scrolled to, but for print.
    const whole = Math.max(rows.height, 1) * LINE + AXIS, width = box.clientWidth, height = Math.min(whole, printing ? 4000 : SEEN);
    box.lastElementChild.style.height = (printing ? 0 : whole - height) + "px";
    if (canvas.width !== Math.round(width * d) || canvas.height !== Math.round(height * d)) {
      canvas.width = Math.round(width * d); canvas.height = Math.round(height * d);
      canvas.style.height = height + "px"; patterns = {};
    }
    const top = printing ? 0 : box.scrollTop, first = Math.floor(top / LINE) - 1, last = Math.ceil((top + height) / LINE);
    const g = canvas.getContext("2d");
    g.setTransform(d, 0, 0, d, 0, 0);
    g.clearRect(0, 0, width, height);
    const scale = width / (to - from), x = (t) => (t - from) * scale;
    const bars = { headers: [], body: [], failed: [], replayed: [], queue: [], quota: [], backoff: [] };
    const drawn = {}; // the pixel that a bar of less than one was last drawn at, by kind and lane
    for (const kind in bars) drawn[kind] = new Int32Array(rows.height + 1).fill(-9);
    const bar = (kind, t0, span, lane) => {
      if (!(span > 0)) return;
      const a = Math.max(x(t0), -1), b = Math.min(x(t0 + span), width + 1);
      if (b < 0 || a > width) return;
      if (b - a < 1) {
        if (drawn[kind][lane] === Math.floor(a)) return;
        drawn[kind][lane] = Math.floor(a);
      }
      bars[kind].push(a, lane * LINE + 2 - top, Math.max(b - a, 1));
    };
    const marks = [];
    for (let i = 0; i < calls.length; i++) {
      const c = calls[i], y = lanes[i];
      if (y < first || y > last || c.end < from || c.start > to) continue;
      for (const a of c.attempts) {
        let t = c.start + a.after;
        bar("backoff", t, a.waits[3], y); t += a.waits[3];
        bar("queue", t, a.waits[0], y); t += a.waits[0];
        bar("quota", t, a.waits[1], y); t += a.waits[1];
        bar("backoff", t, a.waits[2], y); t += a.waits[2];
        bar(a.replayed ? "replayed" : a.verdict === "ok" ? "headers" : "failed", t, Math.max(a.headers, 1), y); t += a.headers;
        bar("body", t, a.body, y);
      }
      if (i === chosen) marks.push([x(c.start), y * LINE + 2 - top, Math.max((c.end - c.start) * scale, 3)]);
    }
    const fill = { headers: colour("good"), body: colour("body"), failed: colour("bad"), replayed: colour("replay") };
    for (const kind of Object.keys(bars)) {
      g.fillStyle = fill[kind] || hatch(g, kind);
      const list = bars[kind];
      for (let i = 0; i < list.length; i += 3) g.fillRect(list[i], list[i + 1], list[i + 2], BAR);
    }
    g.strokeStyle = colour("text"); g.lineWidth = 2;
    for (const m of marks) g.strokeRect(m[0] - 2, m[1] - 2, m[2] + 4, BAR + 4);
    g.fillStyle = colour("text"); g.font = "12px system-ui, sans-serif"; g.textBaseline = "middle";
    for (const r of rows) if (r.top >= first && r.top <= last) g.fillText(r.route + " (" + r.count + ")", 4, r.top * LINE + LINE / 2 + 1 - top, width - 8);
    if (drag) { g.globalAlpha = 0.2; g.fillRect(Math.min(...drag), 0, Math.abs(drag[1] - drag[0]), height); g.globalAlpha = 1; }
    g.fillStyle = colour("back"); g.fillRect(0, height - AXIS, width, AXIS);
    g.fillStyle = colour("dim"); g.textBaseline = "bottom";
    let step = Math.pow(10, Math.ceil(Math.log10(((to - from) * 90) / width)));
    for (const part of [0.2, 0.5]) if (step * part * scale >= 90) { step *= part; break; }
    g.textAlign = "center";
    for (let t = Math.ceil((from - calls[0].start) / step) * step; t <= to - calls[0].start; t += step) {
      const at = x(t + calls[0].start);
      if (at > 25 && at < width - 30) g.fillText(t < 0 ? "" : "+" + time(t), at, height - 3);
    }
    g.textAlign = "left";
    const until = moment(to);
    $("range").textContent = moment(from) + " to " + (until.slice(0, 10) === moment(from).slice(0, 10) ? until.slice(11) : until) + " UTC, " + calls.length + (calls.length === 1 ? " call" : " calls");
    body.dataset.drawn = String(calls.length);
  }

  function at(px, py) {
    const width = $("timeline").clientWidth, t = from + (px / width) * (to - from), slack = (3 / width) * (to - from), lane = Math.floor(py / LINE);
    let best = -1;
    for (let i = 0; i < calls.length && calls[i].start - slack <= t; i++) if (lanes[i] === lane && calls[i].end + slack >= t) best = i;
    return best;
  }

  function choose(i) {
    chosen = i;
    explain();
    if (i >= 0 && (calls[i].end < from || calls[i].start > to)) {
      const span = to - from;
      zoom(calls[i].start - span / 2, calls[i].start + span / 2);
    } else draw();
  }

  // explain writes the ledger of the chosen call, which a screen reader reads when it changes.
  function explain() {
    const text = chosen < 0 ? "" : ledger(calls[chosen]);
    if ($("call").textContent !== text) $("call").textContent = text;
  }

  // step goes to the next call of those that are seen, or back, and scrolls to it.
  function step(by) {
    let i = chosen + by;
    if (chosen < 0) {
      i = calls.findIndex((c) => c.end >= from && c.start <= to);
      if (i < 0) i = 0;
    }
    go(i);
  }

  function go(i) {
    if (!calls.length) return;
    i = Math.min(Math.max(i, 0), calls.length - 1);
    const box = $("timeline"), y = lanes[i] * LINE;
    if (y < box.scrollTop || y + LINE > box.scrollTop + SEEN - AXIS) box.scrollTop = Math.max(y - SEEN / 2, 0);
    choose(i);
  }

  function zoom(a, b) {
    if (!(b - a >= 10)) return;
    from = a; to = b;
    draw();
    for (const c of charts) c.setScale("x", { min: (from - calls[0].start) / 1e6, max: (to - calls[0].start) / 1e6 });
  }

  function listen() {
    const box = $("timeline"), canvas = box.firstElementChild;
    let down = null;
    const position = (e) => { const r = canvas.getBoundingClientRect(); return [e.clientX - r.left, e.clientY - r.top + box.scrollTop]; };
    canvas.addEventListener("pointerdown", (e) => { if (e.button === 0 && e.isPrimary) down = position(e); });
    window.addEventListener("pointercancel", () => { down = drag = null; if (calls.length) draw(); });
    window.addEventListener("pointermove", (e) => {
      if (down && Math.abs(position(e)[0] - down[0]) >= 5) { drag = [down[0], position(e)[0]]; draw(); }
    });
    let waiting = false;
    box.addEventListener("scroll", () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => { waiting = false; if (calls.length) draw(); });
    });
    canvas.addEventListener("pointermove", (e) => {
      if (down) return;
      const i = at(...position(e));
      if (i !== chosen && i >= 0) choose(i);
    });
    window.addEventListener("pointerup", (e) => {
      if (!down) return;
      const [x0] = down, [x1, y1] = position(e), width = box.clientWidth;
      down = drag = null;
      if (Math.abs(x1 - x0) < 5) { choose(at(x1, y1)); return; }
      const t = (x) => from + (Math.min(Math.max(x, 0), width) / width) * (to - from);
      zoom(t(Math.min(x0, x1)), t(Math.max(x0, x1)));
    });
    canvas.addEventListener("dblclick", () => zoom(...all));
    box.addEventListener("keydown", (e) => {
      const span = to - from;
      const keys = {
        "ArrowRight": () => step(1),
        "ArrowLeft": () => step(-1),
        "Home": () => go(0),
        "End": () => go(calls.length - 1),
        "+": () => zoom(from + span / 4, to - span / 4),
        "-": () => zoom(Math.max(from - span / 2, all[0]), Math.min(to + span / 2, all[1])),
        "0": () => zoom(...all),
      };
      if (keys[e.key] && !e.ctrlKey && !e.metaKey && !e.altKey) { e.preventDefault(); keys[e.key](); }
    });
  }

  // ---- the charts

  function bins() {
    const n = 120, width = (all[1] - all[0]) / n, seconds = width / 1e6;
    const x = [], good = [], bad = [], p50 = [], p90 = [], p99 = [], samples = [];
    for (let i = 0; i < n; i++) { x.push((all[0] - calls[0].start + (i + 0.5) * width) / 1e6); good.push(0); bad.push(0); samples.push([]); }
    for (const c of calls) {
      const i = Math.min(Math.max(Math.floor((c.start + c.elapsed - all[0]) / width), 0), n - 1);
      if (c.outcome === "ok") {
        good[i]++;
        if (!c.attempts.some((a) => a.replayed)) samples[i].push(c.elapsed);
      } else if (c.outcome !== "canceled") bad[i]++;
    }
    for (let i = 0; i < n; i++) {
      good[i] /= seconds; bad[i] /= seconds;
      const s = samples[i].sort((a, b) => a - b), q = (p) => (s.length ? s[Math.max(Math.ceil(p * s.length) - 1, 0)] / 1e6 : null);
      p50.push(q(0.5)); p90.push(q(0.9)); p99.push(q(0.99));
    }
    return { rate: [x, good, bad], latency: [x, p50, p90, p99] };
  }

  // chart shows data in a chart, that which is there if it fits: uPlot holds each until it is destroyed.
  function chart(i, target, data, series, value) {
    const limits = { min: (from - calls[0].start) / 1e6, max: (to - calls[0].start) / 1e6 }, old = charts[i];
    const like = Math.max(target.clientWidth, 200) + " " + colour("dim");
    if (old && old.like === like) {
      old.setData(data);
      old.setScale("x", limits);
      return;
    }
    if (old) old.destroy();
    const axis = { stroke: colour("dim"), grid: { stroke: colour("line"), width: 1 }, ticks: { stroke: colour("line"), width: 1 } };
    const options = {
      width: Math.max(target.clientWidth, 200), height: 220, series: [{ label: "at", value: (u, v) => (v == null ? "–" : clock(v * 1e6 + calls[0].start)) }].concat(series),
      axes: [Object.assign({}, axis, { values: (u, s) => s.map((v) => "+" + time(v * 1e6)), space: 90 }), Object.assign({ values: (u, s) => s.map(value), size: 65 }, axis)],
      scales: { x: { time: false }, y: { range: (u, a, b) => [0, b > 0 ? b * 1.1 : 1] } },
      cursor: { sync: { key: "gracy" }, drag: { x: true, y: false, setScale: false } }, legend: { live: true },
      hooks: { setSelect: [(u) => { if (u.select.width > 5) zoom(u.posToVal(u.select.left, "x") * 1e6 + calls[0].start, u.posToVal(u.select.left + u.select.width, "x") * 1e6 + calls[0].start); u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false); }] },
    };
    target.textContent = "";
    const made = new window.uPlot(options, data, target);
    made.like = like;
    made.setScale("x", limits);
    charts[i] = made;
  }

  function paint() {
    if (!calls.length) { $("pictures").hidden = true; body.dataset.drawn = "0"; return; }
    $("pictures").hidden = false;
    const data = bins(), line = (label, c, dash, show) => ({ label: label, stroke: colour(c), width: 2, dash: dash, spanGaps: true, points: { size: 4 }, value: (u, v) => (v == null ? "–" : show(v)) });
    const rate = (v) => (v >= 100 ? v.toFixed(0) : v.toFixed(1)), span = (v) => time(v * 1e6);
    chart(0, $("rate"), data.rate, [line("succeeded", "good", [], rate), line("failed", "bad", [6, 3], rate)], rate);
    chart(1, $("latency"), data.latency, [line("p50", "good", [], span), line("p90", "warn", [6, 3], span), line("p99", "bad", [2, 3], span)], span);
    draw();
    body.dataset.painted = window.innerWidth + (dark.matches ? " dark" : " light");
  }

  function show(data) {
    const whole = from === all[0] && to === all[1], was = calls[chosen];
    calls = unpack(data.timelines);
    all = extent();
    if (whole || !(from < all[1] && to > all[0])) [from, to] = all;
    chosen = was ? calls.findIndex((c) => Math.abs(c.start - was.start) < 3 && c.route === was.route && Math.abs(c.elapsed - was.elapsed) < 3) : -1;
    if (chosen >= 0) explain(); // its body may have ended since
    place();
    paint();
  }

  // ---- what a live page gets

  function state(name, text) { body.dataset.state = name; $("state").textContent = text; }

  // name distinguishes what of the figures can have the focus, from one frame to the next.
  const name = (e) => (e.matches("summary") ? e.parentNode.querySelector("pre").textContent : e.getAttribute("aria-label"));
  const stops = () => [...$("figures").querySelectorAll("summary, .scroll")];
  let shown = "";

  // figures replaces the figures. What is open, scrolled to or has the focus stays so; while somebody selects text, they stay.
  function figures(html) {
    const box = $("figures"), selected = getSelection();
    if (html === shown || (!selected.isCollapsed && box.contains(selected.anchorNode))) return;
    const before = stops(), index = before.indexOf(document.activeElement), had = index < 0 ? "" : name(before[index]);
    const open = new Set(before.filter((e) => e.parentNode.open).map(name)), left = new Map(before.map((e) => [name(e), e.scrollLeft]));
    box.innerHTML = shown = html;
    const after = stops();
    for (const e of after) {
      if (open.has(name(e))) e.parentNode.open = true;
      e.scrollLeft = left.get(name(e)) || 0;
    }
    const next = index < 0 ? null : after.find((e) => name(e) === had) || after[Math.min(index, after.length - 1)];
    if (next) next.focus({ preventScroll: true });
  }

  function frame(message) {
    figures(message.figures);
    if (message.data) show(message.data);
    body.dataset.frames = String(Number(body.dataset.frames || 0) + 1);
    state("live", "live");
  }

  const silent = "reconnecting: the program does not respond";
  let source = null, later = 0, last = 0, polls = false, turn = 0;

  function lost() { if (body.dataset.state !== "ended") state("reconnecting", silent); }

  function stop() {
    clearTimeout(later);
    turn++;
    if (source) source.close();
    source = null;
  }

  function follow() {
    stop();
    if (polls) { poll(); return; }
    if (body.dataset.state === "file") state("connecting", "connecting");
    source = new EventSource(body.dataset.live);
    last = performance.now();
    const on = (kind, then) => source.addEventListener(kind, (e) => { last = performance.now(); then(e); });
    on("frame", (e) => frame(JSON.parse(e.data)));
    on("alive", () => {});
    on("end", () => { stop(); state("ended", "the program has ended"); later = setTimeout(follow, 10000); });
    on("poll", () => { polls = true; follow(); });
    source.onerror = () => {
      lost();
      if (source && source.readyState === EventSource.CLOSED) later = setTimeout(follow, 5000);
    };
  }

  function poll() {
    const mine = turn, ours = () => turn === mine; // not stopped meanwhile
    fetch("frame.json", { cache: "no-store" }).then((r) => (r.ok ? r.json() : Promise.reject(r.status))).then((m) => { if (ours()) frame(m); }, () => { if (ours()) lost(); }).finally(() => { if (ours()) later = setTimeout(poll, 2000); });
  }

  listen();
  show(JSON.parse($("data").textContent));
  let painting = 0;
  const again = () => { clearTimeout(painting); painting = setTimeout(() => { patterns = {}; paint(); }, 100); };
  window.addEventListener("resize", again);
  for (const m of [dark, forced]) m.addEventListener("change", again);
  const print = (on) => { printing = on; document.documentElement.toggleAttribute("data-print", on); patterns = {}; paint(); };
  window.addEventListener("beforeprint", () => print(true));
  window.addEventListener("afterprint", () => print(false));
  if (body.dataset.live) {
    // Nobody looks at a page that is hidden: it holds no stream, of which a browser allows six to a server.
    document.addEventListener("visibilitychange", () => { if (document.hidden) stop(); else follow(); });
    // A connection that is gone without a word is seen by the silence: the program sends something every 5 s.
    setInterval(() => { if (source && source.readyState === EventSource.OPEN && performance.now() - last > 20000) { lost(); follow(); } }, 5000);
    if (!document.hidden) follow();
  }
})();
