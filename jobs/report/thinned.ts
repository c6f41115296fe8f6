/** At most `most` items, evenly spread, the first and the last among them. */
export function thinned<Item>(items: readonly Item[], most: number): readonly Item[] {
  if (items.length <= most) return items;
  return Array.from({ length: most }, (_, index) => {
    const place = Math.round((index * (items.length - 1)) / (most - 1));
    return items[place] as Item;
  });
}
