// The table of gains: every comparison of the run, filtered.
function drawGains() {
  if (!DATA.comparisons.length) return;
  const oneLocale = DATA.locales.length < 2;
  const rows = DATA.comparisons.filter((row) => row.locale === null || !oneLocale);
  const overall = rows.filter((row) => row.locale === null).length;
  const pick = {
    pair: "",
    metric: overall > 24 ? "0" : "",
    shots: "",
    locale: oneLocale ? "" : "all",
  };
  const sort = { key: "", down: true };
  const controls = byId("gains-controls");
  const filter = (name, title, choices) => {
    if (choices.length < 2) return;
    const change = (value) => {
      pick[name] = value;
      draw();
    };
    controls.append(choice(title, [["", "every"], ...choices], pick[name], change));
  };
  filter("pair", "Comparison", numbered(DATA.pairs.map(pairName)));
  filter("shots", "Learnt from", numbered(DATA.shots.map(shotsName)));
  filter("metric", "Metric", numbered(METRICS.map((metric) => metric.title)));
  if (!oneLocale) filter("locale", "Locale", [["all", "all as one"], ...numbered(DATA.locales)]);
  const fits = (row) =>
    ["pair", "shots", "metric", "locale"].every(
      (name) => pick[name] === "" || String(row[name] ?? "all") === pick[name],
    );

  const values = {
    pair: (row) => pairName(DATA.pairs[row.pair]),
    shots: (row) => DATA.shots[row.shots] ?? Infinity,
    locale: (row) => (row.locale === null ? " " : DATA.locales[row.locale]),
    metric: (row) => row.metric,
    baseline: (row) => row.means[0],
    candidate: (row) => row.means[1],
    points: (row) => row.points[0],
    relative: (row) => row.relative[0],
    errors: (row) => row.errors[0],
    wins: (row) => row.wins[0] - row.wins[2],
  };

  const localeName = (row) => (row.locale === null ? "all" : DATA.locales[row.locale]);

  function draw() {
    const shown = rows.filter(fits);
    if (sort.key)
      shown.sort((a, b) => compared(values[sort.key](a), values[sort.key](b), sort.down));
    const many = (name) => new Set(shown.map((row) => row[name])).size > 1;
    const pairs = many("pair");
    const [locales, shots, metrics] = [many("locale"), many("shots"), many("metric")];
    const scale = scaleOf(shown.map((row) => row.relative));
    const again = (key) => {
      draw();
      byId("gains-table").querySelector(`[data-key="${key}"] button`).focus();
    };
    const head = (title, key, attributes = { class: "n" }, first = "down") =>
      sortable(title, key, sort, again, attributes, first);
    const way = (gap, unit = "") =>
      el(
        "td",
        { class: "n" },
        signed(gap[0], unit),
        el("span", { class: "ci" }, between(gap, unit)),
      );
    const lines = shown.map((row) => {
      const { higher, title } = METRICS[row.metric];
      const kind = verdict(row.relative[1] === null ? row.points : row.relative, higher);
      return el(
        "tr",
        {},
        el(
          "th",
          { scope: "row" },
          pairs ? pairName(DATA.pairs[row.pair]) : title,
          pairs && metrics ? el("span", { class: "sub" }, title) : null,
          el(
            "span",
            { class: "sub narrow" },
            [shots && shotsName(DATA.shots[row.shots]), locales && localeName(row)]
              .filter(Boolean)
              .join(", "),
          ),
        ),
        shots ? el("td", { class: "wide" }, shotsName(DATA.shots[row.shots])) : null,
        locales ? el("td", { class: "wide" }, localeName(row)) : null,
        el("td", { class: "n wide" }, score(row.means[0])),
        el("td", { class: "n wide" }, score(row.means[1])),
        way(row.points),
        way(row.relative, "%"),
        way(row.errors, "%"),
        el("td", { class: "plot-cell wide" }, gapPlot(row.relative, scale, kind)),
        el(
          "td",
          { class: "n" },
          `${row.wins[0]} / ${row.wins[1]} / ${row.wins[2]}`,
          row.claims[0] === null
            ? null
            : el("span", { class: "ci" }, `\u2265 ${row.claims[0]} truly better`),
        ),
      );
    });
    byId("gains-table").replaceChildren(
      el(
        "table",
        {},
        el("caption", { class: "vh" }, "Gains of candidates over baselines, with 95% intervals"),
        el(
          "thead",
          {},
          el(
            "tr",
            {},
            head(pairs ? "Candidate over baseline" : "Metric", pairs ? "pair" : "metric", {}, "up"),
            shots ? head("Learnt from", "shots", { class: "wide" }, "up") : null,
            locales ? head("Locale", "locale", { class: "wide" }, "up") : null,
            head("Baseline", "baseline", { class: "n wide" }),
            head("Candidate", "candidate", { class: "n wide" }),
            head("Points", "points"),
            head("Relative", "relative"),
            head("Errors removed", "errors", { class: "n name" }),
            el(
              "th",
              { scope: "col", class: "plot-cell wide" },
              el("span", { class: "vh" }, "Plot of the relative gain"),
              axis(scale, "%"),
            ),
            head("Wins / ties / losses", "wins", { class: "n name" }),
          ),
        ),
        el("tbody", {}, ...lines),
      ),
    );
  }
  if (DATA.pairs.length === 1) byId("gains-of").textContent = `Of ${pairName(DATA.pairs[0])}.`;
  byId("gains").hidden = false;
  draw();
}
