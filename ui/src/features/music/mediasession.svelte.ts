// Tells the desktop what plays, and obeys its media keys, where the engine can.
import { music } from '$/lib/music.svelte';

export function followMediaSession(): void {
  if (!('mediaSession' in navigator)) return;
  const session = navigator.mediaSession;

  $effect(() => {
    const { track } = music;
    if (track === null || typeof MediaMetadata === 'undefined') {
      session.metadata = null;
      return;
    }
    session.metadata = new MediaMetadata({
      title: track.title,
      artist: track.artist ?? '',
      album: track.album ?? '',
      artwork: track.thumb === null ? [] : [{ src: new URL(track.thumb, location.href).href }],
    });
  });

  $effect(() => {
    session.playbackState = music.track === null ? 'none' : music.playing ? 'playing' : 'paused';
  });

  $effect(() => {
    const acts: [MediaSessionAction, MediaSessionActionHandler][] = [
      ['play', () => music.toggle()],
      ['pause', () => music.pause()],
      ['nexttrack', () => void music.next()],
      ['previoustrack', () => void music.previous()],
      ['seekto', ({ seekTime }) => music.seek(seekTime ?? 0)],
      ['stop', () => music.stop()],
    ];
    // Music has the keys while it has a track; a film that plays takes them over.
    if (music.track === null) return;
    for (const [name, act] of acts) listen(session, name, act);
    return () => {
      for (const [name] of acts) listen(session, name, null);
    };
  });
}

function listen(
  session: MediaSession,
  name: MediaSessionAction,
  act: MediaSessionActionHandler | null,
): void {
  try {
    session.setActionHandler(name, act);
  } catch {
    // An engine that does not know the act goes without its key.
  }
}
