export { api, type ItemsQuery, type PhotosQuery } from './calls';
export { connect } from './client';
export { ApiError, explain, isAbort, startError, type Explained } from './errors';
export { followEvents, live, type LiveEvent } from './events.svelte';
export { homeQuery, keepFresh, keys, makeQueryClient, settingsQuery } from './queries';
export type * from './types';
