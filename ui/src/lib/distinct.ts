// Two files of one drop can have the same name: found by a search, or picked from two folders.
// The daemon refuses the second, so it goes under "name (2).ext".

/** The paths in their order, each made different from all before it. */
export function distinct(paths: readonly string[]): string[] {
  const taken = new Set<string>();
  return paths.map((path) => {
    const slash = path.lastIndexOf('/') + 1;
    const dot = path.lastIndexOf('.');
    const end = dot > slash ? dot : path.length;
    let name = path;
    for (let count = 2; taken.has(name); count += 1) {
      name = `${path.slice(0, end)} (${count})${path.slice(end)}`;
    }
    taken.add(name);
    return name;
  });
}
