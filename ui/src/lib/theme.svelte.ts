// Dark or light: the person's choice, or the system's.
export type ThemeChoice = 'system' | 'dark' | 'light';

export function applyTheme(choice: ThemeChoice): void {
  const root = document.documentElement;
  if (choice === 'system') delete root.dataset['theme'];
  else root.dataset['theme'] = choice;
}
