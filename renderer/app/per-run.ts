/** One of something for each run, made when it is first asked for: there again when a view is left and opened once more. */
export function perRun<T>(make: (run: string) => T): (run: string) => T {
  const known = new Map<string, T>();
  return (run) => {
    let found = known.get(run);
    if (found === undefined) known.set(run, (found = make(run)));
    return found;
  };
}
