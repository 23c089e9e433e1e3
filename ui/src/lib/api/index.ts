export { api, type ItemsQuery, type PhotosQuery } from './calls';
export { connect } from './client';
export {
  ApiError,
  blockedBy,
  explain,
  explainBlocked,
  isAbort,
  ownList,
  startError,
  whyNot,
  type Explained,
} from './errors';
export { followEvents, live, type LiveEvent } from './events.svelte';
export {
  homeQuery,
  identityQuery,
  keepFresh,
  keys,
  makeQueryClient,
  networkHistoryQuery,
  networksQuery,
  policyQuery,
  receivedQuery,
  settingsQuery,
  sharesQuery,
} from './queries';
export type * from './types';
