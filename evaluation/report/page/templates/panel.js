// What opens behind a skill. Built when it is asked for, so that hundreds cost nothing.
function openPanel(row, state, move) {
  const [name, locale, suite] = DATA.skills[row.skill];
  const pair = DATA.pairs[state.pair] ?? null;
  const details = row.panel === null ? null : DATA.panels[row.panel];
  const dialog = byId("panel");
  const button = (text, title, click) =>
    el("button", { type: "button", "aria-label": title, title, onclick: click }, text);
  const title = el("h2", { id: "panel-title", tabindex: "-1" }, name);
  dialog.replaceChildren(
    el(
      "div",
      { class: "panel-top" },
      el(
        "div",
        {},
        title,
        el(
          "p",
          {},
          [
            locale,
            suite,
            shotsName(DATA.shots[state.shots]),
            counted(row.train, "training utterance"),
            counted(row.test, "test utterance"),
          ].join(" · "),
        ),
      ),
      button("\u2190", "Previous skill", () => move(-1)),
      button("\u2192", "Next skill", () => move(1)),
      button("Close", "Close", () => dialog.close()),
    ),
    el(
      "div",
      { class: "panel-body" },
      ...scoresPart(row, pair, state),
      ...(details
        ? detailParts(details, row, pair, state, locale)
        : [
            el(
              "p",
              { class: "note" },
              "This run has more skills than a page can carry: the answers of this one are in results.sqlite.",
            ),
          ]),
    ),
  );
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
  title.focus();
}

function scoresPart(row, pair, state) {
  const rows = DATA.systems.map((system, number) =>
    el(
      "tr",
      { class: pair && pair.includes(number) ? "compared" : null },
      el("th", { scope: "row" }, system),
      ...cells(...row.scores[number].map(score)),
    ),
  );
  const parts = [
    el("h3", {}, "Scores"),
    grid("Scores", heads("System", ...METRICS.map((m) => m.title)), rows),
  ];
  if (!pair) return parts;
  const said = METRICS.map((metric, number) => [metric, row.gaps[state.pair][number]])
    .filter(([, gap]) => gap)
    .map(([metric, gap]) => `${metric.title} ${signed(gap[0])} (${between(gap)})`);
  const decision = row.decisions[state.pair];
  if (decision)
    parts.push(el("p", { class: "decision" }, el("strong", {}, `${decision[0]}: `), decision[1]));
  if (said.length)
    parts.push(el("p", { class: "note" }, `${pairName(pair)}, points: ${said.join("; ")}.`));
  return parts;
}

function detailParts(details, row, pair, state, locale) {
  const shown = pair ?? [0, 0];
  return [
    ...(pair ? flipParts(details, pair, state, locale) : []),
    ...slotPart(details, shown),
    el(
      "div",
      { class: "two" },
      el("div", {}, ...confusionPart(details, shown)),
      el("div", {}, ...slicePart(details, shown)),
    ),
    el(
      "p",
      { class: "note" },
      `Answers, slots, confusions and slices are those of seed ${details.seed}; scores are means over the seeds.`,
    ),
  ];
}
