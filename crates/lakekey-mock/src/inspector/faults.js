// Every fault of the catalogue as a switch, and the faults that others have put in force.

import { call } from "./control.js";
import { button, byId, code, element, fill } from "./dom.js";

const switches = new Map();
let act;

// Builds the switches; `perform` runs an action of a person and shows what went wrong.
export async function begin(perform) {
  act = perform;
  const { kinds } = await call("GET", "faults/kinds");
  const groups = Map.groupBy(kinds, (kind) => kind.name.split(".")[0]);
  const families = [...new Set([...Object.keys(FAMILIES), ...groups.keys()])].filter((family) => groups.has(family));
  byId("switches").replaceChildren(...families.map((family) => group(family, groups.get(family))));
  byId("reach").replaceChildren(...REACHES.map(([value, text]) => element("option", { value }, text)));
  byId("heal").addEventListener("click", () => act(() => call("DELETE", "faults")));
}

// Shows what was in force at the moment `asked`.
export function show(faults, asked) {
  const ours = new Map(faults.filter((fault) => switches.has(fault.id)).map((fault) => [fault.id, fault]));
  for (const [id, own] of switches) reflect(own, ours.get(id), asked);
  fill(byId("others"), faults.filter((fault) => !switches.has(fault.id)), other);
  byId("heal").disabled = faults.length === 0;
  for (const place of document.querySelectorAll("[data-family]")) {
    const on = [...ours.keys()].filter((id) => id.startsWith(`inspector.${place.dataset.family}.`)).length;
    place.textContent = on ? `${on} on` : "";
  }
}

function group(family, kinds) {
  const list = element("ul", { class: "switches" }, ...kinds.map(row));
  const summary = element("summary", {}, FAMILIES[family] ?? family, " ", element("span", { class: "counter", "data-family": family }));
  return element("details", { open: family === "http" }, summary, list);
}

function row(kind) {
  const id = `inspector.${kind.name}`;
  const toggle = element("input", { type: "checkbox", role: "switch", id });
  const value = input(kind);
  const counter = element("span", { class: "counter", "data-fault": kind.name });
  const release = kind.name === "http.barrier" ? button("Release one", () => act(() => call("POST", `release/${encodeURIComponent(value.value)}`)), { class: "small" }) : null;
  const problem = element("p", { class: "wrong", role: "alert" });
  const own = { kind, id, toggle, value, counter, release, problem, turned: 0 };
  toggle.addEventListener("change", () => turn(own));
  value?.addEventListener("change", () => toggle.checked && turn(own));
  switches.set(id, own);
  return element(
    "li",
    {},
    element("label", { htmlFor: id }, toggle, element("span", {}, code(kind.name), element("span", { class: "soft" }, kind.says))),
    element("div", { class: "row" }, value, counter, release),
    problem,
  );
}

// The field of the main parameter.
function input(kind) {
  const named = { "aria-label": `${kind.name}: ${kind.main || "parameters"}` };
  if (kind.input === "none") return null;
  if (kind.input === "choice") {
    return element("select", named, ...kind.choices.map((choice) => element("option", {}, choice)));
  }
  const type = kind.input === "number" ? "number" : "text";
  return element("input", { ...named, type, value: kind.value, spellcheck: false, autocomplete: "off" });
}

// Puts the fault in force, takes it out, or replaces it by one with another value.
async function turn(own) {
  own.problem.textContent = "";
  own.turned = Infinity;
  try {
    const wanted = own.toggle.checked ? written(own) : null;
    await call("DELETE", `faults/${encodeURIComponent(own.id)}`);
    if (wanted) await call("POST", "faults", wanted);
  } catch (error) {
    own.toggle.checked = false;
    own.problem.textContent = error.message;
  }
  own.turned = performance.now();
  await act(() => {});
}

function written({ kind, id, value }) {
  const [reach, times] = [byId("reach").value, byId("times").value];
  return {
    id,
    ...(reach && kind.acts_on === "every endpoint" ? { match: { endpoint: reach } } : {}),
    ...(times ? { times: Number(times) } : {}),
    action: { [kind.name]: params(kind, value?.value) },
  };
}

function params(kind, text) {
  switch (kind.input) {
    case "none":
      return {};
    case "number":
      return { [kind.main]: Number(text) };
    case "object":
      return object(text);
    default:
      return { [kind.main]: text };
  }
}

function object(text) {
  let read;
  try {
    read = JSON.parse(text);
  } catch {
    read = null;
  }
  if (read === null || typeof read !== "object" || Array.isArray(read)) {
    throw new Error(`write a JSON object, for instance {"name": "value"}`);
  }
  return read;
}

// An answer from before the switch was turned says nothing about it.
function reflect(own, fault, asked) {
  if (asked < own.turned) return;
  own.toggle.checked = Boolean(fault);
  own.counter.textContent = fault ? counted(fault) : "";
  if (own.release) own.release.hidden = !fault;
  if (fault && own.value && document.activeElement !== own.value) {
    const set = fault.fault.action[own.kind.name];
    own.value.value = own.kind.input === "object" ? JSON.stringify(set) : set[own.kind.main];
  }
}

function counted({ hits, fault }) {
  const where = fault.match?.endpoint ? `${fault.match.endpoint}: ` : "";
  const limit = fault.times ? ` of ${fault.times}` : "";
  return `${where}hit ${hits}${limit}`;
}

// A fault of a test or of the command line.
function other(fault) {
  const { id, ...rule } = fault.fault;
  return element(
    "li",
    {},
    element("p", {}, element("b", {}, fault.id), " ", element("span", { class: "counter" }, counted(fault))),
    element("pre", { tabIndex: 0 }, JSON.stringify(rule)),
    element("div", { class: "row" }, button("Remove", () => act(() => call("DELETE", `faults/${encodeURIComponent(fault.id)}`)), { class: "small" })),
  );
}

// In the order they are shown in.
const FAMILIES = {
  http: "HTTP",
  token: "Token endpoint",
  authz: "Sign-in redirect",
  preset: "Networks and workspaces",
  disco: "Metadata",
  api: "API routes",
  tls: "TLS",
  clock: "Clock",
};

// What the faults called `http.…` can be limited to; all others know their endpoint.
const REACHES = [
  ["", "any endpoint"],
  ["token", "token"],
  ["authorize", "authorize"],
  ["metadata", "metadata"],
  ["host-metadata", "host metadata"],
  ["keys", "keys"],
  ["api", "API"],
];
