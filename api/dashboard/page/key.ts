import { element } from './element.ts';

const NAME = 'tickwave-key';

/** The key that was given in this tab, or null. It is kept no longer than the tab. */
export function keyInUse(): string | null {
  return sessionStorage.getItem(NAME);
}

let asking = false;

/** Asks for a key, once, and begins again with it; `why` is what the server said of the one that was used. */
export function needKey(why: string): void {
  if (asking) return;
  asking = true;
  const input = element('input', {
    ...{ id: 'key', type: 'password', autocomplete: 'off', spellcheck: 'false', required: true },
    placeholder: 'tw_…',
  });
  const form = element(
    'form',
    {
      method: 'dialog',
      onsubmit: () => {
        sessionStorage.setItem(NAME, input.value.trim());
        location.reload();
      },
    },
    element('h2', {}, 'A key is needed'),
    element(
      'p',
      {},
      keyInUse() === null ? 'This API is read with a key, which `tickwave keys add` makes.' : why,
    ),
    element('label', { for: 'key' }, 'Key'),
    input,
    element('button', { class: 'primary' }, 'Use it in this tab'),
  );
  const dialog = element('dialog', { class: 'ask', 'aria-label': 'A key is needed' }, form);
  document.body.append(dialog);
  dialog.showModal();
}
