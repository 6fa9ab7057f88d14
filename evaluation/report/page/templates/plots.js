// A dot with its interval on a shared scale, and that scale's axis.
const PLOT = 160;

// The scale over gaps: zero is on it; a few far ends are cut where there are many gaps.
function scaleOf(gaps) {
  const known = gaps.filter((gap) => gap && gap[0] !== null);
  const lows = known.map((gap) => gap[1] ?? gap[0]).sort((a, b) => a - b);
  const highs = known.map((gap) => gap[2] ?? gap[0]).sort((a, b) => a - b);
  if (!known.length) return { low: -0.1, high: 0.1 };
  const cut = known.length > 20 ? Math.floor(known.length * 0.02) : 0;
  const low = Math.min(0, lows[cut]);
  const high = Math.max(0, highs[highs.length - 1 - cut]);
  const room = 0.04 * (high - low) || 0.05;
  return { low: low - (low < 0 ? room : room / 2), high: high + (high > 0 ? room : room / 2) };
}
const placed = (value, { low, high }) =>
  Math.round(10 * PLOT * Math.min(1, Math.max(0, (value - low) / (high - low)))) / 10;

function gapPlot(gap, scale, kind) {
  const zero = placed(0, scale);
  const picture = svg(
    "svg",
    {
      class: `gap ${kind}`,
      viewBox: `0 0 ${PLOT} 24`,
      preserveAspectRatio: "none",
      "aria-hidden": "true",
    },
    svg("line", {
      class: "zero",
      x1: zero,
      x2: zero,
      y1: 0,
      y2: 24,
      "vector-effect": "non-scaling-stroke",
    }),
  );
  if (!gap || gap[0] === null) return picture;
  if (gap[1] !== null && gap[2] !== null) {
    picture.append(
      svg("line", {
        class: "bar",
        x1: placed(gap[1], scale),
        x2: placed(gap[2], scale),
        y1: 12,
        y2: 12,
        "vector-effect": "non-scaling-stroke",
      }),
    );
  }
  picture.append(
    svg("rect", { class: "dot", x: placed(gap[0], scale) - 2.5, y: 7.5, width: 5, height: 9 }),
  );
  return picture;
}

function ticks(low, high, most) {
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((size) => size >= rough);
  const found = [];
  for (let n = Math.ceil(low / step); n * step <= high; n += 1) found.push(n * step);
  return found;
}

function axis(scale, unit) {
  const picture = svg("svg", { class: "axis", viewBox: `0 0 ${PLOT} 16`, "aria-hidden": "true" });
  for (const tick of ticks(scale.low, scale.high, 4)) {
    const text = `${tick < 0 ? "\u2212" : tick > 0 ? "+" : ""}${Math.abs(Math.round(100 * tick))}${unit}`;
    picture.append(svg("text", { x: placed(tick, scale), y: 12 }, text));
  }
  return picture;
}
