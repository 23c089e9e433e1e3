// The daemon's API, one function per act. Screens call these and nothing lower.
import type { operations } from '$/bindings/api';
import { answer, client } from './client';
import type * as T from './types';

type Signal = AbortSignal | undefined;
type QueryOf<O extends keyof operations> = NonNullable<operations[O]['parameters']['query']>;

export type ItemsQuery = QueryOf<'list_items'>;
export type PhotosQuery = QueryOf<'get_timeline'>;

const of = (id: string) => ({ params: { path: { id } } });

export const api = {
  status: (signal?: Signal) => answer(client().GET('/api/app/status', { signal })),

  settings: (signal?: Signal) => answer(client().GET('/api/app/settings', { signal })),
  changeSettings: (body: T.SettingsPatch) => answer(client().PATCH('/api/app/settings', { body })),
  resetSettings: (keys?: string[]) =>
    answer(client().POST('/api/app/settings/reset', { body: { keys } })),

  people: (signal?: Signal) => answer(client().GET('/api/app/people', { signal })),
  addPerson: (body: T.NewPersonRequest) => answer(client().POST('/api/app/people', { body })),
  changePerson: (id: string, body: T.PersonPatch) =>
    answer(client().PATCH('/api/app/people/{id}', { ...of(id), body })),
  removePerson: (id: string) => answer(client().DELETE('/api/app/people/{id}', of(id))),
  activatePerson: (id: string) => answer(client().POST('/api/app/people/{id}/activate', of(id))),

  previewDrop: (paths: string[], signal?: Signal) =>
    answer(client().POST('/api/app/imports/preview', { body: { paths }, signal })),
  startImport: (body: T.ImportRequest) => answer(client().POST('/api/app/imports', { body })),
  startUpload: () => answer(client().POST('/api/app/uploads')),
  dropUpload: (id: string) => answer(client().DELETE('/api/app/uploads/{id}', of(id))),
  jobs: (signal?: Signal) => answer(client().GET('/api/app/imports', { signal })),
  job: (id: string, signal?: Signal) =>
    answer(client().GET('/api/app/imports/{id}', { ...of(id), signal })),
  pauseJob: (id: string) => answer(client().POST('/api/app/imports/{id}/pause', of(id))),
  resumeJob: (id: string) => answer(client().POST('/api/app/imports/{id}/resume', of(id))),
  cancelJob: (id: string) => answer(client().POST('/api/app/imports/{id}/cancel', of(id))),
  retryJob: (id: string) => answer(client().POST('/api/app/imports/{id}/retry', of(id))),
  dismissJob: (id: string) => answer(client().DELETE('/api/app/imports/{id}', of(id))),
  jobFailures: (id: string, signal?: Signal) =>
    answer(client().GET('/api/app/imports/{id}/failures', { ...of(id), signal })),

  items: (query: ItemsQuery, signal?: Signal) =>
    answer(client().GET('/api/app/items', { params: { query }, signal })),
  item: (id: string, signal?: Signal) =>
    answer(client().GET('/api/app/items/{id}', { ...of(id), signal })),
  changeItem: (id: string, body: T.ItemPatch) =>
    answer(client().PATCH('/api/app/items/{id}', { ...of(id), body })),
  batch: (body: T.BatchRequest) => answer(client().POST('/api/app/items/batch', { body })),
  saveProgress: (id: string, body: T.ProgressRequest) =>
    answer(client().PUT('/api/app/items/{id}/progress', { ...of(id), body })),
  clearProgress: (id: string) => answer(client().DELETE('/api/app/items/{id}/progress', of(id))),
  relink: (id: string, path: string) =>
    answer(client().POST('/api/app/items/{id}/relink', { ...of(id), body: { path } })),
  emptyTrash: () => answer(client().POST('/api/app/trash/empty')),
  waveform: (id: string, signal?: Signal) =>
    answer(client().GET('/api/app/items/{id}/waveform', { ...of(id), signal })),

  home: (signal?: Signal) => answer(client().GET('/api/app/home', { signal })),
  watch: (signal?: Signal) => answer(client().GET('/api/app/watch', { signal })),
  show: (id: string, signal?: Signal) =>
    answer(client().GET('/api/app/shows/{id}', { ...of(id), signal })),

  photoTimeline: (query: PhotosQuery, signal?: Signal) =>
    answer(client().GET('/api/app/photos/timeline', { params: { query }, signal })),
  photos: (bucket: string, query: PhotosQuery, signal?: Signal) =>
    answer(client().GET('/api/app/photos', { params: { query: { ...query, bucket } }, signal })),
  albums: (signal?: Signal) => answer(client().GET('/api/app/albums', { signal })),
  album: (id: string, signal?: Signal) =>
    answer(client().GET('/api/app/albums/{id}', { ...of(id), signal })),
  addAlbum: (body: T.NewAlbumRequest) => answer(client().POST('/api/app/albums', { body })),
  changeAlbum: (id: string, body: T.AlbumPatch) =>
    answer(client().PATCH('/api/app/albums/{id}', { ...of(id), body })),
  removeAlbum: (id: string) => answer(client().DELETE('/api/app/albums/{id}', of(id))),
  addToAlbum: (id: string, ids: string[]) =>
    answer(client().POST('/api/app/albums/{id}/items', { ...of(id), body: { ids } })),
  removeFromAlbum: (id: string, ids: string[]) =>
    answer(client().POST('/api/app/albums/{id}/items/remove', { ...of(id), body: { ids } })),

  music: (signal?: Signal) => answer(client().GET('/api/app/music', { signal })),
  musicAlbum: (id: string, signal?: Signal) =>
    answer(client().GET('/api/app/music/albums/{id}', { ...of(id), signal })),

  shares: (signal?: Signal) => answer(client().GET('/api/app/shares', { signal })),
  share: (body: T.NewShareRequest) => answer(client().POST('/api/app/shares', { body })),
  revokeShare: (id: string) => answer(client().POST('/api/app/shares/{id}/revoke', of(id))),
  removeShare: (id: string) => answer(client().DELETE('/api/app/shares/{id}', of(id))),
  openLink: (body: T.OpenLinkRequest, signal?: Signal) =>
    answer(client().POST('/api/app/links/open', { body, signal })),
  allReceived: (signal?: Signal) => answer(client().GET('/api/app/received', { signal })),
  received: (id: string, signal?: Signal) =>
    answer(client().GET('/api/app/received/{id}', { ...of(id), signal })),
  removeReceived: (id: string) => answer(client().DELETE('/api/app/received/{id}', of(id))),
  reconnectReceived: (id: string) =>
    answer(client().POST('/api/app/received/{id}/connect', of(id))),
  saveReceived: (id: string) => answer(client().POST('/api/app/received/{id}/save', of(id))),
  networkHistory: (signal?: Signal) =>
    answer(client().GET('/api/app/networks/history', { signal })),
  networks: (signal?: Signal) => answer(client().GET('/api/app/networks', { signal })),

  identity: (signal?: Signal) => answer(client().GET('/api/app/node/id', { signal })),
  replaceIdentity: (body: T.ReplaceIdentityRequest) =>
    answer(client().POST('/api/app/node/id', { body })),

  policy: (signal?: Signal) => answer(client().GET('/api/app/policy', { signal })),
  addPolicyList: (body: T.NewPolicyListRequest) =>
    answer(client().POST('/api/app/policy/lists', { body })),
  switchPolicyList: (name: string, enabled: boolean) =>
    answer(
      client().PATCH('/api/app/policy/lists/{name}', {
        params: { path: { name } },
        body: { enabled },
      }),
    ),
  removePolicyList: (name: string) =>
    answer(client().DELETE('/api/app/policy/lists/{name}', { params: { path: { name } } })),
  ownRules: (signal?: Signal) => answer(client().GET('/api/app/policy/blocked', { signal })),
  addRule: (body: T.PolicyRuleRequest) =>
    answer(client().POST('/api/app/policy/blocked', { body })),
  removeRule: (what: string) =>
    answer(client().DELETE('/api/app/policy/blocked', { params: { query: { what } } })),
  policyLog: (signal?: Signal) => answer(client().GET('/api/app/policy/log', { signal })),

  search: (q: string, limit: number, signal?: Signal) =>
    answer(client().GET('/api/app/search', { params: { query: { q, limit } }, signal })),
  duplicates: (signal?: Signal) => answer(client().GET('/api/app/duplicates', { signal })),

  storage: (signal?: Signal) => answer(client().GET('/api/app/storage', { signal })),
  addFolder: (body: T.FolderRequest) => answer(client().POST('/api/app/storage/folders', { body })),
  removeFolder: (id: string) => answer(client().DELETE('/api/app/storage/folders/{id}', of(id))),
  verifyStorage: () => answer(client().POST('/api/app/storage/verify')),
  repairStorage: () => answer(client().POST('/api/app/storage/repair')),
  collectGarbage: () => answer(client().POST('/api/app/storage/gc')),
  exportHome: (path: string) => answer(client().POST('/api/app/export', { body: { path } })),
  restoreHome: (path: string) => answer(client().POST('/api/app/restore', { body: { path } })),
  diagnostics: (signal?: Signal) =>
    answer(client().GET('/api/app/diagnostics', { signal, parseAs: 'text' })),
  licences: (signal?: Signal) =>
    answer(client().GET('/api/app/licences', { signal, parseAs: 'text' })),
};
