// What can go wrong when asking the daemon, in one shape that every screen can show.
import { hasMessage, t } from '$/i18n/index.svelte';
import type { ErrorBody } from './types';

/** Codes made here, for failures that never reached the daemon. */
export type LocalCode = 'unreachable' | 'no_session' | 'bad_answer';

export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(
    readonly code: ErrorBody['code'] | LocalCode,
    message: string,
    readonly status: number,
    readonly safe: string | null = null,
    readonly todo: string | null = null,
    options?: ErrorOptions,
    /** What only programs read: of what is blocked, by which list. */
    readonly detail: unknown = null,
  ) {
    super(message, options);
  }
}

/** Three sentences for a person: what happened, what is safe, what to do. */
export interface Explained {
  what: string;
  safe: string | null;
  todo: string | null;
}

/** Our own words where the code has them; the daemon's message where it knows more. */
export function explain(error: unknown): Explained {
  if (error instanceof ApiError) {
    const blocked = blockedBy(error);
    if (blocked !== null) return explainBlocked(blocked.list);
    return {
      what: localized(`error.${error.code}`) ?? error.message,
      safe: localized(`error.${error.code}.safe`) ?? error.safe,
      todo: localized(`error.${error.code}.todo`) ?? error.todo,
    };
  }
  return { what: t('error.unknown'), safe: null, todo: t('error.unknown.todo') };
}

/** What was refused, and the list that says so. */
export interface BlockedBy {
  what: string;
  list: string;
}

/** The list of the person's own rules, among all lists. */
export const ownList = 'own';

export function blockedBy(error: unknown): BlockedBy | null {
  if (!(error instanceof ApiError) || error.code !== 'blocked') return null;
  const { detail } = error;
  if (typeof detail !== 'object' || detail === null) return null;
  if (!('what' in detail && 'list' in detail)) return null;
  return { what: String(detail.what), list: String(detail.list) };
}

export function explainBlocked(list: string): Explained {
  return {
    what: list === ownList ? t('error.blocked.own') : t('error.blocked', { list }),
    safe: t('error.blocked.safe'),
    todo: t('error.blocked.todo'),
  };
}

function localized(key: string): string | null {
  return hasMessage(key) ? t(key) : null;
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

/** The error in an answer that is not 2xx; the body may be ours, empty, or somebody else's. */
export async function errorFrom(response: Response): Promise<ApiError> {
  const body = await response
    .json()
    .then((value: unknown) => value)
    .catch(() => null);
  if (response.status === 401) {
    return new ApiError('no_session', 'no session', 401);
  }
  if (isErrorBody(body)) {
    return new ApiError(
      body.code,
      body.message,
      response.status,
      body.safe ?? null,
      body.todo ?? null,
      undefined,
      body.detail,
    );
  }
  return new ApiError('bad_answer', `HTTP ${String(response.status)}`, response.status);
}

/** Why an address of a medium gives nothing; null when it gives something, or cannot be asked. */
export async function whyNot(url: string, signal: AbortSignal): Promise<ApiError | null> {
  try {
    const response = await fetch(url, { headers: { range: 'bytes=0-0' }, signal });
    return response.ok ? null : await errorFrom(response);
  } catch {
    return null;
  }
}

/** Why the shell has no node to speak to; it tells so in the form of the API's errors. */
export function startError(cause: unknown): ApiError {
  if (!isErrorBody(cause)) return new ApiError('unreachable', 'no node', 0, null, null, { cause });
  return new ApiError(cause.code, cause.message, 0, cause.safe ?? null, cause.todo ?? null);
}

function isErrorBody(value: unknown): value is ErrorBody {
  return (
    typeof value === 'object' &&
    value !== null &&
    'code' in value &&
    typeof value.code === 'string' &&
    'message' in value &&
    typeof value.message === 'string'
  );
}
