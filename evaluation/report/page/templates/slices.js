// Where the difference comes from: parts of all test utterances, for one comparison at a time.
const UNITS = { slots: "Slots found, by", utterances: "Utterances fully right, by" };

function drawSlices() {
  if (!DATA.slices.length) return;
  const pick = { pair: 0, shots: 0 };
  const controls = byId("slices-controls");
  const filter = (name, title, choices) => {
    if (choices.length < 2) return;
    const change = (value) => {
      pick[name] = Number(value);
      draw();
    };
    controls.append(choice(title, choices, pick[name], change));
  };
  filter("pair", "Comparison", numbered(DATA.pairs.map(pairName)));
  filter("shots", "Learnt from", numbered(DATA.shots.map(shotsName)));

  function draw() {
    const rows = DATA.slices.filter(([shots, pair]) => shots === pick.shots && pair === pick.pair);
    const scale = scaleOf(rows.map((row) => row[9]));
    const [before, after] = DATA.pairs[pick.pair].map((system) => DATA.systems[system]);
    const lines = [];
    let last = "";
    for (const [, , unit, kind, label, , n, first, second, gap, won, lost] of rows) {
      const sort = verdict(gap, true);
      if (unit + kind !== last)
        lines.push(
          el(
            "tr",
            { class: "group" },
            el("th", { scope: "colgroup", colspan: "8" }, `${UNITS[unit]} ${kind}`),
          ),
        );
      last = unit + kind;
      lines.push(
        el(
          "tr",
          {},
          el("th", { scope: "row" }, label),
          el("td", { class: "n wide" }, whole(n)),
          el("td", { class: "n" }, score(first)),
          el("td", { class: "n" }, score(second)),
          el(
            "td",
            { class: `n ${sort}` },
            signed(gap[0]),
            el("span", { class: "ci wide" }, between(gap)),
          ),
          el("td", { class: "plot-cell" }, gapPlot(gap, scale, sort)),
          el("td", { class: "n wide" }, whole(won)),
          el("td", { class: "n wide" }, whole(lost)),
        ),
      );
    }
    const head = (title, kind) => el("th", { scope: "col", class: kind }, title);
    byId("slices-table").replaceChildren(
      el(
        "table",
        {},
        el(
          "thead",
          {},
          el(
            "tr",
            {},
            head("Part", null),
            head("n", "n wide"),
            head(before, "n name"),
            head(after, "n name"),
            head("Points", "n"),
            el(
              "th",
              { scope: "col", class: "plot-cell" },
              el("span", { class: "vh" }, "Plot of the points"),
              axis(scale, ""),
            ),
            head("Won", "n wide"),
            head("Lost", "n wide"),
          ),
        ),
        el("tbody", {}, ...lines),
      ),
    );
  }
  draw();
  byId("slices").hidden = byId("to-slices").hidden = false;
}
