import { element } from './element.ts';

/** Opens a dialog that Escape and a click beside it close; gives what closes it. */
export function openDialog(title: string, ...children: readonly Node[]): () => void {
  document.querySelector('dialog.choice')?.remove();
  const dialog = element('dialog', { class: 'choice', 'aria-label': title }, ...children);
  dialog.addEventListener('close', () => dialog.remove());
  dialog.addEventListener('click', ({ target }) => {
    if (target === dialog) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
  return () => dialog.close();
}
