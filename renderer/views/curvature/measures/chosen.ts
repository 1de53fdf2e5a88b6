/** Measures in their families. */
interface Choosable {
  readonly families: readonly { readonly id: string }[];
  readonly measures: readonly { readonly id: string; readonly family: string }[];
}

/** The measures that a request names, itself or by their families. */
export const namedIn = ({ measures }: Pick<Choosable, 'measures'>, names: readonly string[]): Set<string> =>
  new Set(measures.filter(({ id, family }) => names.includes(id) || names.includes(family)).map(({ id }) => id));

/** Names for a set of measures: a family where all of it is wanted. */
export const namesOf = ({ families, measures }: Choosable, wanted: ReadonlySet<string>): string[] =>
  families.flatMap(({ id: family }) => {
    const own = measures.filter((each) => each.family === family).map(({ id }) => id);
    const chosen = own.filter((id) => wanted.has(id));
    return chosen.length === own.length && own.length > 0 ? [family] : chosen;
  });

/** The names with so many measures taken in or left out. */
export function changed(all: Choosable, names: readonly string[], ids: readonly string[], on: boolean): string[] {
  const wanted = namedIn(all, names);
  for (const id of ids) if (on) wanted.add(id);
  else wanted.delete(id);
  return namesOf(all, wanted);
}
