// Keeps the Tab key inside an overlay that is not a dialog of the library.

const reachable =
  'a[href], button:not(:disabled), input:not(:disabled), video[controls], [tabindex]:not([tabindex="-1"])';

/** For {@attach}: Tab goes round inside the element, and the element takes the focus. */
export function trapFocus(element: HTMLElement): () => void {
  const onkeydown = (event: KeyboardEvent): void => {
    if (event.key !== 'Tab') return;
    const stops = [...element.querySelectorAll<HTMLElement>(reachable)].filter(
      (stop) => stop.tabIndex >= 0 && stop.getClientRects().length > 0,
    );
    const first = stops[0];
    const last = stops.at(-1);
    const here = document.activeElement;
    if (first === undefined || last === undefined) return;
    if (event.shiftKey && (here === first || here === element)) last.focus();
    else if (!event.shiftKey && here === last) first.focus();
    else return;
    event.preventDefault();
  };
  element.addEventListener('keydown', onkeydown);
  element.focus({ preventScroll: true });
  return () => element.removeEventListener('keydown', onkeydown);
}
