// Building the page. Whatever comes from the mock is text, never markup.

export const byId = (id) => document.getElementById(id);

// An element with properties, attributes (with a dash, or `role`) and children.
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role" || name === "class") made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

export const code = (text) => element("code", {}, String(text));

export function button(label, act, properties = {}) {
  const made = element("button", { type: "button", ...properties }, label);
  made.addEventListener("click", act);
  return made;
}

// Shows the name of a secret and copies the secret itself.
export function copyButton(label, text) {
  const made = button(label, async () => {
    try {
      await navigator.clipboard.writeText(text);
      made.textContent = "Copied";
    } catch {
      made.textContent = "Not allowed";
    }
    setTimeout(() => (made.textContent = label), 1500);
  });
  made.classList.add("small");
  return made;
}

// Replaces what a list shows, but only if it is something else than before: focus stays where it is.
export function fill(list, items, make) {
  const seen = JSON.stringify(items);
  if (list.dataset.seen === seen) return;
  list.dataset.seen = seen;
  list.replaceChildren(...items.map(make));
}

export const shortened = (text, length) => (text.length > length ? `${text.slice(0, length)}…` : text);

// Seconds as a person says them.
export function span(seconds) {
  const whole = Math.round(Math.abs(seconds));
  if (whole < 100) return `${whole} s`;
  if (whole < 6000) return `${Math.round(whole / 60)} min`;
  if (whole < 360000) return `${Math.round(whole / 3600)} h`;
  return `${Math.round(whole / 86400)} days`;
}

// A place whose text follows the mock's clock.
export function until(moment, before, after) {
  return element("span", { "data-until": moment, "data-before": before, "data-after": after });
}

export function tick(now) {
  for (const place of document.querySelectorAll("[data-until]")) {
    const left = Number(place.dataset.until) - now;
    const text = `${left > 0 ? place.dataset.before : place.dataset.after} ${span(left)}${left > 0 ? "" : " ago"}`;
    if (place.textContent !== text) place.textContent = text;
  }
}
