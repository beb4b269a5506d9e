#!/usr/bin/env bash
# prom-client 15.1.3 for Node (tdigest 0.1.3): the percentiles of a Summary.
#
# Behavior: of 100000 requests, three quarters took 1.0 to 1.4 ms and the others 100 to 200 ms. The
# median of the Summary is 1.3 ms. If the same times are observed in whole milliseconds, which is
# what a difference of two Date.now() is, the median is 34 ms and the 70th percentile 87 ms. No
# request took either. More requests do not help. Equal values are one point, at the middle of their
# share of 75 %. What is above 37.5 % is interpolated between that point and the next one, at 100 ms.
#
# The guess it contradicts: that rounding moves a percentile by no more than what was rounded, and
# that an estimated percentile is near to an observation, the nearer the more there are.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
timeout 180 npm install --loglevel=error --no-audit --no-fund prom-client@15.1.3 tdigest@0.1.3 >/dev/null || exit 2
cat > run.mjs <<'JS'
import { Summary } from 'prom-client'

const percentiles = [0.25, 0.5, 0.7, 0.9]
for (const count of [1000, 100000]) {
  for (const [unit, rounded] of [['microseconds', (ms) => Math.round(ms * 1000) / 1000], ['milliseconds', Math.round]]) {
    const summary = new Summary({ name: `duration_${unit}_${count}`, help: 'of requests', percentiles })
    const observed = []
    for (let n = 0; n < count; n++) {
      const part = n / count
      const ms = rounded(n % 4 ? 1 + 0.4 * part : 100 + 100 * part)
      observed.push(ms)
      summary.observe(ms)
    }
    observed.sort((a, b) => a - b)
    const { values } = await summary.get()
    const seen = values.slice(0, percentiles.length).map(({ labels, value }) => {
      const exact = observed[labels.quantile * count]
      const over = [60, 20, 2].find((ms) => Math.abs(value - exact) > ms) // the estimate is random
      return `p${labels.quantile * 100} ${over ? `off by more than ${over} ms` : 'right'}`
    })
    console.log(`${count} in whole ${unit}: ${seen.join(', ')}`)
  }
}
JS
cat > seen <<'SEEN'
1000 in whole microseconds: p25 right, p50 right, p70 right, p90 right
1000 in whole milliseconds: p25 right, p50 off by more than 20 ms, p70 off by more than 60 ms, p90 right
100000 in whole microseconds: p25 right, p50 right, p70 right, p90 right
100000 in whole milliseconds: p25 right, p50 off by more than 20 ms, p70 off by more than 60 ms, p90 right
SEEN
timeout 60 node run.mjs | tee out
diff seen out
