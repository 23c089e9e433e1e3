// Whether the command palette is open. The search feature shows it; the top bar opens it.
export const palette = $state({ open: false });
