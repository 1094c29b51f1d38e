/** The numbers of what requests meet; every process that serves has them. */
import { counter, gauge, histogram, sampleOf, type Family } from '../observe/families.ts'
import type { Source } from '../observe/sources.ts'
import type { SyncMeters } from '../stores/blobs/timed-syncs.ts'
import type { Front } from './front.ts'
import type { DoorCounts } from './listener.ts'

export function frontSources({
  requests,
  door,
}: Pick<Front, 'requests' | 'door'>): Readonly<Record<string, Source>> {
  return { requests: () => requests.families(), connections: () => connections(door()) }
}

function connections(door: DoorCounts | undefined): readonly Family[] {
  return [
    gauge('ashlar_http_connections', 'Connections to the S3 port that are open', door?.open),
    counter('ashlar_http_connections_accepted', 'Connections that were taken', door?.accepted),
    counter(
      'ashlar_http_connections_refused',
      'Connections that were closed at once, for too many were open',
      door?.refused,
    ),
    counter(
      'ashlar_http_connections_malformed',
      'Connections that brought what is not HTTP, or too slowly',
      door?.malformed,
    ),
  ]
}

export function blobSyncs({ files, folders }: SyncMeters): Family {
  return histogram('ashlar_blob_sync_seconds', 'Syncs of the files of blobs and of their folders', [
    sampleOf(files, { of: 'file' }),
    sampleOf(folders, { of: 'folder' }),
  ])
}
