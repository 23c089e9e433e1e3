// What a share is said to be: whether its link works, until when, and what it asks.
import { t } from '$/i18n/index.svelte';
import { ApiError, type ItemKind, type Received, type Share } from '$/lib/api';
import { formatBytes, formatDateTime } from '$/lib/format';
import { licenceName } from './licences';

export type Standing = 'preparing' | 'ready' | 'ended' | 'revoked' | 'failed';

/** Where a share stands now; one that ran out is still "ready" for the daemon. */
export function standingOf({ state, expiresAt }: Pick<Share, 'state' | 'expiresAt'>, now: number) {
  if (state === 'ready' && expiresAt !== null && expiresAt <= now) return 'ended' as const;
  return state satisfies Standing;
}

/** One line about a share of this person: how much (of one thing, what), how long, how guarded. */
export function shareFacts(share: Share, now: number, kind?: ItemKind): string {
  const standing = standingOf(share, now);
  const ends =
    share.expiresAt === null || standing === 'revoked'
      ? null
      : t(standing === 'ended' ? 'share.endedAt' : 'share.endsAt', {
          when: formatDateTime(share.expiresAt),
        });
  return joined([
    kind !== undefined && share.items.length === 1
      ? t(`kind.${kind}`)
      : t('count.files', { count: share.items.length }),
    share.bytes > 0 ? formatBytes(share.bytes) : null,
    share.licence === null ? null : licenceName(share.licence),
    share.warning === null ? null : t('share.withWarning'),
    share.hasPassword ? t('share.withPassword') : null,
    share.keepLocation ? t('share.withPlace') : null,
    ends,
    share.revokedAt === null
      ? null
      : t('share.revokedAt', { when: formatDateTime(share.revokedAt) }),
  ]);
}

/** `relayed`: connected, but over a relay of small budget, for connecting directly has failed. */
export type Reach = 'connected' | 'relayed' | 'away' | 'expired' | 'revoked';

export function reachOf({
  connected,
  onlyRelayed,
  ended,
}: Pick<Received, 'connected' | 'onlyRelayed' | 'ended'>): Reach {
  if (ended !== null) return ended;
  if (!connected) return 'away';
  return onlyRelayed ? 'relayed' : 'connected';
}

/** Public things are nobody's in particular. */
export const isPublic = ({ peer }: Pick<Received, 'peer'>): boolean => peer === '';

/** What a share of somebody else is, in a word, or how many things it holds. */
export function receivedWords({ kind, count }: Pick<Received, 'kind' | 'count'>): string {
  if (count > 1) return t('count.files', { count });
  return t(isKind(kind) ? `kind.${kind}` : 'kind.file');
}

function isKind(kind: string): kind is ItemKind {
  return ['film', 'episode', 'clip', 'photo', 'track', 'file'].includes(kind);
}

export function joined(parts: readonly (string | null | undefined)[]): string {
  return parts.filter((part) => part != null && part !== '').join(' · ');
}

/** Why a share was refused: the way out is another for each. */
export type Refusal = 'place' | 'network' | 'other';

/** A file that says where it was made, and cannot be made to forget it, can be shared with its place. */
export function refusalOf(error: unknown, keepsLocation: boolean): Refusal {
  if (!(error instanceof ApiError)) return 'other';
  if (error.code === 'no_network') return 'network';
  return error.code === 'place_stays' && !keepsLocation ? 'place' : 'other';
}
