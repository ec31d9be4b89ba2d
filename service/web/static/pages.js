// Comfort only: every page works without this script.
import('/static/vendor/govuk-frontend.min.js').then((govuk) => govuk.initAll()).catch(() => {});

const EVERY = 15000;
const AT_MOST = 40; // then stop: asking for ever would keep a session awake that nobody sits at

async function refresh(board, left) {
  try {
    const answer = await fetch(board.dataset.board, { redirect: 'error' });
    if (!answer.ok) return;
    const { counts, looks } = await answer.json();
    let changed = false;
    for (const place of board.querySelectorAll('[data-count]')) {
      const now = String(counts[place.dataset.count] ?? 0);
      changed ||= now !== place.textContent;
      place.textContent = now;
      delete counts[place.dataset.count];
    }
    for (const hex of board.querySelectorAll('[data-gss]')) {
      const look = looks[hex.dataset.gss];
      if (look) hex.setAttribute('class', `na-hex na-hex--${look}`);
    }
    const others = Object.entries(counts).map(([name, number]) => `${number} ${name}`).join(', ');
    const fresh = board.querySelector('[data-fresh]');
    if (others) fresh.textContent = `New since you opened the page: ${others}.`;
    else if (changed) fresh.textContent = 'The numbers have changed. Reload the page for the names.';
    if (left > 1) setTimeout(refresh, EVERY, board, left - 1);
  } catch { /* the next reload shows it */ }
}

for (const board of document.querySelectorAll('[data-board]')) setTimeout(refresh, EVERY, board, AT_MOST);

for (const field of document.querySelectorAll('[data-filter]')) {
  const rows = [...document.querySelectorAll(`#${field.dataset.filter} [data-words]`)];
  const count = document.querySelector(`[data-filtered="${field.dataset.filter}"]`);
  field.addEventListener('input', () => {
    const wanted = field.value.trim().toLowerCase();
    for (const row of rows) row.hidden = !row.dataset.words.includes(wanted);
    count.textContent = String(rows.filter((row) => !row.hidden).length);
  });
}
