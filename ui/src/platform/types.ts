// The port to whatever hosts the page: the desktop window or a browser.

/** Where the daemon listens. `token` is null in a browser, where a cookie does its work. */
export interface Connection {
  api: string;
  token: string | null;
  media: string | null;
}

/** A file handed over by the browser, with its path inside what was picked or dropped. */
export interface PickedFile {
  path: string;
  file: File;
}

/** What was picked or dropped: paths where the host knows them, files where it does not. */
export type Picked = { kind: 'paths'; paths: string[] } | { kind: 'files'; files: PickedFile[] };

export type DropEvent = { type: 'enter' } | { type: 'leave' } | { type: 'drop'; picked: Picked };

/** What the system asked to open; an item is in the library already, paths are not. */
export type Opened =
  | { kind: 'item'; id: string; itemKind: 'film' | 'episode' | 'clip' | 'photo' | 'track' | 'file' }
  | { kind: 'paths'; paths: string[] }
  | { kind: 'link'; link: string }
  | { kind: 'transfers' };

export type CloseChoice = 'tray' | 'quit';

export interface Platform {
  readonly kind: 'desktop' | 'browser';
  connection(): Promise<Connection>;
  pickFiles(): Promise<Picked | null>;
  pickFolder(): Promise<Picked | null>;
  /** One path for a setting (a storage folder, an export); null where the host has no paths. */
  pickFolderPath(title: string): Promise<string | null>;
  /** Follows drags over the window. Returns the way to stop. */
  onDrop(handler: (event: DropEvent) => void): () => void;
  openExternal(url: string): Promise<void>;
  /** Shows a file in the file manager; false where the host cannot. */
  reveal(path: string): Promise<boolean>;
  /** Asked when the window closes for the first time. Returns the way to stop. */
  onCloseQuestion(handler: () => void): () => void;
  answerClose(choice: CloseChoice, remember: boolean): Promise<void>;
  /** Hears what a double-click on files asked for, also before the page was there. */
  onOpened(handler: (opened: Opened[]) => void): () => void;
  setFullscreen(on: boolean, element: HTMLElement): Promise<void>;
  onFullscreen(handler: (on: boolean) => void): () => void;
}
