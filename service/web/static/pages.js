// Comfort only: every page works without this script.
import('/static/vendor/govuk-frontend.min.js').then((govuk) => govuk.initAll()).catch(() => {});

function show(board, { counts, looks, left }) {
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
  const progress = board.querySelector('progress');
  if (progress) {
    progress.value = left;
    board.querySelector('[data-left]').textContent = left;
  }
  const others = Object.entries(counts).map(([name, number]) => `${number} ${name}`).join(', ');
  const fresh = board.querySelector('[data-fresh]');
  if (others) fresh.textContent = `New since you opened the page: ${others}.`;
  else if (changed) fresh.textContent = 'The numbers have changed. Reload the page for the names.';
}

const boards = document.querySelectorAll('[data-notice]');
if (boards.length) {
  const news = new EventSource(`${location.pathname.split('/').slice(0, 3).join('/')}/live`);
  news.onmessage = (event) => {
    const all = JSON.parse(event.data);
    for (const board of boards) if (all[board.dataset.notice]) show(board, all[board.dataset.notice]);
  };
  // Asking again by itself would keep a session awake that nobody sits at.
  news.onerror = () => news.close();
  news.addEventListener('over', () => news.close());
}

for (const field of document.querySelectorAll('[data-filter]')) {
  const rows = [...document.querySelectorAll(`#${field.dataset.filter} [data-words]`)];
  const count = document.querySelector(`[data-filtered="${field.dataset.filter}"]`);
  field.addEventListener('input', () => {
    const wanted = field.value.trim().toLowerCase();
    for (const row of rows) row.hidden = !row.dataset.words.includes(wanted);
    count.textContent = String(rows.filter((row) => !row.hidden).length);
  });
}
