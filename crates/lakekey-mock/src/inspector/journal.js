// Every request and its answer, the newest on top.

import { call } from "./control.js";
import { byId, code, element } from "./dom.js";

const list = byId("entries");
const filter = byId("filter");
const pause = byId("pause");
const rows = new Map();
let since = 0;

export const isPaused = () => pause.getAttribute("aria-pressed") === "true";

// Asks for what is new. Requests that had no answer yet are asked for again.
export async function refresh() {
  if (isPaused()) return;
  const waiting = [...rows.values()].filter((row) => row.entry.status === null).map((row) => row.entry.sequence);
  const from = Math.max(Math.min(since, ...waiting.map((number) => number - 1)), since - SHOWN);
  const { entries, next } = await call("GET", `journal?since=${Math.max(from, 0)}&last=${SHOWN}`);
  entries.forEach(show);
  since = next;
  trim();
  count();
}

// The mock started over: its numbers begin again.
export function forget() {
  rows.clear();
  list.replaceChildren();
  since = 0;
}

filter.addEventListener("input", () => {
  rows.forEach(sieve);
  count();
});

pause.addEventListener("click", () => pause.setAttribute("aria-pressed", String(!isPaused())));

function show(entry) {
  const known = rows.get(entry.sequence);
  if (known && known.entry.status === entry.status) return;
  const row = { entry, item: line(entry), text: JSON.stringify(entry).toLowerCase() };
  if (known) {
    row.item.firstChild.open = known.item.firstChild.open;
    known.item.replaceWith(row.item);
  } else {
    list.prepend(row.item);
  }
  rows.set(entry.sequence, row);
  sieve(row);
}

function trim() {
  for (const number of [...rows.keys()].slice(0, Math.max(rows.size - SHOWN, 0))) {
    rows.get(number).item.remove();
    rows.delete(number);
  }
}

function sieve(row) {
  row.item.hidden = !row.text.includes(filter.value.toLowerCase());
}

function count() {
  const visible = [...rows.values()].filter((row) => !row.item.hidden).length;
  const all = visible === rows.size ? "" : ` of ${rows.size}`;
  byId("journal-count").textContent = rows.size === 0 ? "" : `${visible}${all}`;
  const empty = byId("journal-empty");
  empty.hidden = visible > 0;
  empty.textContent = rows.size === 0 ? NOTHING : "No request contains this text.";
}

function line(entry) {
  const [path] = entry.uri.replace(/^https?:\/\/[^/]*/, "").split("?");
  const details = element(
    "details",
    {},
    element(
      "summary",
      {},
      element("span", { class: "number" }, `${entry.sequence}`),
      element("time", { class: "soft" }, clock(entry.at)),
      element("span", { class: "request" }, element("b", {}, entry.method), " ", code(path)),
      status(entry),
      ...marks(entry),
    ),
  );
  // Filled when it is opened: most never are.
  details.addEventListener("toggle", () => details.open && details.childElementCount === 1 && details.append(whole(entry)));
  return element("li", { "data-sequence": entry.sequence }, details);
}

function status(entry) {
  if (entry.status === null) return element("span", { class: "status", "data-kind": "waiting" }, "no answer yet");
  return element("span", { class: "status", "data-kind": String(entry.status)[0] }, String(entry.status));
}

// Why it ended as it did.
function marks(entry) {
  const mark = (kind, text) => element("span", { class: "mark", "data-kind": kind }, text);
  const faults = entry.faults.map((id) => mark("fault", `fault ${id.replace(/^inspector\./, "")}`));
  const kept = entry.committed || entry.status === null ? [] : [mark("plain", "not acted on")];
  return [...(entry.rule ? [mark("rule", entry.rule)] : []), ...faults, ...(entry.cut ? [mark("fault", entry.cut)] : []), ...kept];
}

function whole(entry) {
  const connection = entry.connection === null ? [] : [["connection", String(entry.connection)], ["endpoint", entry.endpoint]];
  return element(
    "div",
    { class: "whole" },
    table("About", connection),
    table("Query", pairs(entry.uri.split("?")[1] ?? "")),
    table("Request headers", entry.headers),
    body("Request body", entry.body, entry.headers),
    table("Response headers", entry.response_headers),
    body("Response body", entry.response_body, entry.response_headers),
  );
}

function table(title, rows) {
  if (rows.length === 0) return null;
  const row = ([name, value]) => [element("dt", {}, name), element("dd", {}, value)];
  return element("section", {}, element("h3", {}, title), element("dl", {}, ...rows.flatMap(row)));
}

function body(title, text, headers) {
  if (text === "") return null;
  const type = headers.find(([name]) => name === "content-type")?.[1] ?? "";
  if (type.startsWith("application/x-www-form-urlencoded")) return table(title, pairs(text));
  return element("section", {}, element("h3", {}, title), element("pre", { tabIndex: 0 }, pretty(text)));
}

const pairs = (text) => [...new URLSearchParams(text)];

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text.length > LONGEST ? `${text.slice(0, LONGEST)}… (${text.length} characters)` : text;
  }
}

const clock = (seconds) => new Date(seconds * 1000).toISOString().slice(11, 19);

const SHOWN = 300;
const LONGEST = 20000;
const NOTHING = byId("journal-empty").textContent;
