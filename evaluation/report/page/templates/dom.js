// Elements and numbers. Every text goes in as a text node: nothing of the data is ever parsed.
const DATA = JSON.parse(document.getElementById("figures").textContent);
const SVG = "http://www.w3.org/2000/svg";
const METRICS = DATA.metrics.map(([key, title, higher]) => ({ key, title, higher }));

function filled(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}
const el = (name, attributes = {}, ...children) =>
  filled(document.createElement(name), attributes, children);
const svg = (name, attributes = {}, ...children) =>
  filled(document.createElementNS(SVG, name), attributes, children);
const byId = (id) => document.getElementById(id);

const score = (value) => (value === null ? "–" : value.toFixed(3).replace(/^0\./, "."));
const whole = (value) => value.toLocaleString("en-US");
function signed(value, unit = "") {
  if (value === null) return "–";
  const text = Math.abs(100 * value).toFixed(1);
  const sign = text === "0.0" ? "" : value < 0 ? "\u2212" : "+";
  return sign + text + unit;
}
const between = ([, low, high], unit = "") =>
  low === null || high === null ? "" : `${signed(low)} to ${signed(high, unit)}`;
const counted = (n, noun) => `${whole(n)} ${n === 1 ? noun : noun + "s"}`;

const shotsName = (shots) => (shots === null ? "all utterances" : `${shots} an intent`);
const pairName = ([baseline, candidate]) =>
  `${DATA.systems[candidate]} over ${DATA.systems[baseline]}`;

// What an interval says: SemER is an error rate, there a fall is the win.
function verdict(gap, higher) {
  if (!gap || gap[1] === null || gap[2] === null) return "";
  if (gap[1] > 0) return higher ? "win" : "loss";
  if (gap[2] < 0) return higher ? "loss" : "win";
  return "tie";
}

// A labelled select over [value, text] choices.
function choice(title, choices, value, change) {
  const select = el("select", { onchange: () => change(select.value) });
  for (const [key, text] of choices) {
    select.append(el("option", { value: key, selected: String(key) === String(value) }, text));
  }
  return el("label", {}, title, select);
}

const numbered = (names) => names.map((name, number) => [number, name]);

// A column's head that sorts: `sort` is {key, down}, `again` draws anew.
function sortable(title, key, sort, again, attributes = {}, first = "down") {
  const order = sort.key !== key ? "none" : sort.down ? "descending" : "ascending";
  const click = () => {
    sort.down = sort.key === key ? !sort.down : first === "down";
    sort.key = key;
    again(key);
  };
  return el(
    "th",
    { scope: "col", "aria-sort": order, "data-key": key, ...attributes },
    el("button", { type: "button", onclick: click }, title),
  );
}

function compared(a, b, down) {
  if (a === b) return 0;
  if (a === null || a === undefined || a === "") return 1; // what is not known stands last
  if (b === null || b === undefined || b === "") return -1;
  const order = typeof a === "string" ? a.localeCompare(b) : a - b;
  return down ? -order : order;
}
