// The inspector: asks the mock again and again, and shows what it says.

import { Refusal, call, hasToken, namespace, namespaces, show } from "./control.js";
import { byId, element, fill, tick } from "./dom.js";
import * as faults from "./faults.js";
import * as journal from "./journal.js";
import * as sessions from "./sessions.js";

const known = { resets: null, users: [], tokens: [], seen: "", built: false };

async function refresh() {
  if (!known.built) {
    sessions.begin(perform);
    await faults.begin(perform);
    known.built = true;
  }
  const asked = performance.now();
  const [state, inForce] = await Promise.all([call("GET", "state"), call("GET", "faults")]);
  if (known.resets !== state.resets) journal.forget();
  known.resets = state.resets;
  await journal.refresh();
  await learn(state);
  showNamespaces(await namespaces());
  faults.show(inForce.faults, asked);
  sessions.showTickets(state.tickets, known.users);
  sessions.showTokens(state, known.tokens);
  showClock(state);
  tick(state.now);
}

// Tokens and people cost the mock more than the rest: asked for only when something has changed.
async function learn(state) {
  const seen = `${state.state_hash} ${state.issued} ${state.clock.runs ? "" : state.now}`;
  if (seen === known.seen) return;
  const [{ tokens }, { users }] = await Promise.all([call("GET", "tokens"), call("GET", "users")]);
  Object.assign(known, { seen, tokens, users });
}

function showClock({ now, clock }) {
  const text = new Date(now * 1000).toISOString();
  const shown = byId("now");
  shown.textContent = `${text.slice(0, 10)} ${text.slice(11, 19)}`;
  shown.dateTime = text;
  const off = Math.round(now - Date.now() / 1000);
  const beside = Math.abs(off) < 3 ? "UTC" : `UTC, ${Math.abs(off)} s ${off > 0 ? "ahead" : "behind"}`;
  byId("clock-note").textContent = clock.runs ? beside : "UTC, stopped";
}

// Every namespace is a mock of its own; the page shows one at a time.
function showNamespaces(all) {
  const select = byId("namespace");
  fill(select, all.map(({ name }) => name), (name) => element("option", { value: name }, name));
  select.value = namespace;
  select.hidden = all.length < 2;
}

byId("namespace").addEventListener("change", () => show(byId("namespace").value));

for (const advance of document.querySelectorAll("[data-advance]")) {
  advance.addEventListener("click", () => perform(() => call("POST", "clock", { advance: Number(advance.dataset.advance) })));
}
byId("clock-reset").addEventListener("click", () => perform(() => call("POST", "clock", { reset: true })));

// Runs an action of a person, and shows at once what came of it.
async function perform(action) {
  try {
    await action();
    await round;
    await once();
  } catch (error) {
    failed(error);
  }
}

// One round at a time: a slow mock is not asked twice.
let round = null;
function once() {
  round ??= refresh()
    .then(fine, failed)
    .finally(() => (round = null));
  return round;
}

function fine() {
  say("live", journal.isPaused() ? "Journal paused" : "Live");
  byId("problem").hidden = true;
}

function failed(error) {
  const gone = !(error instanceof Refusal);
  say("gone", gone ? "Not connected" : "Refused");
  const problem = byId("problem");
  const text = gone
    ? `The mock at ${location.host} does not answer. What is shown may be old; this page goes on when the mock is back.`
    : error.status === 403
      ? "The token in this address is not the mock's. Open the address that the mock printed when it started."
      : `The mock refused: ${error.message}`;
  if (problem.textContent !== text) problem.textContent = text;
  problem.hidden = false;
}

function say(state, text) {
  const status = byId("status");
  if (status.textContent === text) return;
  status.dataset.state = state;
  status.textContent = text;
}

async function run() {
  if (!hasToken) {
    say("gone", "Not connected");
    byId("problem").textContent = "This address lacks the mock's token. Open the one that the mock printed when it started.";
    byId("problem").hidden = false;
    return;
  }
  for (;;) {
    if (!document.hidden) await once();
    await new Promise((next) => setTimeout(next, PAUSE));
  }
}

const PAUSE = 500;

addEventListener("hashchange", () => location.reload());
document.addEventListener("visibilitychange", () => document.hidden || once());
run();
