// What the card of a job says about it.
import { hasMessage, t } from '$/i18n/index.svelte';
import { explainBlocked, type Failure, type Job } from '$/lib/api';
import { formatBytes, formatCount, formatDuration, formatRate } from '$/lib/format';

export function jobTitle(job: Pick<Job, 'kind' | 'title'>): string {
  if (job.kind !== 'import') return t(`transfers.kind.${job.kind}`, { title: job.title });
  // What the daemon calls an import of several things; of one it is the name.
  const several = /^(\d+) files and folders$/.exec(job.title);
  return several === null ? job.title : t('transfers.several', { count: Number(several[1]) });
}

/** Why a job stands still or how it failed, where the line above does not say so already. */
export function jobSaid(job: Pick<Job, 'message' | 'why' | 'blocked'>): string | null {
  if (job.blocked !== null) return explainBlocked(job.blocked.list).what;
  const said = job.why ?? job.message;
  if (said === null || said === 'Paused.') return null;
  if (said.startsWith('The disk is full.')) return t('transfers.why.diskFull');
  if (said.startsWith('The storage limit is reached.')) return t('transfers.why.quotaFull');
  return said;
}

/** What went wrong with one file and what to do, in our words where the code has them. */
export function failureWords({ code, message, todo }: Pick<Failure, 'code' | 'message' | 'todo'>): {
  what: string;
  todo: string | null;
} {
  const key = `failure.${code}`;
  const next = `${key}.todo`;
  return {
    what: hasMessage(key) ? t(key) : message,
    todo: hasMessage(next) ? t(next) : todo,
  };
}

/** One line: how much, how fast, how long, or how it ended. */
export function jobLine(job: Job): string {
  switch (job.state) {
    case 'queued':
      return t('transfers.queued');
    case 'scanning':
      return t('transfers.scanning', { count: job.filesTotal });
    case 'running':
      return joined([amount(job), speed(job), eta(job)]);
    case 'paused':
      return joined([t('transfers.paused'), amount(job)]);
    default:
      return joined([t(`transfers.state.${job.state}`), result(job)]);
  }
}

function joined(parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null && part !== '').join(' · ');
}

function amount(job: Job): string {
  const files =
    job.filesTotal > 0
      ? t('transfers.files', {
          done: formatCount(job.filesDone),
          total: formatCount(job.filesTotal),
        })
      : null;
  const bytes =
    job.bytesTotal > 0
      ? t('transfers.bytes', {
          done: formatBytes(job.bytesDone),
          total: formatBytes(job.bytesTotal),
        })
      : null;
  return joined([files, bytes]);
}

function speed(job: Job): string | null {
  return job.bytesPerSecond > 0 ? formatRate(job.bytesPerSecond) : null;
}

function eta(job: Job): string | null {
  return job.etaSeconds === null
    ? null
    : t('items.left', { time: formatDuration(job.etaSeconds * 1000) });
}

function result(job: Job): string {
  return joined([
    job.filesDone > 0 ? t('count.files', { count: job.filesDone }) : null,
    job.bytesDone > 0 ? formatBytes(job.bytesDone) : null,
    job.filesDuplicate > 0 ? t('transfers.duplicates', { count: job.filesDuplicate }) : null,
    job.filesSkipped > 0 ? t('transfers.skipped', { count: job.filesSkipped }) : null,
  ]);
}
