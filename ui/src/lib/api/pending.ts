// What the daemon is about to offer and the generated contract does not name yet. Everything here
// is optional, so that the screens leave out what a daemon does not know; it goes when they do.

export type NetworkChoice = 'ask' | 'off' | 'direct' | 'btfs' | 'btfsTestnet' | 'open';

export interface LimitHours {
  /** "HH:MM" by the clock of this computer. */
  from: string;
  to: string;
  uploadLimit: number | null;
  downloadLimit: number | null;
}

export interface NetworkSettings {
  network?: NetworkChoice;
  /** Bytes a second. */
  uploadLimit?: number | null;
  downloadLimit?: number | null;
  limitHours?: LimitHours | null;
  proxy?: string | null;
  metered?: boolean;
  announce?: 'roots' | 'off';
}

export interface NetworkHistory {
  everySeconds: number;
  samples: { at: number; received: number; sent: number }[];
}
