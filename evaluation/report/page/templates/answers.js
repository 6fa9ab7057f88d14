// The utterances of a panel: gold and answers, slots marked in the words.

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
  const plain = (end) => {
    if (end > at) out.append(words.slice(at, end).join(" "), " ");
    at = end;
  };
  for (const [slot, start, end] of triples(spans)) {
    plain(start);
    const off = gold && !right.has(String([slot, start, end]));
    out.append(
      el(
        "mark",
        { class: off ? "off" : null },
        words.slice(start, end).join(" "),
        el("small", {}, details.slots[slot]),
      ),
      " ",
    );
    at = end;
  }
  plain(words.length);
  return out;
}

function answer(details, who, words, frame, gold, locale) {
  const what = marked(details, words, frame, gold, locale);
  const off = gold && gold[0] !== frame[0];
  const intent = details.intents[frame[0]];
  if (intent || off)
    what.append(
      el("span", { class: off ? "intent off" : "intent" }, `\u2192 ${intent || "no intent"}`),
    );
  const given = triples(frame[1]).map(([slot]) => slot);
  const missed = triples(gold ? gold[1] : [])
    .map(([slot]) => slot)
    .filter((slot) => !given.includes(slot));
  if (missed.length)
    what.append(
      el(
        "span",
        { class: "missed" },
        `missed ${missed.map((slot) => details.slots[slot]).join(", ")}`,
      ),
    );
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
    const items = found.map(([words, gold, frames, given]) =>
      el(
        "li",
        {},
        answer(details, "gold", words, gold, null, locale),
        ...wrong.map((side) =>
          answer(
            details,
            side ? after : before,
            words,
            frames[given[pair[side]] - 1],
            gold,
            locale,
          ),
        ),
      ),
    );
    const bound = found.length < total ? `, ${found.length} shown` : "";
    return el(
      "details",
      { open: kind < 2 && total > 0, class: `flips-${kind}` },
      el("summary", {}, `${label}: ${counted(total, "utterance")}${bound}`),
      el("ul", { class: "said" }, ...items),
    );
  });
  return [title, ...parts];
}
