import { drawing, element, fill } from './element.ts';
import { rows } from './rest.ts';

interface CatalogRow {
  readonly name: string;
  readonly kind: string;
  readonly layer: string;
  readonly file: string;
  readonly summary: string | null;
  readonly reads: readonly string[];
}

const LAYERS = ['landing', 'candles', 'indicators', 'features', 'monitoring', 'sinks'];

/** Which view reads which, layer by layer. */
export async function lineageCard(signal: AbortSignal): Promise<HTMLElement> {
  const views = await rows<CatalogRow>('/v1/catalog');
  const card = element('section', { class: 'card' }, element('h2', {}, 'Lineage of the views'));
  if (views.length === 0) {
    card.append(element('p', { class: 'empty' }, 'The database says nothing of its views.'));
    return card;
  }
  const about = element(
    'p',
    { class: 'note', role: 'status' },
    'Choose a view to see what it is made of and what is made of it.',
  );
  const lines = drawing('svg', { class: 'edges', 'aria-hidden': 'true' });
  const buttons = new Map<string, HTMLElement>();
  let chosen: CatalogRow | null = null;
  const show = (): void => drawEdges(lines, buttons, views, chosen);
  const choose = (view: CatalogRow): void => {
    chosen = chosen === view ? null : view;
    fill(about, ...(chosen === null ? ['Choose a view.'] : describe(view)));
    mark(buttons, views, chosen);
    show();
  };
  const columns = LAYERS.map((layer) => {
    const own = views.filter((view) => view.layer === layer);
    for (const view of own) buttons.set(view.name, button(view, choose));
    return element(
      'div',
      { class: 'layer' },
      element('h3', {}, layer),
      ...own.map(({ name }) => buttons.get(name)),
    );
  }).filter((column) => column.childElementCount > 1);
  const frame = element('div', { class: 'lineage' }, lines, ...columns);
  card.append(
    about,
    element('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Lineage' }, frame),
  );
  const observer = new ResizeObserver(show);
  observer.observe(frame);
  signal.addEventListener('abort', () => observer.disconnect());
  return card;
}

function button(view: CatalogRow, choose: (view: CatalogRow) => void): HTMLElement {
  const kept = view.kind !== 'view';
  return element(
    'button',
    {
      class: kept ? 'view kept' : 'view',
      title: view.summary,
      'aria-pressed': 'false',
      onclick: () => choose(view),
    },
    view.name,
  );
}

function describe({ name, kind, file, summary, reads }: CatalogRow): readonly (string | Node)[] {
  const made = reads.length === 0 ? '' : ` Reads ${reads.join(', ')}.`;
  return [element('b', {}, name), ` (${kind}, ${file}): ${summary ?? ''}.${made}`.replace('..', '.')];
}

/** All that leads to a view, or all that it leads to. */
function closure(start: string, next: (name: string) => readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [start];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    for (const other of next(name)) {
      if (found.has(other)) continue;
      found.add(other);
      open.push(other);
    }
  }
  return found;
}

function mark(
  buttons: ReadonlyMap<string, HTMLElement>,
  views: readonly CatalogRow[],
  chosen: CatalogRow | null,
): void {
  const related = chosen === null ? null : relatedTo(chosen.name, views);
  for (const [name, button] of buttons) {
    button.setAttribute('aria-pressed', String(name === chosen?.name));
    button.classList.toggle('faded', related !== null && !related.has(name));
  }
}

function relatedTo(name: string, views: readonly CatalogRow[]): ReadonlySet<string> {
  const readsOf = new Map(views.map((view) => [view.name, view.reads]));
  const above = closure(name, (one) => readsOf.get(one) ?? []);
  const below = closure(name, (one) =>
    views.filter(({ reads }) => reads.includes(one)).map((view) => view.name),
  );
  return new Set([name, ...above, ...below]);
}

function drawEdges(
  lines: SVGElement,
  buttons: ReadonlyMap<string, HTMLElement>,
  views: readonly CatalogRow[],
  chosen: CatalogRow | null,
): void {
  const related = chosen === null ? null : relatedTo(chosen.name, views);
  const edges = views.flatMap(({ name, reads }) => reads.map((from) => ({ from, to: name })));
  const paths = edges.flatMap(({ from, to }) => {
    const [a, b] = [buttons.get(from), buttons.get(to)];
    if (a === undefined || b === undefined) return [];
    const [x1, y1] = [a.offsetLeft + a.offsetWidth, a.offsetTop + a.offsetHeight / 2];
    const y2 = b.offsetTop + b.offsetHeight / 2;
    // Within a layer the line goes out and back on the same side.
    const isWithin = a.parentElement === b.parentElement;
    const x2 = isWithin ? b.offsetLeft + b.offsetWidth : b.offsetLeft;
    const [out, back] = isWithin
      ? [Math.max(x1, x2) + 20, Math.max(x1, x2) + 20]
      : [x1 + Math.max(20, (x2 - x1) / 2), x2 - Math.max(20, (x2 - x1) / 2)];
    const isChosen = related?.has(from) && related.has(to);
    return [
      drawing('path', {
        class: isChosen ? 'edge chosen' : 'edge',
        d: `M${x1},${y1} C${out},${y1} ${back},${y2} ${x2},${y2}`,
      }),
    ];
  });
  fill(lines, ...paths);
}
