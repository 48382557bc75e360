/** The keyboard belongs to a field. */
export const isTyping = (target: EventTarget | null): target is HTMLElement =>
  target instanceof HTMLElement && target.matches('input, select, textarea, [contenteditable]');

/**
 * j and k walk over the rows marked `data-row`, / goes to the search, Escape leaves it. Rows are
 * links, so Enter opens them without further ado.
 */
export function listKeys(container: HTMLElement): { destroy(): void } {
  const rows = () => [...container.querySelectorAll<HTMLElement>('[data-row]')];
  const search = () => container.querySelector<HTMLInputElement>('input[type="search"]');

  const move = (step: 1 | -1) => {
    const all = rows();
    const focused = all.indexOf(document.activeElement as HTMLElement);
    const current = focused >= 0 ? focused : all.findIndex((row) => row.ariaCurrent === 'true');
    const next = current < 0 ? 0 : Math.min(all.length - 1, Math.max(0, current + step));
    all[next]?.focus();
    all[next]?.scrollIntoView({ block: 'nearest' });
  };

  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { target } = event;
    // What is open above the list has the keys for itself.
    if (target instanceof HTMLElement && target.closest('[role="dialog"]')) return;
    if (isTyping(target)) {
      if (event.key === 'Escape') target.blur();
      else if (target === search() && event.key === 'ArrowDown') move(1);
      else return;
    } else if (event.key === 'j') move(1);
    else if (event.key === 'k') move(-1);
    else if (event.key === '/' && search()) search()?.focus();
    else return;
    event.preventDefault();
  };

  window.addEventListener('keydown', onKey);
  return { destroy: () => window.removeEventListener('keydown', onKey) };
}
