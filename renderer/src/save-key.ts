/** Ctrl+S or ⌘S saves the form that the keyboard is in, or the only one there is. */
export function saveKey(form: HTMLFormElement): { destroy(): void } {
  const onKey = (event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 's') return;
    const isOnly = document.querySelectorAll('form').length === 1;
    if (!isOnly && !form.contains(document.activeElement)) return;
    event.preventDefault();
    form.requestSubmit();
  };
  window.addEventListener('keydown', onKey);
  return { destroy: () => window.removeEventListener('keydown', onKey) };
}
