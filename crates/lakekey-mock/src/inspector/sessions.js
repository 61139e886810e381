// Sign-ins that wait for an answer, sessions, and the tokens of both.

import { call } from "./control.js";
import { button, byId, code, copyButton, element, fill, shortened, until } from "./dom.js";

let act;

// `perform` runs an action of a person and shows what went wrong.
export function begin(perform) {
  act = perform;
}

export function showTickets(tickets, users) {
  fill(byId("tickets"), tickets.map((ticket) => ({ ...ticket, users })), card);
  byId("tickets-empty").hidden = tickets.length > 0;
}

// Living sessions and tokens, and below them those that have ended.
export function showTokens(state, tokens) {
  const { now } = state;
  const sessions = state.families.slice(-MOST).map((family) => ({
    ...family,
    living: family.active && (family.ends === null || now <= family.ends),
    tokens: tokens.filter((token) => token.family === family.family).slice(0, LATEST),
  }));
  const alone = tokens.filter((token) => !token.family).map((token) => ({ ...token, living: token.active && now < token.exp }));
  const newest = [...sessions.reverse(), ...alone];
  fill(byId("families"), newest.filter((item) => item.living), item);
  fill(byId("ended"), newest.filter((item) => !item.living), item);
  byId("past").hidden = newest.every((item) => item.living);
  byId("tokens-empty").hidden = newest.some((item) => item.living);
  byId("tokens-empty").textContent = newest.length === 0 ? NOTHING : "No token is in force.";
  const reused = state.reuse_detected ? `, ${state.reuse_detected} reused` : "";
  byId("counters").textContent = state.issued ? `${state.issued} issued, ${state.refreshed} by refresh${reused}` : "";
}

function card(ticket) {
  const users = element(
    "select",
    { "aria-label": "Sign in as" },
    ...ticket.users.map((user) => element("option", { value: user.user_name }, user.user_name)),
  );
  const decide = (decision) => act(async () => decided(decision, await call("POST", decision, { ticket: ticket.ticket, user: users.value })));
  return element(
    "li",
    {},
    element("p", {}, code(ticket.client), " wants ", code(ticket.scope)),
    element("p", { class: "soft" }, place(ticket), ", back to ", code(ticket.redirect_uri)),
    element(
      "div",
      { class: "row" },
      users,
      button("Deny", () => decide("deny")),
      button("Approve", () => decide("approve"), { class: "primary" }),
    ),
  );
}

// The client learns of it when somebody follows the redirect.
function decided(decision, { location }) {
  const safe = /^https?:/i.test(location);
  const link = element("a", { href: safe ? location : "#", target: "_blank", rel: "noreferrer" }, "Follow the redirect");
  const told = decision === "approve" ? "Approved." : "Denied.";
  byId("decided").replaceChildren(`${told} The client is still to be told: `, safe ? link : code(location), " ", copyButton("Copy", location));
}

const item = (thing) => (thing.tokens ? session(thing) : token(thing));

function session(family) {
  return element(
    "li",
    {},
    element(
      "div",
      { class: "top" },
      element("p", {}, element("b", {}, family.user), " ", element("span", { class: "soft" }, `session ${family.family}`)),
      family.living ? revoke(`session ${family.family}`, { family: family.family }) : null,
    ),
    element("p", { class: "soft" }, code(family.client), " at ", place(family), ", ", code(family.scope)),
    element("p", { class: "soft" }, `generation ${family.generation}, `, fate(family)),
    family.refresh_token && family.living ? secret("refresh", family.refresh_token) : null,
    ...family.tokens.map((access) => secret("access", access.token, expiry(access))),
  );
}

function fate({ active, ends, living }) {
  if (!living) return active ? "out of time" : "revoked";
  return ends === null ? "never ends" : until(ends, "ends in", "ended");
}

function token(access) {
  return element(
    "li",
    {},
    element("div", { class: "top" }, element("b", {}, "service principal"), access.living ? revoke("token", { token: access.token }) : null),
    element("p", { class: "soft" }, code(access.client)),
    element("p", { class: "soft" }, "for ", code(access.aud), ", ", code(access.scope)),
    secret("access", access.token, expiry(access)),
  );
}

function revoke(what, named) {
  return button("Revoke", () => act(() => call("POST", "revoke", named)), { class: "small", "aria-label": `Revoke ${what}` });
}

// The beginning of a token, and a way to the whole of it.
function secret(kind, text, note) {
  const copy = copyButton("Copy", text);
  copy.setAttribute("aria-label", `Copy ${kind} token`);
  return element("p", { class: "secret" }, element("span", {}, `${kind} `, code(shortened(text, 12))), note ? element("span", { class: "soft" }, note) : null, copy);
}

function expiry(access) {
  if (access.rule) return "not signed by this mock";
  return access.active ? until(access.exp, "expires in", "expired") : "not valid any more";
}

const place = (thing) => (thing.account ? `account ${thing.account}` : `workspace ${thing.workspace}`);

const LATEST = 2;
const MOST = 100;
const NOTHING = byId("tokens-empty").textContent;
