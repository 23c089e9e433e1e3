// A square of modules as one SVG path: runs of dark ones, row by row.

export function outline(modules: readonly (readonly boolean[])[]): string {
  let path = '';
  for (const [y, row] of modules.entries()) {
    let from = -1;
    for (let x = 0; x <= row.length; x += 1) {
      const dark = row[x] === true;
      if (dark && from < 0) from = x;
      else if (!dark && from >= 0) {
        path += `M${String(from)} ${String(y)}h${String(x - from)}v1H${String(from)}z`;
        from = -1;
      }
    }
  }
  return path;
}
