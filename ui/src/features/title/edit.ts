// What a person typed about a title, as the daemon takes it.

/** A year, null for "as the file says", undefined for something that is no year. */
export function yearOf(text: string): number | null | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  return /^\d{4}$/.test(trimmed) ? Number(trimmed) : undefined;
}

/** Genres without doubles, or null when nothing was typed. */
export function genresOf(text: string): string[] | null {
  const genres = new Map<string, string>();
  for (const part of text.split(',')) {
    const genre = part.trim();
    if (genre !== '' && !genres.has(genre.toLowerCase())) genres.set(genre.toLowerCase(), genre);
  }
  return genres.size === 0 ? null : [...genres.values()];
}
