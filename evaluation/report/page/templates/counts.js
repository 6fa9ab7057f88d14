// The tables of a panel: slots, intents taken for others, slices.
const cells = (...values) => values.map((value) => el("td", { class: "n" }, value));
const heads = (...titles) =>
  titles.map((title, number) => el("th", { scope: "col", class: number ? "n name" : null }, title));
const grid = (label, head, rows) =>
  el(
    "div",
    { class: "scroll", role: "region", tabindex: "0", "aria-label": label },
    el("table", {}, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rows)),
  );
const share = (part, of) => (of ? score(part / of) : "–");

const sides = (pair) => (pair[0] === pair[1] ? [pair[0]] : pair);

function slotPart(details, pair) {
  const tables = sides(pair).map((system) => details.table[system]);
  const counts = new Map();
  tables.forEach((table, side) =>
    (table ?? []).forEach(([slot, ...found]) => {
      if (!counts.has(slot))
        counts.set(
          slot,
          tables.map(() => null),
        );
      counts.get(slot)[side] = found;
    }),
  );
  const title = el("h3", {}, "Slots");
  if (!counts.size)
    return [title, el("p", { class: "note" }, "No slot stands in gold or answers.")];
  const reference = (found) => Math.max(...found.map((c) => (c ? c[2] : 0)));
  const rows = [...counts]
    .sort((a, b) => reference(b[1]) - reference(a[1]))
    .map(([slot, found]) =>
      el(
        "tr",
        {},
        el("th", { scope: "row" }, details.slots[slot]),
        ...cells(whole(reference(found))),
        ...found.flatMap((c) =>
          c
            ? cells(share(c[0], c[1]), share(c[0], c[2]), share(2 * c[0], c[1] + c[2]))
            : cells("–", "–", "–"),
        ),
      ),
    );
  const head = el(
    "tr",
    {},
    el("th", { scope: "col", rowspan: "2" }, "Slot"),
    el("th", { scope: "col", rowspan: "2", class: "n" }, "In gold"),
    ...sides(pair).map((system) =>
      el("th", { scope: "colgroup", colspan: "3", class: "n" }, DATA.systems[system]),
    ),
  );
  const under = el(
    "tr",
    {},
    ...sides(pair).flatMap(() =>
      ["precision", "recall", "F1"].map((text) => el("th", { scope: "col", class: "n" }, text)),
    ),
  );
  return [
    title,
    el(
      "div",
      { class: "scroll", role: "region", tabindex: "0", "aria-label": "Slots" },
      el("table", {}, el("thead", {}, head, under), el("tbody", {}, ...rows)),
    ),
  ];
}

function confusionPart(details, pair) {
  const found = sides(pair).map((system) => details.confusion[system]);
  const counts = new Map();
  found.forEach((confusion, side) =>
    (confusion ? confusion.top : []).forEach(([gold, answer, count]) => {
      const key = `${gold} ${answer}`;
      if (!counts.has(key)) counts.set(key, [gold, answer, found.map(() => 0)]);
      counts.get(key)[2][side] = count;
    }),
  );
  const title = el("h3", {}, "Intents taken for others");
  if (!counts.size) return [title, el("p", { class: "note" }, "None: every intent is right.")];
  const rows = [...counts.values()]
    .sort((a, b) => Math.max(...b[2]) - Math.max(...a[2]))
    .slice(0, 12)
    .map(([gold, answer, by]) =>
      el(
        "tr",
        {},
        el("th", { scope: "row" }, details.intents[gold]),
        el("td", {}, details.intents[answer] || "none"),
        ...cells(...by.map(whole)),
      ),
    );
  const names = sides(pair).map((system) => DATA.systems[system]);
  const totals = found.map(
    (confusion, side) =>
      `${names[side]} ${confusion ? counted(confusion.wrong, "wrong intent") : "was not measured"}`,
  );
  const head = [
    el("th", { scope: "col" }, "Gold"),
    el("th", { scope: "col" }, "Answer"),
    ...names.map((n) => el("th", { scope: "col", class: "n name" }, n)),
  ];
  return [
    title,
    grid("Intents taken for others", head, rows),
    el(
      "p",
      { class: "note" },
      `In all: ${totals.join(", ")}${counts.size > rows.length ? `; the ${rows.length} commonest are listed` : ""}.`,
    ),
  ];
}

function slicePart(details, pair) {
  const names = sides(pair).map((system) => DATA.systems[system]);
  const rows = [];
  let last = "";
  for (const [unit, kind, label, n, right] of details.slices) {
    if (unit + kind !== last)
      rows.push(
        el(
          "tr",
          { class: "group" },
          el(
            "th",
            { scope: "colgroup", colspan: String(2 + names.length) },
            `${UNITS[unit]} ${kind}`,
          ),
        ),
      );
    last = unit + kind;
    const shares = sides(pair).map((system) =>
      right[system] === null ? "–" : share(right[system], n),
    );
    rows.push(el("tr", {}, el("th", { scope: "row" }, label), ...cells(whole(n), ...shares)));
  }
  return [el("h3", {}, "Slices"), grid("Slices", heads("Part", "n", ...names), rows)];
}
