'use strict';
const tools = document.querySelector('.tools');
const query = document.getElementById('query');
const found = document.getElementById('found');
const fold = document.getElementById('fold');
const buttons = [...document.querySelectorAll('[data-state]')];
const areas = [...document.querySelectorAll('#cases > .area')];
const wasOpen = new Map(areas.map((area) => [area, area.open]));
const cases = [...document.querySelectorAll('article')].map((article) => ({
  article,
  states: article.dataset.states.split(' '),
  text: [...article.querySelectorAll('h3, p, .variants')].map((part) => part.textContent).join(' ').toLowerCase(),
}));
let state = '';

function search() {
  const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
  const isState = (it) => !state || it.states.includes(state) || (state === 'failed' && it.states.includes('vacuous'));
  let shown = 0;
  for (const it of cases) {
    const fits = isState(it) && words.every((word) => it.text.includes(word));
    it.article.hidden = !fits;
    shown += fits;
  }
  const searching = words.length > 0 || state !== '';
  for (const area of areas) {
    area.hidden = !area.querySelector('article:not([hidden])');
    area.open = searching ? !area.hidden : wasOpen.get(area);
  }
  found.textContent = searching ? `${shown} of ${cases.length}` : '';
}

// `#only=C-REQ-01` shows one case and nothing else, for whoever is sent there.
function alone(id) {
  query.value = id;
  search();
  document.body.classList.add('alone');
  const journey = document.querySelector('article:not([hidden]) .journey');
  if (journey) journey.open = true;
}

function reveal() {
  const name = decodeURIComponent(location.hash.slice(1));
  document.body.classList.remove('alone');
  if (name.startsWith('only=')) return alone(name.slice(5));
  const target = document.getElementById(name);
  if (!target) return;
  for (let at = target; at; at = at.parentElement) {
    if (at.tagName === 'DETAILS') at.open = true;
    at.hidden = false;
  }
  if (target.tagName === 'ARTICLE') {
    const journey = target.querySelector('.journey');
    if (journey) journey.open = true;
  }
  target.scrollIntoView();
}

query.addEventListener('input', () => {
  document.body.classList.remove('alone');
  search();
});
for (const button of buttons) {
  button.addEventListener('click', () => {
    state = button.dataset.state;
    for (const other of buttons) other.setAttribute('aria-pressed', String(other === button));
    search();
  });
}
fold.addEventListener('click', () => {
  const open = fold.textContent === 'open all';
  for (const area of areas) area.open = open;
  fold.textContent = open ? 'close all' : 'open all';
});
tools.addEventListener('submit', (event) => event.preventDefault());
tools.hidden = false;
addEventListener('hashchange', reveal);
reveal();
