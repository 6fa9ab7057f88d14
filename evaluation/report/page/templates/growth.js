// Growth curves: one chart a metric, one line a system, drawn only where there is growth to see.
const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [380, 240, 34, 14, 10, 40];
const DASHES = ["", "6 3", "2 3", "8 3 2 3"];

function mark(shape, x, y) {
  const shapes = [
    () => svg("circle", { class: "mark", cx: x, cy: y, r: 4 }),
    () => svg("rect", { class: "mark", x: x - 3.6, y: y - 3.6, width: 7.2, height: 7.2 }),
    () => svg("path", { class: "mark", d: `M${x} ${y - 4.8}l4.6 8.4h-9.2z` }),
    () => svg("path", { class: "mark", d: `M${x} ${y - 5.2}l5.2 5.2l-5.2 5.2l-5.2 -5.2z` }),
  ];
  return shapes[shape % shapes.length]();
}
const looks = (system) => ({
  class: `curve`,
  "stroke-dasharray": DASHES[Math.floor(system / 4) % DASHES.length] || null,
});

function drawGrowth() {
  const order = DATA.shots
    .map((_, at) => at)
    .filter((at) => DATA.sizes[at])
    .sort((a, b) => DATA.sizes[a] - DATA.sizes[b]);
  if (order.length < 2) return;
  DATA.systems.forEach((name, system) =>
    byId("legend").append(
      el(
        "li",
        {},
        svg(
          "svg",
          { class: `s${system % 8}`, viewBox: "0 0 36 14", "aria-hidden": "true" },
          svg("line", { ...looks(system), x1: 0, x2: 36, y1: 7, y2: 7 }),
          mark(system, 18, 7),
        ),
        el("span", { class: "name" }, name),
      ),
    ),
  );
  METRICS.forEach((metric, number) => {
    const drawn = chart(metric, DATA.curves[number], order);
    if (drawn) byId("charts").append(drawn);
  });
  byId("growth").hidden = byId("to-growth").hidden = false;
}

function chart(metric, curves, order) {
  const points = curves.flat().filter(Boolean);
  if (!points.length) return null;
  const low = Math.max(0, Math.min(...points.map((p) => p[1] ?? p[0])));
  const high = Math.min(metric.higher ? 1 : Infinity, Math.max(...points.map((p) => p[2] ?? p[0])));
  const room = Math.max(0.02, 0.06 * (high - low));
  const [floor, ceiling] = [Math.max(0, low - room), high + room];
  const logs = order.map((at) => Math.log(DATA.sizes[at]));
  const wide = Math.max(1e-9, logs[logs.length - 1] - logs[0]);
  const inner = WIDTH - LEFT - RIGHT - 40;
  const x = (position) => LEFT + 20 + (inner * (logs[position] - logs[0])) / wide;
  const y = (value) => TOP + ((HEIGHT - TOP - BOTTOM) * (ceiling - value)) / (ceiling - floor);
  const picture = svg("svg", {
    class: "chart",
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    role: "img",
    "aria-label": `${metric.title} by training utterances; the table of gains holds the numbers`,
  });
  for (const tick of ticks(floor, ceiling, 5)) {
    picture.append(
      svg("line", { class: "grid", x1: LEFT, x2: WIDTH - RIGHT, y1: y(tick), y2: y(tick) }),
      svg(
        "text",
        { x: LEFT - 5, y: y(tick) + 4, "text-anchor": "end" },
        tick.toFixed(2).replace(/^0/, ""),
      ),
    );
  }
  let last = -Infinity;
  order.forEach((at, position) => {
    if (x(position) - last < 44) return; // no room for its label; the points are drawn all the same
    last = x(position);
    const label = DATA.shots[at] === null ? "all" : `${DATA.shots[at]} / intent`;
    picture.append(
      svg("text", { x: last, y: HEIGHT - 22, "text-anchor": "middle" }, label),
      svg(
        "text",
        { x: last, y: HEIGHT - 7, "text-anchor": "middle" },
        `n = ${whole(Math.round(DATA.sizes[at]))}`,
      ),
    );
  });
  curves.forEach((curve, system) => {
    const aside = (system - (curves.length - 1) / 2) * 3; // so that intervals do not hide each other
    const known = order
      .map((at, position) => [x(position) + aside, curve[at], at])
      .filter(([, p]) => p);
    const group = svg("g", { class: `s${system % 8}` });
    group.append(
      svg("polyline", {
        ...looks(system),
        points: known.map(([px, p]) => `${px},${y(p[0])}`).join(" "),
      }),
    );
    for (const [px, p, at] of known) {
      if (p[1] !== null)
        group.append(
          svg("line", {
            class: "whisker",
            x1: px,
            x2: px,
            y1: y(p[1]),
            y2: y(Math.min(p[2], ceiling)),
          }),
        );
      const dot = mark(system, px, y(p[0]));
      const range = p[1] === null ? "" : ` (${score(p[1])} to ${score(p[2])})`;
      dot.append(
        svg(
          "title",
          {},
          `${DATA.systems[system]}, ${shotsName(DATA.shots[at])}: ${score(p[0])}${range}`,
        ),
      );
      group.append(dot);
    }
    picture.append(group);
  });
  return el(
    "figure",
    {},
    el("figcaption", {}, metric.title + (metric.higher ? "" : " (less is better)")),
    picture,
  );
}
