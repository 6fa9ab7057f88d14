// What opens behind a skill. Built when it is asked for, so that hundreds cost nothing.
const cells = (...values) => values.map((value) => el("td", { class: "n" }, value));
const heads = (...titles) => titles.map((title, number) =>
  el("th", { scope: "col", class: number ? "n" : null }, title));
const grid = (label, head, rows) => el("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": label },
  el("table", {}, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rows)));
const share = (part, of) => (of ? score(part / of) : "–");

function openPanel(row, state, move) {
  const [name, locale, suite] = DATA.skills[row.skill];
  const pair = DATA.pairs[state.pair] ?? null;
  const details = row.panel === null ? null : DATA.panels[row.panel];
  const dialog = byId("panel");
  const button = (text, title, click) =>
    el("button", { type: "button", "aria-label": title, title, onclick: click }, text);
  const title = el("h2", { id: "panel-title", tabindex: "-1" }, name);
  dialog.replaceChildren(
    el("div", { class: "panel-top" },
      el("div", {}, title,
        el("p", {}, [locale, suite, shotsName(DATA.shots[state.shots]), counted(row.train, "training utterance"),
          counted(row.test, "test utterance")].join(" · "))),
      button("\u2190", "Previous skill", () => move(-1)), button("\u2192", "Next skill", () => move(1)),
      button("Close", "Close", () => dialog.close())),
    el("div", { class: "panel-body" }, ...scoresPart(row, pair, state),
      ...(details ? detailParts(details, row, pair, state, locale) : [
        el("p", { class: "note" }, "This run has more skills than a page can carry: the answers of this one are in results.sqlite.")])));
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
  title.focus();
}

function scoresPart(row, pair, state) {
  const rows = DATA.systems.map((system, number) => el("tr", { class: pair && pair.includes(number) ? "compared" : null },
    el("th", { scope: "row" }, system), ...cells(...row.scores[number].map(score))));
  const parts = [el("h3", {}, "Scores"), grid("Scores", heads("System", ...METRICS.map((m) => m.title)), rows)];
  if (!pair) return parts;
  const said = METRICS.map((metric, number) => [metric, row.gaps[state.pair][number]]).filter(([, gap]) => gap)
    .map(([metric, gap]) => `${metric.title} ${signed(gap[0])} (${between(gap)})`);
  const decision = row.decisions[state.pair];
  if (decision) parts.push(el("p", { class: "decision" }, el("strong", {}, `${decision[0]}: `), decision[1]));
  if (said.length) parts.push(el("p", { class: "note" }, `${pairName(pair)}, points: ${said.join("; ")}.`));
  return parts;
}

function detailParts(details, row, pair, state, locale) {
  const shown = pair ?? [0, 0];
  return [
    ...(pair ? flipParts(details, pair, state, locale) : []),
    ...slotPart(details, shown),
    el("div", { class: "two" },
      el("div", {}, ...confusionPart(details, shown)), el("div", {}, ...slicePart(details, shown))),
    el("p", { class: "note" }, `Answers, slots, confusions and slices are those of seed ${details.seed}; scores are means over the seeds.`)];
}

const sides = (pair) => (pair[0] === pair[1] ? [pair[0]] : pair);

function slotPart(details, pair) {
  const tables = sides(pair).map((system) => details.table[system]);
  const counts = new Map();
  tables.forEach((table, side) => (table ?? []).forEach(([slot, ...found]) => {
    if (!counts.has(slot)) counts.set(slot, tables.map(() => null));
    counts.get(slot)[side] = found;
  }));
  const title = el("h3", {}, "Slots");
  if (!counts.size) return [title, el("p", { class: "note" }, "No slot stands in gold or answers.")];
  const reference = (found) => Math.max(...found.map((c) => (c ? c[2] : 0)));
  const rows = [...counts].sort((a, b) => reference(b[1]) - reference(a[1])).map(([slot, found]) => el("tr", {},
    el("th", { scope: "row" }, details.slots[slot]), ...cells(whole(reference(found))),
    ...found.flatMap((c) => (c ? cells(share(c[0], c[1]), share(c[0], c[2]), share(2 * c[0], c[1] + c[2])) : cells("–", "–", "–")))));
  const head = el("tr", {}, el("th", { scope: "col", rowspan: "2" }, "Slot"), el("th", { scope: "col", rowspan: "2", class: "n" }, "In gold"),
    ...sides(pair).map((system) => el("th", { scope: "colgroup", colspan: "3", class: "n" }, DATA.systems[system])));
  const under = el("tr", {}, ...sides(pair).flatMap(() => ["precision", "recall", "F1"].map((text) => el("th", { scope: "col", class: "n" }, text))));
  return [title, el("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": "Slots" },
    el("table", {}, el("thead", {}, head, under), el("tbody", {}, ...rows)))];
}

function confusionPart(details, pair) {
  const found = sides(pair).map((system) => details.confusion[system]);
  const counts = new Map();
  found.forEach((confusion, side) => (confusion ? confusion.top : []).forEach(([gold, answer, count]) => {
    const key = `${gold} ${answer}`;
    if (!counts.has(key)) counts.set(key, [gold, answer, found.map(() => 0)]);
    counts.get(key)[2][side] = count;
  }));
  const title = el("h3", {}, "Intents taken for others");
  if (!counts.size) return [title, el("p", { class: "note" }, "None: every intent is right.")];
  const rows = [...counts.values()].sort((a, b) => Math.max(...b[2]) - Math.max(...a[2])).slice(0, 12).map(([gold, answer, by]) =>
    el("tr", {}, el("th", { scope: "row" }, details.intents[gold]), el("td", {}, details.intents[answer] || "none"), ...cells(...by.map(whole))));
  const names = sides(pair).map((system) => DATA.systems[system]);
  const totals = found.map((confusion, side) => `${names[side]} ${confusion ? counted(confusion.wrong, "wrong intent") : "was not measured"}`);
  const head = [el("th", { scope: "col" }, "Gold"), el("th", { scope: "col" }, "Answer"), ...names.map((n) => el("th", { scope: "col", class: "n" }, n))];
  return [title, grid("Intents taken for others", head, rows),
    el("p", { class: "note" }, `In all: ${totals.join(", ")}${counts.size > rows.length ? `; the ${rows.length} commonest are listed` : ""}.`)];
}

function slicePart(details, pair) {
  const names = sides(pair).map((system) => DATA.systems[system]);
  const rows = details.slices.map(([, label, n, right]) => el("tr", {}, el("th", { scope: "row" }, label), ...cells(whole(n)),
    ...cells(...sides(pair).map((system) => (right[system] === null ? "–" : share(right[system], n))))));
  return [el("h3", {}, "Slices, frame accuracy"), grid("Slices", heads("Utterances with", "n", ...names), rows)];
}

// A frame's flat spans as triples of slot, start, end.
function triples(spans) {
  const found = [];
  for (let i = 0; i < spans.length; i += 3) found.push(spans.slice(i, i + 3));
  return found;
}

// The words with a frame's slots marked in them; `gold` marks what is not as it should be.
function marked(details, words, [, spans], gold, locale) {
  const right = new Set(gold ? triples(gold[1]).map(String) : []);
  const out = el("span", { class: "what", lang: locale });
  let at = 0;
  const plain = (end) => { if (end > at) out.append(words.slice(at, end).join(" "), " "); at = end; };
  for (const [slot, start, end] of triples(spans)) {
    plain(start);
    const off = gold && !right.has(String([slot, start, end]));
    out.append(el("mark", { class: off ? "off" : null }, words.slice(start, end).join(" "), el("small", {}, details.slots[slot])), " ");
    at = end;
  }
  plain(words.length);
  return out;
}

function answer(details, who, words, frame, gold, locale) {
  const what = marked(details, words, frame, gold, locale);
  const off = gold && gold[0] !== frame[0];
  const intent = details.intents[frame[0]];
  if (intent || off) what.append(el("span", { class: off ? "intent off" : "intent" }, `\u2192 ${intent || "no intent"}`));
  const given = triples(frame[1]).map(([slot]) => slot);
  const missed = triples(gold ? gold[1] : []).map(([slot]) => slot).filter((slot) => !given.includes(slot));
  if (missed.length) what.append(el("span", { class: "missed" }, `missed ${missed.map((slot) => details.slots[slot]).join(", ")}`));
  return el("div", { class: "answer" }, el("span", { class: "who" }, who), what);
}

function flipParts(details, pair, state, locale) {
  const flips = details.flips[state.pair];
  const title = el("h3", {}, "What changed");
  if (!flips) return [title, el("p", { class: "note" }, "One of the two was not measured here.")];
  const [before, after] = pair.map((system) => DATA.systems[system]);
  const kinds = [
    [`Won by ${after}`, (b, a) => b > 0 && a === 0, [0]],
    [`Lost by ${after}`, (b, a) => b === 0 && a > 0, [1]],
    ["Wrong in both", (b, a) => b > 0 && a > 0, [0, 1]],
  ];
  const parts = kinds.map(([label, fits, wrong], kind) => {
    const total = flips[kind];
    const found = details.said.filter(([, , , given]) => fits(given[pair[0]], given[pair[1]]));
    const items = found.map(([words, gold, frames, given]) => el("li", {}, answer(details, "gold", words, gold, null, locale),
      ...wrong.map((side) => answer(details, side ? after : before, words, frames[given[pair[side]] - 1], gold, locale))));
    const bound = found.length < total ? `, ${found.length} shown` : "";
    return el("details", { open: kind < 2 && total > 0, class: `flips-${kind}` },
      el("summary", {}, `${label}: ${counted(total, "utterance")}${bound}`), el("ul", { class: "said" }, ...items));
  });
  return [title, ...parts];
}
