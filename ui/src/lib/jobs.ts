// What the state of a job means on a screen.
import type { Job } from './api';

export function isActive(job: Pick<Job, 'state'>): boolean {
  return job.state === 'queued' || job.state === 'scanning' || job.state === 'running';
}

export function isOver(job: Pick<Job, 'state'>): boolean {
  return job.state === 'done' || job.state === 'failed' || job.state === 'cancelled';
}

/** How far a job is, 0 to 1; null while its size is not known yet. */
export function jobShare(
  job: Pick<Job, 'state' | 'bytesTotal' | 'bytesDone' | 'filesTotal' | 'filesDone'>,
): number | null {
  if (job.state === 'done') return 1;
  if (job.state === 'queued' || job.state === 'scanning') return null;
  if (job.bytesTotal > 0) return Math.min(1, job.bytesDone / job.bytesTotal);
  if (job.filesTotal > 0) return Math.min(1, job.filesDone / job.filesTotal);
  return null;
}
