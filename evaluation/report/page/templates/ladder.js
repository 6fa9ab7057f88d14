// The ladder of skills: sorted, filtered, and the way into each skill.
const PAGE = 500; // rows drawn at once

function drawLadder() {
  const state = { pair: 0, shots: 0, metric: 0, locale: "", verdict: "", decision: "", text: "" };
  const sort = { key: DATA.pairs.length ? "gap" : "skill", down: DATA.pairs.length > 0 };
  const locales = DATA.locales.length > 1;
  const suites = new Set(DATA.skills.map(([, , suite]) => suite)).size > 1;
  const controls = byId("ladder-controls");
  let shown = [];
  let limit = PAGE;
  const pick = (name, title, choices) => {
    if (choices.length < 2) return;
    const change = (value) => {
      state[name] = typeof state[name] === "number" ? Number(value) : value;
      limit = PAGE;
      draw();
    };
    controls.append(choice(title, choices, state[name], change));
  };
  pick("pair", "Comparison", numbered(DATA.pairs.map(pairName)));
  pick("shots", "Learnt from", numbered(DATA.shots.map(shotsName)));
  pick("metric", "Metric", numbered(METRICS.map((metric) => metric.title)));
  if (locales)
    pick("locale", "Locale", [["", "every"], ...DATA.locales.map((name) => [name, name])]);
  if (DATA.pairs.length)
    pick("verdict", "Verdict", [
      ["", "every"],
      ["win", "win"],
      ["tie", "tie"],
      ["loss", "loss"],
    ]);
  const decided = DATA.ladder.some((rows) => rows.some((row) => row.decisions.some(Boolean)));
  if (decided)
    pick("decision", "Decision", [
      ["", "every"],
      ["move", "move"],
      ["undecided", "undecided"],
      ["keep", "keep"],
    ]);
  const search = el("input", {
    type: "search",
    placeholder: "name or suite",
    oninput: () => {
      state.text = search.value.trim().toLowerCase();
      limit = PAGE;
      draw();
    },
  });
  controls.append(el("label", {}, "Search", search));

  const gapOf = (row) => (DATA.pairs.length ? row.gaps[state.pair][state.metric] : null);
  const kindOf = (row) => verdict(gapOf(row), METRICS[state.metric].higher);
  const decisionOf = (row) => row.decisions[state.pair]?.[0] ?? "";
  const order = { win: 0, tie: 1, loss: 2, "": 3 };
  function valueOf(row) {
    const [name, locale] = DATA.skills[row.skill];
    if (sort.key.startsWith("system")) return row.scores[Number(sort.key.slice(6))][state.metric];
    return {
      skill: name,
      locale,
      train: row.train,
      test: row.test,
      gap: gapOf(row)?.[0] ?? null,
      verdict: order[kindOf(row)],
      decision: decisionOf(row),
    }[sort.key];
  }
  function fits(row) {
    const [name, locale, suite] = DATA.skills[row.skill];
    return (
      (!state.locale || locale === state.locale) &&
      (!state.decision || decisionOf(row) === state.decision) &&
      (!state.text || `${suite}/${name}@${locale}`.toLowerCase().includes(state.text))
    );
  }

  // The compared two stand first, beside their gap; the other systems after it.
  const others = (pair) =>
    DATA.systems.map((_, system) => system).filter((system) => !pair.includes(system));

  // A row is built once for a comparison, a draw and a metric; sorting and filtering move it.
  const built = new Map();
  let builtFor = "";
  function line(row, scale) {
    if (!built.has(row)) built.set(row, madeLine(row, scale));
    return built.get(row);
  }

  function madeLine(row, scale) {
    const [name, locale, suite] = DATA.skills[row.skill];
    const gap = gapOf(row);
    const kind = kindOf(row);
    const pair = DATA.pairs[state.pair] ?? [];
    const under = [locales && locale, suites && suite].filter(Boolean).join(" · ");
    const open = () => show(shown.indexOf(row));
    return el(
      "tr",
      { "data-skill": `${suite}/${name}@${locale}` },
      el(
        "th",
        { scope: "row" },
        el(
          "button",
          { type: "button", class: "open", "aria-haspopup": "dialog", onclick: open },
          name,
        ),
        under ? el("span", { class: suites ? "sub" : "sub narrow" }, under) : null,
      ),
      locales ? el("td", { class: "wide" }, locale) : null,
      ...pair.map((system) => el("td", { class: "n" }, score(row.scores[system][state.metric]))),
      ...(pair.length
        ? [
            el(
              "td",
              { class: `n ${kind}` },
              signed(gap ? gap[0] : null),
              el("span", { class: "ci wide" }, gap ? between(gap) : ""),
            ),
            el("td", { class: "plot-cell" }, gapPlot(gap, scale, kind)),
            el("td", { class: "wide" }, kind ? el("span", { class: `chip ${kind}` }, kind) : "–"),
            decided
              ? el(
                  "td",
                  { class: "wide", title: row.decisions[state.pair]?.[1] },
                  decisionOf(row) || "–",
                )
              : null,
          ]
        : []),
      ...others(pair).map((system) =>
        el("td", { class: pair.length ? "n wide" : "n" }, score(row.scores[system][state.metric])),
      ),
      el("td", { class: "n wide" }, whole(row.train)),
      el("td", { class: "n wide" }, whole(row.test)),
    );
  }

  function draw() {
    const fitting = DATA.ladder.length ? DATA.ladder[state.shots].filter(fits) : [];
    const tally = { win: 0, tie: 0, loss: 0 };
    for (const row of fitting) if (kindOf(row)) tally[kindOf(row)] += 1;
    shown = fitting.filter((row) => !state.verdict || kindOf(row) === state.verdict);
    shown.sort((a, b) => compared(valueOf(a), valueOf(b), sort.down) || a.skill - b.skill);
    const scale = scaleOf(DATA.ladder.length ? DATA.ladder[state.shots].map(gapOf) : []);
    const key = [state.pair, state.shots, state.metric].join();
    if (key !== builtFor) built.clear();
    builtFor = key;
    const pair = DATA.pairs[state.pair] ?? [];
    const again = (key) => {
      draw();
      byId("ladder-table").querySelector(`[data-key="${key}"] button`).focus();
    };
    const head = (title, key, attributes = { class: "n" }, first = "down") =>
      sortable(title, key, sort, again, attributes, first);
    byId("ladder-table").replaceChildren(
      el(
        "table",
        {},
        el("caption", { class: "vh" }, `Skills by ${METRICS[state.metric].title}`),
        el(
          "thead",
          {},
          el(
            "tr",
            {},
            head("Skill", "skill", {}, "up"),
            locales ? head("Locale", "locale", { class: "wide" }, "up") : null,
            ...pair.map((system) =>
              head(DATA.systems[system], `system${system}`, { class: "n name" }),
            ),
            ...(pair.length
              ? [
                  head("Points", "gap"),
                  el(
                    "th",
                    { scope: "col", class: "plot-cell" },
                    el("span", { class: "vh" }, "Plot of the gap"),
                    axis(scale, ""),
                  ),
                  head("Verdict", "verdict", { class: "wide" }, "up"),
                  decided ? head("Decision", "decision", { class: "wide" }, "up") : null,
                ]
              : []),
            ...others(pair).map((system) =>
              head(DATA.systems[system], `system${system}`, {
                class: pair.length ? "n name wide" : "n name",
              }),
            ),
            head("Train", "train", { class: "n wide" }),
            head("Test", "test", { class: "n wide" }),
          ),
        ),
        el("tbody", {}, ...shown.slice(0, limit).map((row) => line(row, scale))),
      ),
    );
    const total = DATA.totals[state.shots] ?? 0;
    const kinds = pair.length
      ? `: ${counted(tally.win, "win")}, ${counted(tally.tie, "tie")}, ${tally.loss} ${tally.loss === 1 ? "loss" : "losses"}`
      : "";
    byId("ladder-count").textContent =
      `${whole(shown.length)} of ${counted(total, "skill")} shown${state.verdict ? "" : kinds}`;
    byId("more").hidden = shown.length <= limit;
  }

  // Compared, never decoded: an address that somebody broke leads nowhere and harms nothing.
  const hashOf = (row) => {
    const [name, locale, suite] = DATA.skills[row.skill];
    return `#skill=${encodeURIComponent(`${suite}/${name}@${locale}`)}`;
  };
  byId("decided").hidden = !decided;
  let current = 0;
  function show(position) {
    current = (position + shown.length) % shown.length;
    const row = shown[current];
    history.replaceState(null, "", hashOf(row));
    openPanel(row, state, (step) => show(current + step));
  }
  byId("more").addEventListener("click", () => {
    limit += PAGE;
    draw();
  });
  byId("panel").addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") show(current - 1);
    if (event.key === "ArrowRight") show(current + 1);
  });
  byId("panel").addEventListener("close", () => {
    history.replaceState(null, "", location.pathname + location.search);
    byId("ladder-table").querySelectorAll("tbody .open")[current]?.focus();
  });
  draw();
  const position = shown.findIndex((row) => location.hash === hashOf(row));
  if (position >= 0) show(position);
}
