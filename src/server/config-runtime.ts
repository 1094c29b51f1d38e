/**
 * Imported first by the command line, for what it does to the runtime before anything is loaded or touches a file.
 *
 * - libuv's thread pool is widened. Every fsync, read and write of a file takes one of its threads, of which there are 4
 *   by default, so that four slow syncs would stop all file I/O.
 * - Bytes that arrive lie outside of V8's heap, and V8 collects the whole heap whenever some 64 MiB of them have passed. Counted
 *   into the heap's own limit instead, they cause a tenth of these collections (docs/decisions/0008-arriving-bytes.md).
 */
import { setFlagsFromString } from 'node:v8'

process.env['UV_THREADPOOL_SIZE'] ??= '24'
setFlagsFromString('--external-memory-accounted-in-global-limit')
